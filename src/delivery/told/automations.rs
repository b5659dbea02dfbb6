//! Automations: rules about how long ago something happened in a conversation.
//!
//! What is known of conversations is looked through again and again; of each that a rule waits for, the
//! store is told in the transaction that notifies, and so it is notified once, whatever instances there
//! are. One of them does it at a time, as the others would find the same.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::conversation::Conversation;
use super::envelope::{Making, time};
use super::idle::micros;
use super::writer;
use crate::activity::SessionParts;
use crate::clock::Clock;
use crate::delivery::rules::{self, Kind, Snapshot, Stored};
use crate::store::{Dialect, Query, Row, Store, StoreError, Synced, Transaction};
use crate::zendesk::rule::{Condition, FAILURE, Facts, Field, HANDOFF, LAST_CALL, Once, Operator, number};

/// How often is looked, unless a rule waits for less.
const EVERY: Duration = Duration::from_secs(20);
const AT_LEAST: Duration = Duration::from_millis(200);
/// How many conversations go at once.
const STEP: usize = 500;
/// One instance looks at a time; any number will do, as long as it is ours.
const LOCK: i64 = 0x6475_6521;
const MINUTE: f64 = 60e6;
const LAST_AT: &str = "last_at";

/// Looks again and again.
pub(super) async fn run(store: Store, making: Arc<Making>, clock: Clock) {
    let mut failing = false;
    loop {
        let pause = pause(&making.rules.snapshot());
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            // It may wait for less.
            () = making.rules.changed() => continue,
        }
        match Box::pin(look(&store, &making, &clock)).await {
            Ok(_) => failing = false,
            // Told once an outage; whoever writes tells of the store itself.
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(
                    target: "rejoinder::rules",
                    error = %error, "conversations that automations wait for cannot be looked for now"
                );
            }
            Err(_) => {}
        }
    }
}

/// A tenth of what the most impatient rule waits for.
fn pause(rules: &Snapshot) -> Duration {
    let waits = rules.automations().iter().flat_map(|rule| rule.rule.all.iter()).filter_map(Waits::of);
    let shortest = waits.map(|waits| waits.micros / 10).min().and_then(|micros| u64::try_from(micros).ok());
    shortest.map_or(EVERY, |micros| Duration::from_micros(micros).clamp(AT_LEAST, EVERY))
}

/// How long the most patient rule waits.
pub(super) fn longest(rules: &Snapshot) -> Duration {
    let waits = rules.automations().iter().flat_map(|rule| rule.rule.all.iter()).filter_map(Waits::of);
    let longest = waits.map(|waits| u64::try_from(waits.micros).unwrap_or_default()).max();
    Duration::from_micros(longest.unwrap_or_default())
}

/// Notifies of everything that is due; tells how many conversations it were.
pub(super) async fn look(store: &Store, making: &Making, clock: &Clock) -> Result<usize, StoreError> {
    let rules = Arc::clone(&making.rules.snapshot());
    // What calls of the last moment say may not be written yet.
    let late = micros(writer::keep(making.settings.idle_after));
    let mut fired = 0;
    for rule in rules.automations() {
        let mut after = String::new();
        loop {
            let now = clock.unix_micros();
            let found = due(store, rule, (now, late), &after).await?;
            let more = found.len() == STEP;
            let Some(last) = found.last() else { break };
            after.clone_from(&last.conversation.key);
            let holds: Vec<Due> = found.into_iter().filter(|due| rule.rule.holds(due)).collect();
            if !holds.is_empty() {
                fired += notify(store, making, rule, &holds).await?;
            }
            if !more {
                break;
            }
        }
    }
    Ok(fired)
}

/// A conversation that a rule may have waited for.
#[derive(Debug)]
struct Due {
    conversation: Conversation,
    first_at: i64,
    last_at: i64,
    calls: i64,
    handed_off_at: Option<i64>,
    failed_at: Option<i64>,
    ended_at: Option<i64>,
    now: i64,
}

/// A condition that begins to hold some time after something happened.
struct Waits {
    column: &'static str,
    micros: i64,
}

impl Waits {
    fn of(condition: &Condition) -> Option<Self> {
        let Field::Known(name, _) = &condition.field else { return None };
        let column = match *name {
            LAST_CALL => LAST_AT,
            HANDOFF => "handed_off_at",
            FAILURE => "failed_at",
            _ => return None,
        };
        let minutes = number(&condition.value).filter(|_| condition.operator == Operator::GreaterThan)?;
        // A conversion that does not fit stands for the longest time.
        Some(Self { column, micros: (minutes.max(0.0) * MINUTE) as i64 })
    }
}

