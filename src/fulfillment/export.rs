//! The webhooks with which an agent calls what is served here.

use serde_json::{Value, json};

use super::{Fulfillment, OnError, Router, SetupError};
use crate::protocol::ParseError;
use crate::protocol::webhook::Webhook;

/// What is to be written.
#[derive(Debug)]
pub(crate) struct Export<'a> {
    pub(crate) tag: &'a str,
    pub(crate) display_name: &'a str,
    /// The address below which tags are called.
    pub(crate) address: &'a str,
    /// Parameters read and set beside those that are known.
    pub(crate) reads: &'a [String],
    pub(crate) sets: &'a [String],
    /// The parameter that takes the messages, and the member of the answer that holds them.
    pub(crate) messages: Option<(&'a str, &'a str)>,
    /// In seconds.
    pub(crate) timeout: u64,
    pub(crate) authentication: Authentication,
}

/// How the agent proves who it is.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(feature = "cli"),
    expect(dead_code, reason = "the command alone knows the checks of a server")
)]
pub(crate) enum Authentication {
    None,
    Basic {
        secret_version: String,
    },
    Header {
        name: String,
        secret_version: String,
    },
    /// The service agent's ID token.
    IdToken,
}

/// A tag that no flexible webhook can call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// No handler serves the tag.
    #[error("no handler serves it{hint}")]
    UnknownTag {
        /// The nearest tag, if one is near.
        hint: String,
    },
    /// The handler needs what only a standard webhook call brings.
    #[error(
        "its handler needs {needed}, which a flexible webhook call does not bring; let the agent call it as a standard webhook"
    )]
    NotFlexible {
        /// What it needs.
        needed: String,
    },
    /// The router itself cannot be served.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// What was written is no webhook.
    #[error("what was written is no webhook: {0}")]
    Invalid(#[from] ParseError),
}

impl Router {
    /// The flexible webhook with which an agent calls a tag of this router.
    ///
    /// `address` is where tags are called, such as `https://orders.example.com/flexible`. What the
    /// handler reads is taken from its inputs, what it sets from [`Route::sets`](super::Route::sets).
    /// The display name is the tag; add to the resource how the agent proves who it is. Serialized it
    /// is what the platform's API takes.
    ///
    /// ```
    /// use rejoinder::{Params, Reply, Route, Router};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Order { id: String }
    ///
    /// async fn status(Params(order): Params<Order>) -> Reply {
    ///     Reply::unchanged().set("status", format!("{} has shipped", order.id))
    /// }
    ///
    /// let router = Router::new().route(Route::new("status", status).sets(["status"]));
    /// let webhook = router.flexible_webhook("status", "https://orders.example.com/flexible")?;
    /// let service = webhook.generic_web_service().expect("a service");
    /// assert_eq!(service.uri, "https://orders.example.com/flexible/status");
    /// assert!(service.request_body.contains("$session.params.id"));
    /// assert_eq!(service.parameter_mapping["status"], "$.status");
    /// # Ok::<(), rejoinder::ExportError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A tag that no handler serves, or one whose handler needs more than parameters.
    pub fn flexible_webhook(&self, tag: &str, address: &str) -> Result<Webhook, ExportError> {
        let fulfillment = Fulfillment::build(self.clone(), &OnError::Raise, None)?;
        let export = Export {
            tag,
            display_name: tag,
            address: address.trim_end_matches('/'),
            reads: &[],
            sets: &[],
            messages: None,
            timeout: 5,
            authentication: Authentication::None,
        };
        webhook(&fulfillment, &export)
    }
}

/// Makes the resource.
pub(crate) fn webhook(fulfillment: &Fulfillment, export: &Export<'_>) -> Result<Webhook, ExportError> {
    let Some(route) = fulfillment.route(export.tag) else {
        let nearest = crate::nearest::nearest(export.tag, fulfillment.patterns());
        let hint = nearest.map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
        return Err(ExportError::UnknownTag { hint });
    };
    if !route.needs_conversation().is_empty() {
        return Err(ExportError::NotFlexible { needed: route.needs_conversation().join(" and ") });
    }
    let reads = route.parameters_read().iter().chain(export.reads);
    let body: serde_json::Map<String, Value> =
        reads.map(|name| (name.clone(), format!("$session.params.{name}").into())).collect();
    let sets = route.parameters_set().iter().chain(export.sets);
    let mut mapping: serde_json::Map<String, Value> =
        sets.map(|name| (name.clone(), path(name).into())).collect();
    if let Some((parameter, member)) = export.messages {
        mapping.insert(parameter.to_owned(), path(member).into());
    }
    let service = json!({
        "uri": format!("{}/{}", export.address, percent_encoding::utf8_percent_encode(export.tag, SEGMENT)),
        "webhookType": "FLEXIBLE",
        "httpMethod": "POST",
        "requestBody": serde_json::to_string_pretty(&body).unwrap_or_default(),
        "parameterMapping": mapping,
    });
    Ok(resource(service, export.display_name, export.timeout, &export.authentication)?)
}

/// The standard webhook at this address, which brings every tag.
#[cfg_attr(
    not(feature = "cli"),
    expect(dead_code, reason = "the command alone knows under which paths a server is called")
)]
pub(crate) fn standard(
    uri: &str,
    display_name: &str,
    timeout: u64,
    authentication: &Authentication,
) -> Result<Webhook, ParseError> {
    resource(json!({ "uri": uri, "webhookType": "STANDARD" }), display_name, timeout, authentication)
}

fn resource(
    mut service: Value,
    display_name: &str,
    timeout: u64,
    authentication: &Authentication,
) -> Result<Webhook, ParseError> {
    match authentication {
        Authentication::None => {}
        Authentication::IdToken => service["serviceAgentAuth"] = "ID_TOKEN".into(),
        Authentication::Basic { secret_version } => {
            service["secretVersionForUsernamePassword"] = secret_version.as_str().into();
        }
        Authentication::Header { name, secret_version } => {
            service["secretVersionsForRequestHeaders"] = json!({ name: { "secretVersion": secret_version } });
        }
    }
    let resource = json!({
        "displayName": display_name,
        "genericWebService": service,
        "timeout": format!("{timeout}s"),
    });
    Webhook::parse(resource.to_string().as_bytes())
}

const SEGMENT: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path to a member of the answer.
fn path(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { format!("$.{name}") } else { format!("$['{}']", name.replace('\'', "\\'")) }
}
