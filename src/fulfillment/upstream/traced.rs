//! A call of an upstream as a part of the call that it is made for.

use std::time::Instant;

use crate::outbound::{HeaderName, HeaderValue, OutboundError, Request, Response, Seen, Target};
use crate::telemetry::trace::{Kind, Trace};

/// Sends a request, which tells the upstream of the trace unless the webhook has such headers itself.
pub(super) async fn send(
    target: &Target,
    mut request: Request,
    deadline: Instant,
    seen: Option<&mut Seen>,
) -> Result<Response, OutboundError> {
    let mut span = Trace::current().child("upstream", Kind::Client);
    if span.is_recorded() {
        span.text("rejoinder.webhook", target.name().to_owned());
        span.text("http.request.method", request.method.to_string());
        span.text("server.address", request.url.host_str().unwrap_or_default().to_owned());
    }
    for (name, value) in span.trace().headers() {
        if let Ok(value) = HeaderValue::try_from(value) {
            request.headers.entry(HeaderName::from_static(name)).or_insert(value);
        }
    }
    let outcome = target.send_seen(request, Some(deadline), seen).await;
    match &outcome {
        Ok(response) => {
            span.number("http.response.status_code", response.status.into());
            span.number("rejoinder.attempts", i64::try_from(response.attempts).unwrap_or(i64::MAX));
            if response.status >= 400 {
                span.failed(response.status.to_string());
            }
        }
        Err(error) => span.failed(error.code()),
    }
    outcome
}
