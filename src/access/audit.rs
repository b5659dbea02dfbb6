//! Who changed what, when, from what to what.

use std::time::Duration;

use serde_json::Value;

use super::mask::texts;
use super::{Access, Who};
use crate::store::{Id, Query, Row, StoreError, Transaction, micros};

/// A change that is made in the same transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    /// `create`, `update`, `delete`, `replay`, `erase`, `revoke`, `reveal_secret`, `reset_secret`.
    pub(crate) action: &'static str,
    /// The resource's name, such as `tokens/ID`.
    pub(crate) resource: &'a str,
    pub(crate) before: Option<&'a Value>,
    pub(crate) after: Option<&'a Value>,
    pub(crate) request_id: Option<&'a str>,
}

/// A line of the audit trail.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Line {
    pub(crate) id: String,
    #[serde(serialize_with = "super::tokens::time")]
    pub(crate) at: i64,
    pub(crate) actor: String,
    pub(crate) actor_name: String,
    pub(crate) role: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
    pub(crate) request_id: Option<String>,
}

/// Which lines are asked for; the newest come first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) resource: Option<String>,
    pub(crate) actor: Option<String>,
    /// What the resource's name begins with.
    pub(crate) kind: Option<String>,
    /// The actor's id or name.
    pub(crate) who: Option<String>,
    pub(crate) action: Option<String>,
    /// Microseconds since 1970, the first moment that counts.
    pub(crate) since: Option<i64>,
    /// The first moment that does not count any more.
    pub(crate) until: Option<i64>,
    /// Only those before this one.
    pub(crate) before: Option<Id>,
    pub(crate) limit: usize,
}

impl Access {
    /// Writes a line into the trail, which counts with the change: commit both together.
    pub(crate) async fn record(
        &self,
        transaction: &mut Transaction,
        who: &Who,
        change: Change<'_>,
    ) -> Result<(), StoreError> {
        let clock = self.clock();
        let (before, after) = texts(change.before, change.after);
        let insert = Query::new(
            "INSERT INTO audit (id, at, actor, actor_name, role, action, resource, value_before, value_after, \
             request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        );
        let insert = insert
            .bind(Id::new(clock).as_str())
            .bind(micros(clock))
            .bind(&*who.id)
            .bind(&*who.name)
            .bind(who.role.as_str())
            .bind(change.action)
            .bind(change.resource)
            .bind(before)
            .bind(after)
            .bind(change.request_id);
        transaction.execute(insert).await?;
        // Ids begin with their time, so this looks at what is old alone.
        let old = Id::first_of(micros(clock).saturating_sub(in_micros(self.audit_keep())));
        transaction.execute(Query::new("DELETE FROM audit WHERE id < $1").bind(old.as_str())).await?;
        Ok(())
    }

    /// The lines that a filter lets through.
    pub(crate) async fn trail(&self, filter: &Filter) -> Result<Vec<Line>, StoreError> {
        let mut sql = "SELECT * FROM audit WHERE id < $1".to_owned();
        // Ids begin with their time.
        let until = filter.until.map(Id::first_of);
        let before = filter.before.into_iter().chain(until).map(|id| id.to_string()).min();
        let mut values = vec![before.unwrap_or_else(|| "~".to_owned())];
        let since = filter.since.map(|since| Id::first_of(since).to_string());
        for (condition, value) in [
            ("id >= $", &since),
            ("resource = $", &filter.resource),
            ("actor = $", &filter.actor),
            ("action = $", &filter.action),
        ] {
            if let Some(value) = value {
                values.push(value.clone());
                sql.push_str(&format!(" AND {condition}{}", values.len()));
            }
        }
        if let Some(who) = &filter.who {
            values.push(who.clone());
            let place = values.len();
            sql.push_str(&format!(" AND (actor = ${place} OR actor_name = ${place})"));
        }
        if let Some(kind) = &filter.kind {
            values.push(kind.clone());
            let place = values.len();
            sql.push_str(&format!(" AND substr(resource, 1, length(${place})) = ${place}"));
        }
        sql.push_str(&format!(" ORDER BY id DESC LIMIT {}", filter.limit));
        let query = values.into_iter().fold(Query::built(sql), Query::bind);
        self.store().all(query).await?.iter().map(line).collect()
    }
}

fn line(row: &Row) -> Result<Line, StoreError> {
    let json = |column: &str| -> Result<Option<Value>, StoreError> {
        let text: Option<String> = row.get(column)?;
        // It was written from JSON.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    };
    Ok(Line {
        id: row.get("id")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        actor_name: row.get("actor_name")?,
        role: row.get("role")?,
        action: row.get("action")?,
        resource: row.get("resource")?,
        before: json("value_before")?,
        after: json("value_after")?,
        request_id: row.get("request_id")?,
    })
}

fn in_micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
