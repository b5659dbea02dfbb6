//! Names for a call in logs: the request id and the trace it belongs to.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use super::REQUEST_ID;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What a call is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The client's `X-Request-Id`, else the trace id, else one of ours. Visible ASCII.
    pub(crate) request_id: String,
    /// The trace id of a valid `traceparent` (W3C Trace Context), 32 hex digits.
    pub(crate) trace_id: Option<String>,
}

impl Identity {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let trace_id = text(TRACEPARENT).and_then(trace_id).map(str::to_owned);
        let usable =
            |id: &&str| (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        let request_id = match text(REQUEST_ID).filter(usable) {
            Some(id) => id.to_owned(),
            None => trace_id.clone().unwrap_or_else(next_id),
        };
        Self { request_id, trace_id }
    }
}

/// The trace id in `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`; later versions may have more.
fn trace_id(traceparent: &str) -> Option<&str> {
    let mut parts = traceparent.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let valid = hex(version, 2)
        && version != "ff"
        && hex(trace, 32)
        && hex(parent, 16)
        && hex(flags, 2)
        && (version != "00" || parts.next().is_none());
    let zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    (valid && !zero(trace) && !zero(parent)).then_some(trace)
}

/// An id that no other call of this process has, and hardly one of another process.
fn next_id() -> String {
    static PROCESS: LazyLock<String> =
        LazyLock::new(|| format!("{:016x}-", std::hash::RandomState::new().build_hasher().finish()));
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed).to_string();
    [PROCESS.as_str(), &number].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(headers: &[(&'static str, &str)]) -> Identity {
        let pairs = headers.iter().map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
        });
        Identity::of(&pairs.collect())
    }

    #[test]
    fn the_clients_id_wins_then_the_trace_then_ours() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let parent = format!("00-{trace}-00f067aa0ba902b7-01");
        assert_eq!(identity(&[("x-request-id", "a"), ("traceparent", &parent)]).request_id, "a");
        assert_eq!(identity(&[("traceparent", &parent)]).request_id, trace);
        assert_ne!(identity(&[]).request_id, identity(&[]).request_id);
    }

    #[test]
    fn what_is_no_id_is_not_taken() {
        let long = "x".repeat(129);
        for id in ["", "two words", &long] {
            assert_ne!(identity(&[("x-request-id", id)]).request_id, id);
        }
        for parent in ["00-0-0-0", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "x"] {
            assert_eq!(identity(&[("traceparent", parent)]).trace_id, None);
        }
    }
}
