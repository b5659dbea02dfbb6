//! The tokens that there are.

use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::json;

use super::token::{SecretHash, Token};
use super::{Access, Change, Role, Who};
use crate::store::{Id, Query, Row, StoreError, Synced, micros};

/// How many there may be that are not revoked or expired.
const MOST: i64 = 1000;

/// What is known of a token.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: String,
    /// `active`, `expired` or `revoked`.
    pub(crate) state: &'static str,
    #[serde(serialize_with = "time")]
    pub(crate) created_at: i64,
    pub(crate) created_by: String,
    #[serde(serialize_with = "time_or_none")]
    pub(crate) expires_at: Option<i64>,
    #[serde(serialize_with = "time_or_none")]
    pub(crate) revoked_at: Option<i64>,
    #[serde(serialize_with = "time_or_none")]
    pub(crate) last_used_at: Option<i64>,
    #[serde(skip)]
    pub(super) hash: SecretHash,
}

/// What a new token is to be.
#[derive(Debug, Clone)]
pub(crate) struct New {
    pub(crate) role: Role,
    /// What people call it; at most 100 characters.
    pub(crate) name: String,
    /// In microseconds since 1970.
    pub(crate) expires_at: Option<i64>,
}

impl New {
    const LONGEST_NAME: usize = 100;

    /// A name that can stand in a line; without one, the role's.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn checked_name(name: &str, role: Role) -> Result<String, String> {
        let name = name.trim();
        if name.chars().count() > Self::LONGEST_NAME || name.contains(char::is_control) {
            let longest = Self::LONGEST_NAME;
            return Err(format!("name: expected at most {longest} characters in one line."));
        }
        Ok(if name.is_empty() { role.to_string() } else { name.to_owned() })
    }
}

/// Why there is no new token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateError {
    #[error("there are {MOST} tokens already; revoke some")]
    TooMany,
    #[error("the system gives no random bytes: {0}")]
    Chance(#[from] getrandom::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Access {
    /// Makes a token. It is told here, and never again.
    pub(crate) async fn create(
        &self,
        new: &New,
        who: &Who,
        request_id: Option<&str>,
    ) -> Result<(Token, Known), CreateError> {
        let clock = self.clock();
        let token = Token::new(Id::new(clock))?;
        let (now, id) = (micros(clock), token.id.to_string());
        let mut transaction = self.store().begin(Synced::Full).await?;
        let count = Query::new(
            "SELECT COUNT(*) AS n FROM access_tokens WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)",
        );
        if transaction.one(count.bind(now)).await?.get::<i64>("n")? >= MOST {
            return Err(CreateError::TooMany);
        }
        let insert = Query::new(
            "INSERT INTO access_tokens (id, name, role, secret_hash, created_at, created_by, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        );
        let insert = insert
            .bind(&*id)
            .bind(&*new.name)
            .bind(new.role.as_str())
            .bind(token.hash().bytes())
            .bind(now)
            .bind(&*who.name)
            .bind(new.expires_at);
        transaction.execute(insert).await?;
        let known = Known {
            id,
            name: new.name.clone(),
            role: new.role.as_str().to_owned(),
            state: "active",
            created_at: now,
            created_by: who.name.as_ref().to_owned(),
            expires_at: new.expires_at,
            revoked_at: None,
            last_used_at: None,
            hash: token.hash(),
        };
        let (resource, after) = (resource(&known.id), json!(known));
        let change =
            Change { action: "create", resource: &resource, before: None, after: Some(&after), request_id };
        self.record(&mut transaction, who, change).await?;
        transaction.commit().await?;
        Ok((token, known))
    }

    /// All of them, the newest first; those that ended long ago are not told.
    pub(crate) async fn list(&self) -> Result<Vec<Known>, StoreError> {
        let rows =
            self.store().all(Query::new("SELECT * FROM access_tokens ORDER BY id DESC LIMIT 2000")).await?;
        rows.iter().map(|row| self.known(row)).collect()
    }

    /// The token of this id.
    pub(crate) async fn get(&self, id: &Id) -> Result<Option<Known>, StoreError> {
        let query = Query::new("SELECT * FROM access_tokens WHERE id = $1").bind(id.as_str());
        let row = self.store().optional(query).await?;
        row.map(|row| self.known(&row)).transpose()
    }

    /// Ends a token; `None` if there is none of this id. One that was ended stays as it is.
    pub(crate) async fn revoke(
        &self,
        id: &Id,
        who: &Who,
        request_id: Option<&str>,
    ) -> Result<Option<Known>, StoreError> {
        let now = micros(self.clock());
        let mut transaction = self.store().begin(Synced::Full).await?;
        let query = "SELECT * FROM access_tokens WHERE id = $1";
        let row = transaction.optional(Query::new(query).bind(id.as_str())).await?;
        let Some(before) = row.map(|row| self.known(&row)).transpose()? else { return Ok(None) };
        let end = Query::new("UPDATE access_tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL");
        let ended = transaction.execute(end.bind(now).bind(id.as_str())).await?;
        if ended == 0 {
            return Ok(Some(before));
        }
        let after = Known { revoked_at: Some(now), state: "revoked", ..before.clone() };
        let change = Change {
            action: "revoke",
            resource: &resource(&before.id),
            before: Some(&json!(before)),
            after: Some(&json!(after)),
            request_id,
        };
        self.record(&mut transaction, who, change).await?;
        transaction.commit().await?;
        self.forget(id);
        Ok(Some(after))
    }

    /// Notes that a token is used, which may be lost.
    pub(super) async fn touch(&self, id: &Id, now: i64) -> Result<(), StoreError> {
        let query = Query::new("UPDATE access_tokens SET last_used_at = $1 WHERE id = $2");
        self.store().execute(Synced::Lazy, query.bind(now).bind(id.as_str())).await.map(drop)
    }

    fn known(&self, row: &Row) -> Result<Known, StoreError> {
        let (expires_at, revoked_at) = (row.get("expires_at")?, row.get("revoked_at")?);
        let mut known = Known {
            id: row.get("id")?,
            name: row.get("name")?,
            role: row.get("role")?,
            state: "",
            created_at: row.get("created_at")?,
            created_by: row.get("created_by")?,
            expires_at,
            revoked_at,
            last_used_at: row.get("last_used_at")?,
            hash: SecretHash::of_store(row.get("secret_hash")?),
        };
        known.state = known.state_at(micros(self.clock()));
        Ok(known)
    }
}

impl Known {
    pub(super) fn state_at(&self, now: i64) -> &'static str {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(end)) if end <= now => "expired",
            _ => "active",
        }
    }
}

/// When something that begins now and lasts this long ends, in microseconds since 1970.
pub(crate) fn end_of(access: &Access, lasting: Duration) -> Option<i64> {
    micros(access.clock()).checked_add(i64::try_from(lasting.as_micros()).ok()?)
}

fn resource(id: &str) -> String {
    format!("tokens/{id}")
}

/// A time as RFC 3339 text.
pub(crate) fn time<S: Serializer>(micros: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&text(*micros))
}

#[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
fn time_or_none<S: Serializer>(micros: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match micros {
        Some(micros) => time(micros, serializer),
        None => serializer.serialize_none(),
    }
}

pub(crate) fn text(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |time| time.to_string())
}
