//! From failures to HTTP statuses: nowhere else is this decided.

mod failed;
mod received;
mod rpc;
mod unmanaged;
mod zendesk;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use serde_json::json;

#[cfg(feature = "testing")]
pub(crate) use failed::told;
pub(crate) use failed::{failed, status_of};
pub(crate) use received::{Unreceived, received};
pub(crate) use rpc::RpcCode;
pub(crate) use unmanaged::Unmanaged;
pub(crate) use zendesk::ZendeskCode;

use super::overload::Full;
use crate::access::{self, RefusedKind};
use crate::auth::Challenges;
use crate::excerpt::excerpt;
use crate::store::StoreError;

/// A refusal of the server itself, before or instead of a handler.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("The server is shutting down; try again.")]
    ShuttingDown,
    #[error("The server is busy; try again.")]
    Overloaded { why: &'static str },
    #[error("The head of the request is over {limit} bytes, the largest accepted.")]
    Head { limit: usize },
    #[error("The caller is not known.")]
    Unauthorized { challenges: Challenges },
    #[error("The caller may not do this.")]
    Forbidden { challenges: Option<Challenges> },
    #[error("The caller cannot be judged now; try again.")]
    CannotJudge,
    #[error("This address answers {allowed} only.")]
    Method { allowed: &'static str },
    #[error("There is nothing at this address.")]
    Path,
    #[error("Send the request as application/json; found {found}.")]
    ContentType { found: String },
    #[error("Bodies may be sent plain or with Content-Encoding gzip; found {found:?}.")]
    ContentEncoding { found: String },
    #[error("The body is over {limit} bytes{expanded}, the largest accepted.")]
    TooLarge { limit: usize, expanded: &'static str },
    #[error("The body did not arrive in {seconds} s.")]
    TooSlow { seconds: f64 },
    #[error("The body could not be read: {cause}.")]
    Body { cause: String },
    #[error("The request is no WebhookRequest: {0}.")]
    Request(#[from] crate::protocol::ParseError),
    #[error("The parameters of a flexible webhook call cannot be read: {cause}.")]
    Parameters { cause: String },
    #[error("{0}")]
    Local(&'static str),
    #[error("{}", .0.public_message())]
    Access(access::Refused),
    #[error("{}", .0.public_message())]
    Store(#[from] StoreError),
    /// Something about a request of our own API.
    #[error("{0}")]
    Argument(String),
    #[error("There is no {0}.")]
    Nothing(&'static str),
    #[error("{0}")]
    Conflict(String),
}

impl Refusal {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::ShuttingDown => "shutting_down",
            Self::Overloaded { .. } => "overloaded",
            Self::Head { .. } => "headers_too_large",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Forbidden { .. } | Self::Local(_) => "forbidden",
            Self::CannotJudge => "cannot_judge_caller",
            Self::Method { .. } => "method_not_allowed",
            Self::Path | Self::Nothing(_) => "not_found",
            Self::Access(refused) => refused.code(),
            Self::Store(error) => error.code(),
            Self::Argument(_) => "invalid_argument",
            Self::Conflict(_) => "conflict",
            Self::ContentType { .. } => "unsupported_content_type",
            Self::ContentEncoding { .. } => "unsupported_content_encoding",
            Self::TooLarge { .. } => "too_large",
            Self::TooSlow { .. } => "body_timeout",
            Self::Body { .. } => "unreadable_body",
            Self::Request(_) => "invalid_request",
            Self::Parameters { .. } => "invalid_parameters",
        }
    }

    /// Whether it is about who calls.
    pub(crate) fn is_of_caller(&self) -> bool {
        matches!(self, Self::Unauthorized { .. } | Self::Forbidden { .. } | Self::CannotJudge)
    }

    pub(crate) fn respond(&self) -> HttpResponse {
        let mut response = HttpResponse::build(match self {
            Self::ShuttingDown | Self::CannotJudge | Self::Overloaded { .. } => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Head { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Unauthorized { .. } => StatusCode::UNAUTHORIZED,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Path | Self::Nothing(_) => StatusCode::NOT_FOUND,
            Self::Access(refused) => match refused.kind() {
                RefusedKind::Unauthenticated => StatusCode::UNAUTHORIZED,
                RefusedKind::Forbidden => StatusCode::FORBIDDEN,
                RefusedKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            },
            Self::Store(error) if error.is_conflict() => StatusCode::CONFLICT,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::ContentType { .. } | Self::ContentEncoding { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Body { .. } | Self::Request(_) | Self::Parameters { .. } | Self::Argument(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::Forbidden { .. } | Self::Local(_) => StatusCode::FORBIDDEN,
        });
        match self {
            Self::ShuttingDown => {
                response.insert_header((header::RETRY_AFTER, "1")).force_close();
            }
            Self::CannotJudge | Self::Overloaded { .. } => {
                response.insert_header((header::RETRY_AFTER, "1"));
            }
            Self::Unauthorized { challenges } | Self::Forbidden { challenges: Some(challenges) } => {
                challenge(&mut response, challenges);
            }
            Self::Method { allowed } => {
                response.insert_header((header::ALLOW, *allowed));
            }
            Self::ContentEncoding { .. } => {
                response.insert_header((header::ACCEPT_ENCODING, "gzip"));
            }
            // What is left of the body would be taken for the next request.
            Self::TooLarge { .. } | Self::TooSlow { .. } | Self::Body { .. } => {
                response.force_close();
            }
            Self::Access(refused) => {
                if let Some(challenge) = refused.challenge() {
                    response.insert_header((header::WWW_AUTHENTICATE, challenge));
                }
            }
            Self::Path
            | Self::Nothing(_)
            | Self::Store(_)
            | Self::Argument(_)
            | Self::Conflict(_)
            | Self::Forbidden { challenges: None }
            | Self::Head { .. }
            | Self::ContentType { .. }
            | Self::Request(_)
            | Self::Parameters { .. }
            | Self::Local(_) => {}
        }
        error_body(&mut response, self.code(), &self.to_string())
    }
}

impl From<Full> for Refusal {
    fn from(_: Full) -> Self {
        Self::Overloaded { why: "the memory for bodies is used up" }
    }
}

/// One header a challenge: not every client takes a list apart.
fn challenge(response: &mut HttpResponseBuilder, challenges: &Challenges) {
    for value in challenges.values() {
        response.append_header((header::WWW_AUTHENTICATE, value.clone()));
    }
}

fn error_body(response: &mut HttpResponseBuilder, code: &str, message: &str) -> HttpResponse {
    response.insert_header((header::CONTENT_TYPE, JSON)).body(error_text(code, message))
}

/// The body of an answer that is an error.
pub(crate) fn error_text(code: &str, message: &str) -> String {
    // It may quote names from the request, which can be as long as a request.
    let message = excerpt(message, 1000);
    json!({ "error": { "code": code, "message": message } }).to_string()
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The answer to a call that was answered.
pub(crate) fn reply(body: Bytes) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, JSON));
    response.body(body)
}
