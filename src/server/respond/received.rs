//! Events that neighbour systems send.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::json;

use super::{Refusal, error_body};
use crate::excerpt::excerpt;
use crate::receive::NotKept;

/// Why an event that came is not acknowledged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreceived {
    #[error("There is no source {:?} here; the name is that of a section [receive.zendesk.NAME].", excerpt(.name, 100))]
    Source { name: String },
    #[error("The request is not signed: it has no header {header}.")]
    Unsigned { header: &'static str },
    #[error("The time of the signature is no time: expected RFC 3339, such as 2026-01-02T03:04:05Z.")]
    Timestamp,
    #[error(
        "The time of the signature is {seconds} s from this server's; it may be {} (freshness). Check both clocks, or \
         somebody repeats what was sent long ago.",
        humantime::format_duration(*.most)
    )]
    Stale { seconds: u64, most: Duration },
    #[error(
        "The signature is made with the published test secret, as Zendesk tests webhooks that are not saved; such requests \
         are refused unless the source has allow_test_secret = true."
    )]
    TestSecret,
    #[error("The signature is of none of the source's secrets, or the body was changed on its way.")]
    Signature,
    #[error("The event cannot be kept now; send it again.")]
    NotKept(#[from] NotKept),
    #[error(transparent)]
    Refusal(#[from] Refusal),
}

impl Unreceived {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Source { .. } => "unknown_source",
            Self::Unsigned { .. } => "signature_missing",
            Self::Timestamp => "timestamp_invalid",
            Self::Stale { .. } => "timestamp_stale",
            Self::TestSecret => "test_secret",
            Self::Signature => "signature_wrong",
            Self::NotKept(NotKept::Store(error)) => error.code(),
            Self::NotKept(NotKept::Full | NotKept::Number | NotKept::Closed) => "not_kept",
            Self::Refusal(refusal) => refusal.code(),
        }
    }

    /// The whole truth, for the log.
    pub(crate) fn cause(&self) -> String {
        match self {
            Self::NotKept(cause) => cause.to_string(),
            other => other.to_string(),
        }
    }

    /// Whether it is about who sends: a flood of these is not written out.
    pub(crate) fn is_of_sender(&self) -> bool {
        !matches!(self, Self::NotKept(_) | Self::Refusal(Refusal::ShuttingDown))
    }

    /// Zendesk sends again after 409, and after 503 with `Retry-After` from 1 to 59; anything else that
    /// is no success is the end of the event.
    pub(crate) fn respond(&self) -> HttpResponse {
        let unauthorized = |response: &mut HttpResponseBuilder| {
            response.insert_header((header::WWW_AUTHENTICATE, "ZendeskSignature"));
        };
        let mut response;
        match self {
            Self::Refusal(Refusal::TooSlow { .. } | Refusal::Body { .. } | Refusal::Store(_)) => {
                response = HttpResponse::ServiceUnavailable();
                response.insert_header((header::RETRY_AFTER, "1")).force_close();
            }
            Self::Refusal(refusal) => return refusal.respond(),
            Self::Source { .. } => response = HttpResponse::NotFound(),
            Self::Unsigned { .. }
            | Self::Timestamp
            | Self::Stale { .. }
            | Self::TestSecret
            | Self::Signature => {
                response = HttpResponse::Unauthorized();
                unauthorized(&mut response);
            }
            Self::NotKept(NotKept::Number) => response = HttpResponse::Conflict(),
            Self::NotKept(NotKept::Store(_)) => {
                response = HttpResponse::ServiceUnavailable();
                response.insert_header((header::RETRY_AFTER, "5"));
            }
            Self::NotKept(NotKept::Full | NotKept::Closed) => {
                response = HttpResponse::ServiceUnavailable();
                response.insert_header((header::RETRY_AFTER, "1"));
            }
        }
        error_body(&mut response, self.code(), &self.to_string())
    }
}

/// The acknowledgement of an event.
pub(crate) fn received(outcome: &str) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": outcome }))
}
