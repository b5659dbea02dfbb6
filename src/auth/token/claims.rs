//! What stands in a token.

use serde_json::{Map, Value};

use crate::auth::reason::Reason;

/// The members of a token, or of an answer about one.
#[derive(Debug, Clone)]
pub(in crate::auth) struct Claims(pub(in crate::auth) Map<String, Value>);

impl Claims {
    pub(in crate::auth) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub(in crate::auth) fn is_true(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Bool(true))
    }

    /// A claim's time in seconds since 1970 (RFC 7519, 2: it may have a fraction).
    pub(super) fn time(&self, name: &str) -> Result<Option<i64>, Reason> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) => {
                // A time too large for an i64 is as far away as one can be.
                Ok(number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64)))
            }
            Some(_) => Err(Reason::invalid(format!("the token's {name} is no number"))),
        }
    }

    /// The members of `aud`, which may be one text or a list (RFC 7519, 4.1.3).
    pub(super) fn audiences(&self) -> impl Iterator<Item = &str> {
        let (one, several) = match self.0.get("aud") {
            Some(Value::String(one)) => (Some(one.as_str()), &[][..]),
            Some(Value::Array(several)) => (None, &several[..]),
            _ => (None, &[][..]),
        };
        one.into_iter().chain(several.iter().filter_map(Value::as_str))
    }

    /// The members of `scope`, a text with blanks (RFC 8693, 4.2), or `scp`, which some issuers write as a list.
    pub(in crate::auth) fn scopes(&self) -> Vec<&str> {
        ["scope", "scp"]
            .into_iter()
            .filter_map(|name| self.0.get(name))
            .flat_map(|value| match value {
                Value::String(text) => text.split(' ').filter(|scope| !scope.is_empty()).collect(),
                Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            })
            .collect()
    }

    /// Who the token is about, as far as it says: its subject, else its client.
    pub(in crate::auth) fn subject(&self) -> &str {
        ["sub", "client_id", "azp", "username"]
            .into_iter()
            .find_map(|name| self.text(name))
            .unwrap_or_default()
    }
}
