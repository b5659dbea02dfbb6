//! Names for a call in logs: the request id and the trace it belongs to.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use actix_web::http::header::HeaderMap;

use super::REQUEST_ID;
use crate::telemetry::trace::{Trace, TraceContext};

/// What a call is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The client's `X-Request-Id`, else the trace id, else one of ours. Visible ASCII.
    pub(crate) request_id: Arc<str>,
    /// The trace that the call belongs to, and its place there.
    pub(crate) trace: Option<TraceContext>,
}

impl Identity {
    pub(crate) fn of(headers: &HeaderMap, trace: &Trace) -> Self {
        let id = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let trace = trace.context();
        let usable =
            |id: &&str| (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        let request_id = match id.filter(usable) {
            Some(id) => id.into(),
            None => trace.map_or_else(next_id, |trace| trace.trace_id().to_string().into()),
        };
        Self { request_id, trace }
    }
}

/// An id that no other call of this process has, and hardly one of another process.
fn next_id() -> Arc<str> {
    static PROCESS: LazyLock<String> =
        LazyLock::new(|| format!("{:016x}-", std::hash::RandomState::new().build_hasher().finish()));
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(number);
    // On the stack, so that only what is kept is allocated; 17 characters and 20 digits at most fit.
    let mut id = [0; 40];
    let length = PROCESS.len() + digits.len();
    id[..PROCESS.len()].copy_from_slice(PROCESS.as_bytes());
    id[PROCESS.len()..length].copy_from_slice(digits.as_bytes());
    std::str::from_utf8(&id[..length]).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;
    use crate::telemetry::trace::Tracing;

    fn identity(headers: &[(&'static str, &str)]) -> Identity {
        let pairs = headers.iter().map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
        });
        let headers: HeaderMap = pairs.collect();
        let span = super::super::trace::begin(&Tracing::default(), &headers);
        Identity::of(&headers, span.trace())
    }

    #[test]
    fn the_clients_id_wins_then_the_trace_then_ours() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let parent = format!("00-{trace}-00f067aa0ba902b7-01");
        assert_eq!(identity(&[("x-request-id", "a"), ("traceparent", &parent)]).request_id.as_ref(), "a");
        assert_eq!(identity(&[("traceparent", &parent)]).request_id.as_ref(), trace);
        assert_ne!(identity(&[]).request_id, identity(&[]).request_id);
    }

    #[test]
    fn what_is_no_id_is_not_taken() {
        let long = "x".repeat(129);
        for id in ["", "two words", &long] {
            assert_ne!(identity(&[("x-request-id", id)]).request_id.as_ref(), id);
        }
        assert_eq!(identity(&[("traceparent", "00-0-0-0")]).trace, None);
    }
}
