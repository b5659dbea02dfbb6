//! A webhook as whoever sends sees it.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Clock;
use crate::config::{Exposed, Secret};
use crate::store::Id;
pub(crate) use crate::zendesk::webhook::{Connection, Method, RequestFormat, Resource, Status};

/// A webhook's name: 26 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct WebhookId(Id);

impl WebhookId {
    pub(crate) fn new(clock: &Clock) -> Self {
        Self(Id::new(clock))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for WebhookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for WebhookId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self)
    }
}

/// What requests are signed with: its characters are the key.
#[derive(Clone)]
pub(crate) struct SigningSecret(Secret);

impl SigningSecret {
    /// A new one: 32 bytes of chance in base64. None if the system gives no chance.
    pub(crate) fn random() -> Option<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).ok()?;
        Some(STANDARD.encode(bytes).into())
    }

    pub(crate) fn expose(&self) -> Exposed {
        self.0.expose()
    }
}

impl From<String> for SigningSecret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl PartialEq for SigningSecret {
    fn eq(&self, other: &Self) -> bool {
        *self.expose() == *other.expose()
    }
}

/// A webhook; what its resource has can be read from it directly.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Webhook {
    pub(crate) id: WebhookId,
    /// What somebody sets: name, status, endpoint, and so on.
    pub(crate) resource: Resource,
    pub(crate) signing_secret: SigningSecret,
    /// The secret before, and until when it is honoured (microseconds since 1970).
    pub(crate) previous_secret: Option<(SigningSecret, i64)>,
    /// Whether an app made it, whose own it is.
    pub(crate) created_by_app: bool,
    /// How often it was changed; its `ETag`.
    pub(crate) version: i64,
    pub(crate) made: Made,
}

/// When it was made and changed, by whom: microseconds since 1970, and the ids of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) created_at: i64,
    pub(crate) created_by: String,
    /// None until it is changed.
    pub(crate) updated: Option<(i64, String)>,
}

impl Deref for Webhook {
    type Target = Resource;

    fn deref(&self) -> &Resource {
        &self.resource
    }
}

impl Webhook {
    pub(crate) fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    /// The secret before the one in force, if it is still honoured at this time.
    pub(crate) fn previous_secret_at(&self, now: i64) -> Option<&SigningSecret> {
        self.previous_secret.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret)
    }
}

#[cfg(test)]
impl Webhook {
    /// An active one that is told of all conversations.
    pub(crate) fn of(endpoint: &str) -> Self {
        let resource = serde_json::json!({
            "name": "test", "status": "active", "endpoint": endpoint, "http_method": "POST", "request_format": "json",
            "subscriptions": ["rejoinder:event-type:conversation.*"],
        });
        let allowed = crate::zendesk::webhook::Allowed { credentials_over_http: true };
        let object = resource.as_object().expect("an object");
        let (resource, _) = Resource::read(object, None, allowed).expect("a resource");
        Self {
            id: WebhookId::new(&Clock::system()),
            resource,
            signing_secret: SigningSecret::random().expect("chance"),
            previous_secret: None,
            created_by_app: false,
            version: 1,
            made: Made { created_at: 0, created_by: "-1".to_owned(), updated: None },
        }
    }
}
