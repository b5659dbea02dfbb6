//! A call of an upstream that is made again, with what its webhook presents now.

use std::collections::HashMap;
use std::sync::Arc;

use super::noted::Noted;
use super::{Variant, traced};
use crate::activity::record::Place;
use crate::activity::{Activity, InvocationId};
use crate::error::Error;
use crate::outbound::{Method, Request, Url};

/// The webhooks that routes call, by display name and environment; the latter is empty for what the
/// agent itself has.
#[derive(Debug, Default, Clone)]
pub(crate) struct Upstreams(HashMap<(String, String), Arc<Variant>>);

/// Why a call of an upstream is not made again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    #[error("no route calls the webhook {webhook:?} any more")]
    Gone { webhook: String },
    #[error("the webhook {webhook:?} is disabled")]
    Disabled { webhook: String },
    #[error(
        "the webhook {webhook:?} is at another address now: its credentials are not sent to where it was, {was}"
    )]
    Moved { webhook: String, was: String },
    #[error("what was kept of the request cannot be sent: {0}")]
    Request(String),
}

impl ReplayError {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Gone { .. } => "webhook_gone",
            Self::Disabled { .. } => "webhook_disabled",
            Self::Moved { .. } => "webhook_moved",
            Self::Request(_) => "request_invalid",
        }
    }
}

impl Upstreams {
    pub(super) fn add(&mut self, webhook: &str, environment: &str, variant: &Arc<Variant>) {
        self.0.insert((webhook.to_owned(), environment.to_owned()), Arc::clone(variant));
    }

    /// Sends a request again, and keeps it as a new invocation; tells its id.
    #[expect(clippy::too_many_arguments, reason = "they are the parts of one request")]
    pub(crate) async fn replay(
        &self,
        origin: InvocationId,
        activity: &Activity,
        webhook: &str,
        place: Place,
        method: &str,
        url: &str,
        headers: &[(String, String)],
        body: String,
    ) -> Result<InvocationId, ReplayError> {
        let name = || webhook.to_owned();
        let key = |environment: &str| (webhook.to_owned(), environment.to_owned());
        let variant = self.0.get(&key(&place.environment)).or_else(|| self.0.get(&key("")));
        let variant = variant.ok_or_else(|| ReplayError::Gone { webhook: name() })?;
        if variant.disabled {
            return Err(ReplayError::Disabled { webhook: name() });
        }
        let mut request = request(method, url, headers, body)?;
        if !is_of(&variant.template, &request.url) {
            let was = request.url.origin().ascii_serialization();
            return Err(ReplayError::Moved { webhook: name(), was });
        }
        let (target, credentials) = (&variant.target, &variant.credentials);
        let deadline = target.deadline();
        let mut noted = Noted::again(activity, webhook, variant, origin, place);
        let id = noted.id();
        let presented = credentials.present(&mut request, deadline, target.left(deadline)).await;
        let outcome = match presented {
            Ok(_) => {
                let sent = traced::send(target, request, deadline, noted.seen()).await;
                sent.map(|_| ()).map_err(|error| {
                    let code = error.code();
                    Error::unavailable("The upstream gave no answer.").with_code(code).with_cause(error)
                })
            }
            Err(error) => Err(Error::unavailable("The credentials cannot be had.")
                .with_code("credentials_unavailable")
                .with_cause(error)),
        };
        // What came of it, the new invocation says.
        let _ = noted.ended(outcome);
        Ok(id.unwrap_or(origin))
    }
}

fn request(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: String,
) -> Result<Request, ReplayError> {
    let wrong = |error: &dyn std::fmt::Display| ReplayError::Request(error.to_string());
    let method: Method = method.parse().map_err(|error| wrong(&error))?;
    let url: Url = url.parse().map_err(|error| wrong(&error))?;
    let mut request = Request::new(method, url);
    // Those of the trace were of the call that this one was made for.
    for (name, value) in
        headers.iter().filter(|(name, _)| !["traceparent", "tracestate"].contains(&name.as_str()))
    {
        request = request.header(name, value.as_bytes()).map_err(|error| wrong(&error))?;
    }
    Ok(if body.is_empty() { request } else { request.body(body) })
}

/// Whether an address is one of this template's server, which nothing but text may say.
fn is_of(template: &str, url: &Url) -> bool {
    let Some((scheme, rest)) = template.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('$') {
        return false;
    }
    let own = format!("{scheme}://{authority}/").parse::<Url>();
    own.is_ok_and(|own| own.origin() == url.origin())
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn credentials_go_to_the_webhooks_own_server_alone() {
        for (template, url, same) in [
            ("https://a.example/x/$session.params.id?q=1", "https://a.example/x/7", true),
            ("https://a.example", "https://A.example:443/x", true),
            ("https://a.example:8443/", "https://a.example/x", false),
            ("http://a.example/", "https://a.example/x", false),
            ("https://b.example/", "https://a.example/", false),
            ("https://a.example@b.example/", "https://a.example/", false),
            ("https://$session.params.host/", "https://a.example/", false),
            ("a.example", "https://a.example/", false),
        ] {
            assert_eq!(is_of(template, &url.parse().expect("a URL")), same, "{template}");
        }
    }
}
