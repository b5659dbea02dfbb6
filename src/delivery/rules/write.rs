//! Creating, changing, ordering and deleting.
//!
//! A change is made to what was read before, and committed only if that has not changed in the
//! meantime. With an `ETag` of the client's the change fails then; without one it is made to the newer
//! form.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::check::faults;
use super::table::{Writing, changed_meanwhile};
use super::{Kind, Rule, RuleError, Rules, Snapshot, Stored};
use crate::access::Change;
use crate::delivery::webhooks;
use crate::excerpt::excerpt;
use crate::resources::Edit;
use crate::store::micros;
use crate::zendesk::Violation;

/// How often a change is made again because somebody else was quicker.
const ATTEMPTS: usize = 5;

/// A change of one of several rules: its id, and what was sent of it.
pub(crate) type Part = (String, Map<String, Value>);

impl Rules {
    /// Makes a new one, the last of its kind unless it says where it stands.
    pub(crate) async fn create(
        &self,
        kind: Kind,
        sent: &Map<String, Value>,
        edit: &Edit,
    ) -> Result<Arc<Stored>, RuleError> {
        let inner = &self.0;
        if !inner.accept_loss && !inner.store.is_configured() {
            return Err(RuleError::NotDurable);
        }
        let rule = Rule::read(kind, sent, None).map_err(RuleError::Invalid)?;
        check(kind, &rule, &*inner.webhooks.current().await?)?;
        let _one = inner.writing.lock().await;
        let mut writing = Writing::begin(&inner.store).await?;
        let (count, last) = writing.extent(kind).await?;
        let limit = i64::try_from(inner.most).unwrap_or(i64::MAX);
        if limit > 0 && count >= limit {
            return Err(RuleError::TooMany { kind, limit });
        }
        let now = micros(&inner.clock);
        let position = rule.position.unwrap_or(last + 1);
        let id = writing.version;
        let new = Stored {
            id,
            kind,
            position,
            rule,
            version: 1,
            created_at: now,
            active_since: now,
            updated_at: now,
        };
        writing.insert(&new).await?;
        self.note(&mut writing, edit, "create", (None, Some(&new))).await?;
        writing.commit().await?;
        self.refresh().await?;
        Ok(Arc::new(new))
    }

    /// Changes what was sent; what was not stays.
    pub(crate) async fn update(
        &self,
        kind: Kind,
        id: &str,
        sent: &Map<String, Value>,
        edit: &Edit,
    ) -> Result<Arc<Stored>, RuleError> {
        let parts = [(id.to_owned(), sent.clone())];
        let mut changed = self.update_all(kind, &parts, edit).await?;
        changed.pop().ok_or_else(|| RuleError::NotFound { kind, id: id.to_owned() })
    }

    /// Changes several, all or none.
    pub(crate) async fn update_all(
        &self,
        kind: Kind,
        parts: &[Part],
        edit: &Edit,
    ) -> Result<Vec<Arc<Stored>>, RuleError> {
        self.change(kind, Changes::Update(parts), edit).await
    }

    /// Deletes some, all or none.
    pub(crate) async fn delete(&self, kind: Kind, ids: &[String], edit: &Edit) -> Result<(), RuleError> {
        self.change(kind, Changes::Delete(ids), edit).await.map(drop)
    }

    /// Puts some in this order, before all others of their kind.
    pub(crate) async fn reorder(
        &self,
        kind: Kind,
        ids: &[String],
        edit: &Edit,
    ) -> Result<Vec<Arc<Stored>>, RuleError> {
        let current = self.current().await?;
        let named = |rule: &&Arc<Stored>| ids.contains(&rule.id.to_string());
        let others = current.all(kind).filter(|rule| !named(rule)).map(|rule| rule.id.to_string());
        let order = ids.iter().cloned().chain(others).zip(1_i64..);
        let parts: Vec<Part> = order
            .map(|(id, position)| (id, Map::from_iter([("position".to_owned(), Value::from(position))])))
            .collect();
        self.update_all(kind, &parts, edit).await
    }