/// Some that have waited long enough, since the rule is in force and not notified of yet, by their keys.
async fn due(
    store: &Store,
    rule: &Stored,
    (now, late): (i64, i64),
    after: &str,
) -> Result<Vec<Due>, StoreError> {
    let again = match rule.rule.once_per {
        Once::PerSession => "",
        Once::PerCall => " OR f.last_at < c.last_at",
    };
    let waits: Vec<Waits> = rule.rule.all.iter().filter_map(Waits::of).collect();
    let mut sql = format!(
        "SELECT c.id, c.session, c.name, c.first_at, c.last_at, c.calls, c.handed_off_at, c.failed_at, c.ended_at \
         FROM conversations c LEFT JOIN rules_fired f ON f.rule = $1 AND f.conversation = c.id \
         WHERE c.id > $2 AND (f.rule IS NULL{again})"
    );
    let mut place = 2;
    let mut since = Vec::new();
    for Waits { column, .. } in &waits {
        place += 2;
        sql += &format!(" AND c.{column} < ${}", place - 1);
        since.push(format!("c.{column} > ${place}"));
    }
    // What it waited for was over before it was in force: somebody made it, not somebody went silent.
    if !since.is_empty() {
        sql += &format!(" AND ({})", since.join(" OR "));
    }
    sql += &format!(" ORDER BY c.id LIMIT {STEP}");
    let mut query = Query::built(sql).bind(rule.id).bind(after);
    for Waits { column, micros } in waits {
        let now = if column == LAST_AT { now - late } else { now };
        query = query.bind(now.saturating_sub(micros)).bind(rule.active_since.saturating_sub(micros));
    }
    store.all(query).await?.iter().map(|row| Due::of(row, now)).collect()
}

/// Notifies of conversations, those that another instance has not notified of; none while one does.
async fn notify(store: &Store, making: &Making, rule: &Stored, due: &[Due]) -> Result<usize, StoreError> {
    let mut transaction = store.begin(Synced::Full).await?;
    if transaction.dialect() == Dialect::Postgres {
        // Until the end of the transaction; SQLite has one writer anyway.
        let query = Query::new("SELECT pg_try_advisory_xact_lock($1) AS alone").bind(LOCK);
        if !transaction.one(query).await?.get::<bool>("alone")? {
            return Ok(0);
        }
    }
    let webhooks = Arc::clone(&making.webhooks.snapshot());
    let (mut jobs, mut fired) = (Vec::new(), Vec::new());
    for due in due {
        if claim(&mut transaction, rule, due).await? {
            let (event, place) = (due.envelope(making, rule), due.conversation.place(""));
            let around = (&making.delivery, &making.metrics);
            jobs.extend(rules::jobs(rule, &event, &place, &webhooks, around));
            fired.push(Kind::Automation);
        }
    }
    if !jobs.is_empty() {
        making.delivery.enqueue(&mut transaction, jobs).await?;
    }
    transaction.commit().await?;
    making.sent(&[], &fired);
    Ok(fired.len())
}

/// Notes that a rule notifies of a conversation; not if it has, or if somebody has gone on with it.
async fn claim(transaction: &mut Transaction, rule: &Stored, due: &Due) -> Result<bool, StoreError> {
    let again = match rule.rule.once_per {
        Once::PerSession => "DO NOTHING",
        Once::PerCall => {
            "DO UPDATE SET last_at = excluded.last_at WHERE rules_fired.last_at < excluded.last_at"
        }
    };
    let sql = format!(
        "INSERT INTO rules_fired (rule, conversation, session, last_at) \
         SELECT {}, id, session, last_at FROM conversations WHERE id = $1 AND last_at = $2 \
         ON CONFLICT (rule, conversation) {again}",
        rule.id
    );
    let query = Query::built(sql).bind(due.conversation.key.as_str()).bind(due.last_at);
    Ok(transaction.execute(query).await? == 1)
}

impl Due {
    fn of(row: &Row, now: i64) -> Result<Self, StoreError> {
        Ok(Self {
            conversation: Conversation::stored(row.get("id")?, row.get("session")?, row.get("name")?),
            first_at: row.get("first_at")?,
            last_at: row.get("last_at")?,
            calls: row.get("calls")?,
            handed_off_at: row.get("handed_off_at")?,
            failed_at: row.get("failed_at")?,
            ended_at: row.get("ended_at")?,
            now,
        })
    }

    /// What templates put in: an event's envelope.
    fn envelope(&self, making: &Making, rule: &Stored) -> Value {
        let mut event = json!({
            "started_at": time(self.first_at),
            "last_call_at": time(self.last_at),
            "calls": self.calls,
        });
        for (name, at) in [("handed_off_at", self.handed_off_at), ("failed_at", self.failed_at)] {
            if let Some(at) = at {
                event[name] = time(at).into();
            }
        }
        json!({
            "account_id": making.account_id,
            "id": making.delivery.next_id().to_string(),
            "time": time(self.now),
            "subject": self.conversation.subject(),
            "detail": self.conversation.detail(),
            "event": event,
            "rule": { "id": rule.id, "title": rule.rule.title },
        })
    }
}

impl Facts for Due {
    fn values(&self, field: &Field) -> Vec<Cow<'_, Value>> {
        let Field::Known(name, _) = field else { return Vec::new() };
        let parts = SessionParts::of(&self.conversation.name);
        let text = |text: &str| Some(Value::from(text)).filter(|_| !text.is_empty());
        let minutes = |at: Option<i64>| at.map(|at| Value::from((self.now - at) as f64 / MINUTE));
        let values = match *name {
            LAST_CALL => [minutes(Some(self.last_at)), None],
            HANDOFF => [minutes(self.handed_off_at), None],
            FAILURE => [minutes(self.failed_at), None],
            "agent" => [text(parts.agent), text(parts.agent.rsplit('/').next().unwrap_or_default())],
            "environment" => [text(parts.environment), None],
            "session" => [text(&self.conversation.name), text(&self.conversation.session)],
            "calls" => [Some(self.calls.into()), None],
            "state" => [text(if self.ended_at.is_some() { "ended" } else { "going_on" }), None],
            _ => [None, None],
        };
        values.into_iter().flatten().map(Cow::Owned).collect()
    }

    fn changed(&self, _: &str) -> bool {
        false
    }
}
