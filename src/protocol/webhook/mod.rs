//! Dialogflow's `Webhook` and `Environment` resources: what an agent calls, and how.
//!
//! [`Webhook::parse`] reads the REST API's ProtoJSON and the JSON of agent exports; a resource is
//! written as REST. What this version does not know is kept at every level. [`check`] says what
//! the platform would refuse and what will surprise; it fetches nothing and knows no time.
//!
//! A resource holds passwords, tokens and keys. `Debug` shows them as `***`, unknown members
//! included; [`Serialize`](serde::Serialize) writes them, since they are the resource.
//!
//! ```
//! use rejoinder::protocol::webhook::{Webhook, check};
//!
//! let exported = br#"{
//!   "displayName": "Weather",
//!   "genericWebService": {
//!     "uri": "https://weather.example.com/today?city=$session.params.city",
//!     "webhookType": "FLEXIBLE",
//!     "httpMethod": "GET",
//!     "parameterMapping": [{"key": "temperature", "value": "$.now.celsius"}]
//!   },
//!   "timeout": {"seconds": 5}
//! }"#;
//! let webhook = Webhook::parse(exported)?;
//! assert_eq!(webhook.method(), "GET");
//! assert_eq!(serde_json::to_value(&webhook).unwrap()["timeout"], "5s");
//! assert!(check::webhook(&webhook).is_empty());
//! # Ok::<(), rejoinder::protocol::ParseError>(())
//! ```

pub mod check;
mod credentials;
mod environment;
pub(crate) mod export;
mod generic;
mod overrides;
mod resource;
pub(crate) mod terraform;
mod write_only;

use bytes::Bytes;

use super::field::MessageType;
use super::json::{Fault, strict};
use super::walk::{Found, walk_export};
use super::{ParseError, Reason, schema_of, text_of};

pub use super::time::{Duration, TimeError, Timestamp};
pub use credentials::{OAuthConfig, SecretVersionHeaderValue, ServiceAccountAuthConfig, ServiceAgentAuth};
pub use environment::{Environment, TestCasesConfig, VersionConfig, WebhookConfig};
pub use generic::{GenericWebService, HttpMethod, WebhookType};
pub use resource::{Service, ServiceDirectoryConfig, Webhook};
pub(crate) use write_only::{HIDDEN, is_secret_header};

/// Reads a resource in either form, every corner of it.
fn read<M: MessageType>(body: &[u8]) -> Result<M, ParseError> {
    let text = text_of(&Bytes::copy_from_slice(body))?;
    let refused = |fault| ParseError::new(&text, fault);
    walk_export(&text, schema_of::<M>(), &mut Found::default()).map_err(refused)?;
    strict::check(&text).map_err(refused)?;
    // The checks leave nothing to go wrong here; if they ever did, that would be told, not hidden.
    let other = |message: String| refused(Fault::new(Reason::Other { message }, 0));
    let mut object = serde_json::from_str(&text).map_err(|error| other(error.to_string()))?;
    export::to_rest(schema_of::<M>(), &mut object);
    M::from_object(object).map_err(|error| other(error.to_string()))
}