    /// Makes changes, again if another instance was quicker.
    async fn change(
        &self,
        kind: Kind,
        changes: Changes<'_>,
        edit: &Edit,
    ) -> Result<Vec<Arc<Stored>>, RuleError> {
        let _one = self.0.writing.lock().await;
        let mut attempt = 1;
        loop {
            // Before the transaction: nothing else is read while it holds up others.
            let now = Now { rules: self.current().await?, webhooks: self.0.webhooks.current().await? };
            let mut writing = Writing::begin(&self.0.store).await?;
            let made = match changes {
                Changes::Update(parts) => self.make_updates(kind, parts, edit, &now, &mut writing).await,
                Changes::Delete(ids) => self.make_deletions(kind, ids, edit, &now, &mut writing).await,
            };
            match made {
                Ok(made) => {
                    writing.commit().await?;
                    self.refresh().await?;
                    return Ok(made);
                }
                Err(RuleError::Changed { .. }) if attempt < ATTEMPTS && edit.if_match.is_none() => {
                    attempt += 1
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn make_updates(
        &self,
        kind: Kind,
        parts: &[Part],
        edit: &Edit,
        now: &Now,
        writing: &mut Writing,
    ) -> Result<Vec<Arc<Stored>>, RuleError> {
        let mut changed = Vec::with_capacity(parts.len());
        for (index, (id, sent)) in parts.iter().enumerate() {
            let before = find(&now.rules, kind, id)?;
            if parts[..index].iter().any(|(other, _)| other == id) {
                return Err(RuleError::field(&format!("[{index}].id"), format!("{id} stands here twice")));
            }
            is_wanted(edit, before)?;
            let rule = Rule::read(kind, sent, Some(&before.rule));
            let rule =
                rule.map_err(|violations| RuleError::Invalid(within(violations, index, parts.len())))?;
            // Whoever switches a rule off that cannot notify any more need not mend it first.
            let starts = rule.active && !before.rule.active;
            if starts || rule.actions != before.rule.actions {
                check(kind, &rule, &now.webhooks)?;
            }
            let position = if sent.contains_key("position") { rule.position } else { None };
            let now_at = micros(&self.0.clock);
            let after = Stored {
                active_since: if starts { now_at } else { before.active_since },
                position: position.unwrap_or(before.position),
                rule,
                version: before.version + 1,
                updated_at: now_at,
                ..Stored::clone(before)
            };
            writing.update(&after, before).await?;
            self.note(writing, edit, "update", (Some(before), Some(&after))).await?;
            changed.push(Arc::new(after));
        }
        Ok(changed)
    }

    async fn make_deletions(
        &self,
        kind: Kind,
        ids: &[String],
        edit: &Edit,
        now: &Now,
        writing: &mut Writing,
    ) -> Result<Vec<Arc<Stored>>, RuleError> {
        for id in ids {
            let before = find(&now.rules, kind, id)?;
            is_wanted(edit, before)?;
            writing.delete(before).await?;
            self.note(writing, edit, "delete", (Some(before), None)).await?;
        }
        Ok(Vec::new())
    }

    /// Notes a change in the audit trail.
    async fn note(
        &self,
        writing: &mut Writing,
        edit: &Edit,
        action: &'static str,
        (before, after): (Option<&Stored>, Option<&Stored>),
    ) -> Result<(), RuleError> {
        let Some(rule) = after.or(before) else { return Ok(()) };
        let resource = format!("zendesk/{}/{}", rule.kind.plural(), rule.id);
        let (before, after) = (before.map(Stored::body), after.map(Stored::body));
        let (before, after, request_id) = (before.as_ref(), after.as_ref(), Some(&*edit.request_id));
        let change = Change { action, resource: &resource, before, after, request_id };
        Ok(self.0.access.record(writing.transaction(), &edit.who, change).await?)
    }
}

/// What is to become of several rules.
#[derive(Debug, Clone, Copy)]
enum Changes<'c> {
    Update(&'c [Part]),
    Delete(&'c [String]),
}

/// What a change is made to.
struct Now {
    rules: Arc<Snapshot>,
    webhooks: Arc<webhooks::Snapshot>,
}

pub(super) fn find<'s>(rules: &'s Snapshot, kind: Kind, id: &str) -> Result<&'s Arc<Stored>, RuleError> {
    let found = id.parse().ok().and_then(|id: i64| rules.get(id)).filter(|rule| rule.kind == kind);
    found.ok_or_else(|| RuleError::NotFound { kind, id: excerpt(id, 100).into_owned() })
}

/// That what it notifies is there, and its templates fit.
fn check(kind: Kind, rule: &Rule, webhooks: &webhooks::Snapshot) -> Result<(), RuleError> {
    let violations = faults(kind, rule, webhooks);
    if violations.is_empty() { Ok(()) } else { Err(RuleError::Invalid(violations)) }
}

/// Where there are several, which one it is about.
fn within(mut violations: Vec<Violation>, index: usize, count: usize) -> Vec<Violation> {
    if count > 1 {
        for violation in &mut violations {
            violation.field = format!("[{index}].{}", violation.field);
        }
    }
    violations
}

fn is_wanted(edit: &Edit, before: &Stored) -> Result<(), RuleError> {
    let etag = before.etag();
    let wanted = |tags: &Vec<String>| tags.iter().any(|tag| tag == "*" || *tag == etag);
    if edit.if_match.as_ref().is_none_or(wanted) { Ok(()) } else { Err(changed_meanwhile(before)) }
}
