//! A rule as it is kept.

use serde_json::{Map, Value, json};

use super::{Kind, Rule};
use crate::violation::told;

/// A rule; its `id` is given once in the life of a store.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) id: i64,
    pub(crate) kind: Kind,
    pub(crate) position: i64,
    pub(crate) rule: Rule,
    /// How often it was changed; its `ETag`.
    pub(crate) version: i64,
    /// Microseconds since 1970.
    pub(crate) created_at: i64,
    /// Since when it is in force: what happened before is none of its concern.
    pub(crate) active_since: i64,
    pub(crate) updated_at: i64,
}

impl Stored {
    pub(crate) fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }

    /// As answers have it, but for times and addresses.
    pub(crate) fn shown(&self) -> Map<String, Value> {
        let mut shown = self.rule.shown(self.kind);
        shown.insert("position".to_owned(), self.position.into());
        shown
    }

    /// What the store and the audit trail keep of it.
    pub(super) fn body(&self) -> Value {
        json!({
            "rule": self.rule.shown(self.kind),
            "created_at": self.created_at,
            "active_since": self.active_since,
            "updated_at": self.updated_at,
        })
    }

    /// What a row says; what a newer program has written may be nothing to this one.
    pub(super) fn of_body(
        (id, kind, position, version): (i64, &str, i64, i64),
        body: &str,
    ) -> Result<Self, String> {
        let kind = Kind::of_word(kind).ok_or("it is of an unknown kind")?;
        let body: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
        let time = |name: &str| body[name].as_i64().ok_or_else(|| format!("{name} is no number"));
        let object = body["rule"].as_object().ok_or("it has no rule")?;
        let rule = Rule::read(kind, object, None).map_err(|violations| told(&violations))?;
        let (created_at, active_since) = (time("created_at")?, time("active_since")?);
        let updated_at = time("updated_at")?;
        Ok(Self { id, kind, position, rule, version, created_at, active_since, updated_at })
    }
}
