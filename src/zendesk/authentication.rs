//! How the requests of a webhook authenticate themselves.

mod sent;
#[cfg(test)]
mod tests;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub(super) use sent::Sent;

use crate::config::Secret;

/// The credentials of a webhook.
#[derive(Clone)]
pub(crate) enum Authentication {
    ApiKey { name: String, value: Secret },
    Basic { username: String, password: Secret },
    Bearer { token: Secret },
}

/// The words for `type`, in the order of the kinds.
const KINDS: [&str; 3] = ["api_key", "basic_auth", "bearer_token"];

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        f.debug_tuple("Authentication").field(&self.kind()).field(&name).field(&format_args!("***")).finish()
    }
}

impl PartialEq for Authentication {
    fn eq(&self, other: &Self) -> bool {
        self.kind() == other.kind()
            && self.name() == other.name()
            && *self.secret().expose() == *other.secret().expose()
    }
}

impl Authentication {
    /// Its `type`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::ApiKey { .. } => KINDS[0],
            Self::Basic { .. } => KINDS[1],
            Self::Bearer { .. } => KINDS[2],
        }
    }

    /// What of it is no secret: the header's name, or the user's.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::ApiKey { name, .. } => Some(name),
            Self::Basic { username, .. } => Some(username),
            Self::Bearer { .. } => None,
        }
    }

    pub(crate) fn secret(&self) -> &Secret {
        match self {
            Self::ApiKey { value, .. } => value,
            Self::Basic { password, .. } => password,
            Self::Bearer { token } => token,
        }
    }

    /// The header that it adds to a request.
    pub(crate) fn header(&self) -> (String, String) {
        let authorization = "Authorization".to_owned();
        match self {
            Self::ApiKey { name, value } => (name.clone(), (*value.expose()).to_owned()),
            Self::Basic { username, password } => {
                let both = format!("{username}:{}", &*password.expose());
                (authorization, format!("Basic {}", STANDARD.encode(both)))
            }
            Self::Bearer { token } => (authorization, format!("Bearer {}", &*token.expose())),
        }
    }

    /// As answers have it: without what is secret.
    pub(crate) fn shown(&self) -> Value {
        let mut shown = json!({ "type": self.kind(), "add_position": "header" });
        match self {
            Self::ApiKey { name, .. } => shown["data"] = json!({ "name": name }),
            Self::Basic { username, .. } => shown["data"] = json!({ "username": username }),
            Self::Bearer { .. } => {}
        }
        shown
    }

    /// As it is kept.
    pub(crate) fn whole(&self) -> Value {
        let data = match self {
            Self::ApiKey { name, value } => json!({ "name": name, "value": &*value.expose() }),
            Self::Basic { username, password } => {
                json!({ "username": username, "password": &*password.expose() })
            }
            Self::Bearer { token } => json!({ "token": &*token.expose() }),
        };
        json!({ "type": self.kind(), "add_position": "header", "data": data })
    }
}
