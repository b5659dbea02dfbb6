//! Making again what failed: which calls it are, and a bounded number of them at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{By, again, received_again};
use crate::activity::query::{self, Filter, Found, Wanted};
use crate::activity::status::{Kind, Status};
use crate::activity::{Activity, InvocationId};
use crate::receive::{self, State};
use crate::server::door::Door;
use crate::store::StoreError;

/// So many calls are looked at, at most.
const MOST: usize = 2_000;
/// So many are made again at once,
const STEP: usize = 200;
/// unless that takes longer: what is left is made when somebody asks for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What failed, the oldest first.
#[derive(Debug, Default)]
pub(in crate::server) struct Failed {
    pub(in crate::server) calls: Vec<InvocationId>,
    /// Events that were received and given up.
    pub(in crate::server) dead: Vec<InvocationId>,
    /// How many there are of each, by what is called.
    pub(in crate::server) by_name: BTreeMap<String, usize>,
    /// Calls that were made for others, which make them again.
    pub(in crate::server) inner: usize,
    /// Whether there are more than were looked at.
    pub(in crate::server) more: bool,
}

/// What came of making them again.
#[derive(Debug, Default)]
pub(in crate::server) struct Tried {
    /// How many went well, or are under way.
    pub(in crate::server) well: usize,
    /// How many failed again.
    pub(in crate::server) failed: usize,
    /// How many could not be made again, by the reason.
    pub(in crate::server) not: BTreeMap<String, usize>,
    /// How many are left.
    pub(in crate::server) left: usize,
    /// The last that was tried: those behind it are left.
    pub(in crate::server) last: Option<InvocationId>,
}

/// What a filter finds of it, behind a call.
///
/// Trials of webhooks are not made again. An event whose receipt failed was not kept; one that its handler
/// failed on is a dead letter.
pub(in crate::server) async fn failed(
    door: &Door,
    activity: &Activity,
    filter: &Filter,
    after: Option<InvocationId>,
) -> Result<Failed, StoreError> {
    let mut filter = filter.clone();
    filter.statuses.retain(|status| status.is_failure());
    if filter.statuses.is_empty() {
        filter.statuses = Status::ALL.iter().copied().filter(|status| status.is_failure()).collect();
    }
    activity.flush().await;
    let mut failed = Failed::default();
    let wanted = Wanted { size: MOST, after, before: None, oldest_first: true };
    let page = query::page(activity.store(), &filter, &wanted).await?;
    failed.more = page.after.is_some();
    for found in &page.rows {
        match (found.kind, found.parent) {
            (Some(Kind::Test | Kind::Zendesk), _) => {}
            (_, Some(_)) => failed.inner += 1,
            _ => {
                *failed.by_name.entry(name(found)).or_default() += 1;
                failed.calls.push(found.id);
            }
        }
    }
    failed.dead_letters(door, &filter, after).await?;
    Ok(failed)
}

/// What it is called by whoever looks at a list.
fn name(found: &Found) -> String {
    let kind = found.kind.map_or("", Kind::as_str);
    match [&found.tag, &found.webhook].into_iter().find(|name| !name.is_empty()) {
        Some(name) if kind == Kind::Delivery.as_str() => {
            let webhook = if found.webhook.is_empty() { name } else { &found.webhook };
            format!("deliveries to {webhook}")
        }
        Some(name) => name.clone(),
        None => "(no tag)".to_owned(),
    }
}

impl Failed {
    async fn dead_letters(
        &mut self,
        door: &Door,
        filter: &Filter,
        after: Option<InvocationId>,
    ) -> Result<(), StoreError> {
        let wants = filter.kinds.is_empty() || filter.kinds.contains(&Kind::Zendesk);
        let is_of_calls = [&filter.tag, &filter.webhook, &filter.session, &filter.text, &filter.environment]
            .iter()
            .any(|word| word.is_some());
        let Some(receiving) = door.receiving.get().filter(|_| wants && !is_of_calls) else { return Ok(()) };
        let end = filter.end.map(InvocationId::at);
        let asked =
            receive::Filter { state: Some(State::Dead), after: end, most: MOST, ..Default::default() };
        let first = filter.start.map(InvocationId::at).max(after);
        let dead = receiving.list(&asked).await?;
        let dead = dead.iter().filter(|dead| first.is_none_or(|first| dead.id > first));
        self.dead = dead.map(|dead| dead.id).collect();
        self.dead.reverse();
        if !self.dead.is_empty() {
            self.by_name.insert("received events that were given up".to_owned(), self.dead.len());
        }
        Ok(())
    }

    pub(in crate::server) fn count(&self) -> usize {
        self.calls.len() + self.dead.len()
    }

    /// Makes the first of them again.
    pub(in crate::server) async fn make(
        self,
        door: &Arc<Door>,
        activity: &Activity,
        by: By<'_>,
    ) -> Result<Tried, StoreError> {
        let begun = Instant::now();
        let mut all: Vec<_> = self.calls.iter().map(|id| (*id, false)).collect();
        all.extend(self.dead.iter().map(|id| (*id, true)));
        all.sort_unstable();
        let mut tried = Tried { left: all.len(), ..Tried::default() };
        for (id, is_dead) in all.into_iter().take(STEP) {
            if is_dead {
                self.receive(&mut tried, door, by, id).await?;
            } else {
                // Large, and one at a time.
                match Box::pin(again(door, activity, by, id)).await {
                    Ok(made) => {
                        let failed = Status::of_word(made.status()).is_some_and(|status| status.is_failure());
                        if failed { tried.failed += 1 } else { tried.well += 1 }
                    }
                    Err(refusal) => tried.refuse(refusal.reason()),
                }
            }
            (tried.left, tried.last) = (tried.left - 1, Some(id));
            if begun.elapsed() > PATIENCE {
                break;
            }
        }
        Ok(tried)
    }

    async fn receive(
        &self,
        tried: &mut Tried,
        door: &Door,
        by: By<'_>,
        id: InvocationId,
    ) -> Result<(), StoreError> {
        match door.receiving.get() {
            Some(receiving) if received_again(door, receiving, by, id).await? => tried.well += 1,
            _ => tried.refuse("it is being worked on, or will be".to_owned()),
        }
        Ok(())
    }
}

impl Tried {
    fn refuse(&mut self, reason: String) {
        *self.not.entry(reason).or_default() += 1;
    }
}
