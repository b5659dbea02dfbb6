//! Finds out what a failed exchange really failed of, deep in the client's chain of errors.

use std::error::Error;
use std::io;
use std::time::Duration;

use super::error::{OutboundError, Phase};
use super::guard::Refusal;
use super::tls;

/// What was called, and how long a connection was waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// Scheme, host and port.
    pub(super) host: &'a str,
    pub(super) connect_timeout: Duration,
}

impl Context<'_> {
    pub(super) fn explain(&self, error: reqwest::Error) -> OutboundError {
        // The URL has parameters of the conversation in it.
        let error = error.without_url();
        let host = self.host.to_owned();
        if let Some(refusal) = find::<Refusal>(&error) {
            return refusal.clone().into();
        }
        if let Some(cause) = find::<rustls::Error>(&error) {
            return OutboundError::Tls { host, reason: tls::explain(cause) };
        }
        let reason = innermost(&error);
        if error.is_builder() {
            return OutboundError::UrlInvalid { reason };
        }
        if error.is_dns() {
            return OutboundError::Unresolvable { host, reason };
        }
        if error.is_connect() {
            // The client's own limit for a connection, or the system's for one address.
            if error.is_timeout() {
                return OutboundError::TimedOut { host, after: self.connect_timeout, phase: Phase::Connect };
            }
            return OutboundError::Unreachable { host, reason };
        }
        match find::<hyper::Error>(&error) {
            Some(cause) if cause.is_parse() => OutboundError::InvalidAnswer { host, reason },
            _ => OutboundError::ConnectionLost { host, reason },
        }
    }
}

type Cause<'a> = &'a (dyn Error + 'static);

fn causes<'a>(error: Cause<'a>) -> impl Iterator<Item = Cause<'a>> {
    std::iter::successors(Some(error), |error| next(*error))
}

fn next<'a>(error: Cause<'a>) -> Option<Cause<'a>> {
    match error.downcast_ref::<io::Error>() {
        // An I/O error that wraps another passes itself over in `source`.
        Some(io) => io.get_ref().map(|inner| inner as Cause<'a>),
        None => error.source(),
    }
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The text of the cause that all others only wrap.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map_or_else(String::new, ToString::to_string)
}
