//! The rules in the store.

use super::stored::Stored;
use super::{Kind, RuleError};
use crate::store::{Query, Row, Store, StoreError, Synced, Transaction};

/// How often anything was changed; another number, another state.
pub(super) async fn version(store: &Store) -> Result<i64, StoreError> {
    store.one(Query::new("SELECT version FROM rule_version WHERE singleton = 1")).await?.get("version")
}

/// Everything there is, in its order.
pub(super) async fn everything(store: &Store) -> Result<Vec<Stored>, StoreError> {
    let query = "SELECT id, kind, position, revision, body FROM rules ORDER BY position, id";
    let mut rules = Vec::new();
    for row in &store.all(Query::new(query)).await? {
        rules.extend(read(row)?);
    }
    Ok(rules)
}

fn read(row: &Row) -> Result<Option<Stored>, StoreError> {
    let (id, kind, body): (i64, String, String) = (row.get("id")?, row.get("kind")?, row.get("body")?);
    let stored = Stored::of_body((id, &kind, row.get("position")?, row.get("revision")?), &body);
    if let Err(why) = &stored {
        tracing::error!(target: "rejoinder::rules", id, "a rule in the store cannot be read: {why}");
    }
    Ok(stored.ok())
}

/// A change that is not committed yet.
pub(super) struct Writing {
    transaction: Transaction,
    /// The number of this change: no other ever has it.
    pub(super) version: i64,
}

impl Writing {
    pub(super) async fn begin(store: &Store) -> Result<Self, StoreError> {
        let mut transaction = store.begin(Synced::Full).await?;
        // First, so that changes of several instances happen one after the other.
        let next = "UPDATE rule_version SET version = version + 1 WHERE singleton = 1 RETURNING version";
        let version = transaction.one(Query::new(next)).await?.get("version")?;
        Ok(Self { transaction, version })
    }

    /// What the change is noted in, such as the audit trail.
    pub(super) fn transaction(&mut self) -> &mut Transaction {
        &mut self.transaction
    }

    /// How many there are of a kind, and the last position.
    pub(super) async fn extent(&mut self, kind: Kind) -> Result<(i64, i64), StoreError> {
        let query = "SELECT COUNT(*) AS count, COALESCE(MAX(position), 0) AS last FROM rules WHERE kind = $1";
        let row = self.transaction.one(Query::new(query).bind(kind.as_str())).await?;
        Ok((row.get("count")?, row.get("last")?))
    }

    pub(super) async fn insert(&mut self, new: &Stored) -> Result<(), StoreError> {
        let insert = "INSERT INTO rules (id, kind, position, revision, body) VALUES ($1, $2, $3, $4, $5)";
        let insert = Query::new(insert).bind(new.id).bind(new.kind.as_str()).bind(new.position);
        let insert = insert.bind(new.version).bind(new.body().to_string());
        self.transaction.execute(insert).await.map(drop)
    }

    /// Replaces what has the revision before; an error if it has another one by now.
    pub(super) async fn update(&mut self, new: &Stored, before: &Stored) -> Result<(), RuleError> {
        let update =
            "UPDATE rules SET position = $1, revision = $2, body = $3 WHERE id = $4 AND revision = $5";
        let update = Query::new(update).bind(new.position).bind(new.version).bind(new.body().to_string());
        let changed = self.transaction.execute(update.bind(new.id).bind(before.version)).await?;
        if changed == 1 { Ok(()) } else { Err(changed_meanwhile(before)) }
    }

    /// Deletes what has this revision, and what is known of it.
    pub(super) async fn delete(&mut self, rule: &Stored) -> Result<(), RuleError> {
        let delete = Query::new("DELETE FROM rules WHERE id = $1 AND revision = $2");
        if self.transaction.execute(delete.bind(rule.id).bind(rule.version)).await? != 1 {
            return Err(changed_meanwhile(rule));
        }
        let fired = Query::new("DELETE FROM rules_fired WHERE rule = $1").bind(rule.id);
        Ok(self.transaction.execute(fired).await.map(drop)?)
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await
    }
}

pub(super) fn changed_meanwhile(rule: &Stored) -> RuleError {
    RuleError::Changed { kind: rule.kind, id: rule.id, etag: rule.etag() }
}
