//! From failures to HTTP statuses: nowhere else is this decided.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use serde_json::json;

use super::overload::Full;
use crate::access::{self, RefusedKind};
use crate::activity::InvocationId;
use crate::activity::replay::NotReplayable;
use crate::auth::{Auth, Challenges};
use crate::error::{Error, ErrorKind};
use crate::excerpt::excerpt;
use crate::fulfillment::upstream::replay::ReplayError;
use crate::receive::NotKept;
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

/// The codes of `google.rpc.Code` that are answered, each with its HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RpcCode {
    InvalidArgument,
    FailedPrecondition,
    Unauthenticated,
    PermissionDenied,
    NotFound,
    AlreadyExists,
    Aborted,
    ResourceExhausted,
    Internal,
    Unimplemented,
    Unavailable,
    DeadlineExceeded,
}

impl RpcCode {
    pub(crate) fn http(self) -> StatusCode {
        match self {
            Self::InvalidArgument | Self::FailedPrecondition => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::PermissionDenied => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::AlreadyExists | Self::Aborted => StatusCode::CONFLICT,
            Self::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unimplemented => StatusCode::NOT_IMPLEMENTED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// Its name, as answers say it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::FailedPrecondition => "FAILED_PRECONDITION",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::Aborted => "ABORTED",
            Self::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Self::Internal => "INTERNAL",
            Self::Unimplemented => "UNIMPLEMENTED",
            Self::Unavailable => "UNAVAILABLE",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
        }
    }
}

/// The words for errors of Zendesk's API, each with its HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ZendeskCode {
    RecordInvalid,
    InvalidAuthentication,
    Forbidden,
    RecordNotFound,
    InvalidEndpoint,
    MethodNotAllowed,
    RequestTimeout,
    Conflict,
    PayloadTooLarge,
    UnsupportedMediaType,
    UnprocessableEntity,
    InternalError,
    ServiceUnavailable,
    InsufficientStorage,
}

impl ZendeskCode {
    pub(crate) fn http(self) -> StatusCode {
        match self {
            Self::RecordInvalid => StatusCode::BAD_REQUEST,
            Self::InvalidAuthentication => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::RecordNotFound | Self::InvalidEndpoint => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::UnprocessableEntity => StatusCode::UNPROCESSABLE_ENTITY,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::InsufficientStorage => StatusCode::INSUFFICIENT_STORAGE,
        }
    }

    /// Its name, as answers say it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::RecordInvalid => "RecordInvalid",
            Self::InvalidAuthentication => "InvalidAuthentication",
            Self::Forbidden => "Forbidden",
            Self::RecordNotFound => "RecordNotFound",
            Self::InvalidEndpoint => "InvalidEndpoint",
            Self::MethodNotAllowed => "MethodNotAllowed",
            Self::RequestTimeout => "RequestTimeout",
            Self::Conflict => "Conflict",
            Self::PayloadTooLarge => "PayloadTooLarge",
            Self::UnsupportedMediaType => "UnsupportedMediaType",
            Self::UnprocessableEntity => "UnprocessableEntity",
            Self::InternalError => "InternalError",
            Self::ServiceUnavailable => "ServiceUnavailable",
            Self::InsufficientStorage => "InsufficientStorage",
        }
    }
}

/// Why a question about the activity log is not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unmanaged {
    #[error("There is no invocation {id}; it may be older than activity.retention.")]
    Invocation { id: InvocationId },
    #[error("The invocation {id} cannot be replayed: {refusal}.")]
    NotReplayable { id: InvocationId, refusal: NotReplayable },
    #[error("The call cannot be made again: {0}.")]
    Replay(#[from] ReplayError),
    #[error("There is no activity log here: set activity.enabled = \"on\", or store.url.")]
    Off,
    #[error(transparent)]
    Refusal(#[from] Refusal),
}

impl From<StoreError> for Unmanaged {
    fn from(error: StoreError) -> Self {
        Refusal::from(error).into()
    }
}

impl Unmanaged {
    pub(crate) fn respond(&self) -> HttpResponse {
        let (status, code) = match self {
            Self::Refusal(refusal) => return refusal.respond(),
            Self::Invocation { .. } => (StatusCode::NOT_FOUND, "not_found"),
            Self::NotReplayable { refusal, .. } => (StatusCode::CONFLICT, refusal.code()),
            Self::Replay(error) => (StatusCode::CONFLICT, error.code()),
            Self::Off => (StatusCode::NOT_FOUND, "activity_off"),
        };
        let mut response = HttpResponse::build(status);
        error_body(&mut response, code, &self.to_string())
    }
}

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

/// The status that a failed call is answered with.
pub(crate) fn status_of(error: &Error) -> u16 {
    status(error.kind()).as_u16()
}

/// The answer to a call whose handler failed.
pub(crate) fn failed(error: &Error, auth: &Auth) -> HttpResponse {
    let mut response = HttpResponse::build(status(error.kind()));
    match error.kind() {
        ErrorKind::Unauthorized => {
            challenge(&mut response, &auth.challenges(None));
        }
        ErrorKind::Unavailable => {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        _ => {}
    }
    error_body(&mut response, error.code(), error.public_message())
}

/// The status and body of that answer, for who needs no connection.
#[cfg(feature = "testing")]
pub(crate) fn told(error: &Error) -> (u16, String) {
    (status_of(error), error_text(error.code(), error.public_message()))
}

/// One header a challenge: not every client takes a list apart.
fn challenge(response: &mut HttpResponseBuilder, challenges: &Challenges) {
    for value in challenges.values() {
        response.append_header((header::WWW_AUTHENTICATE, value.clone()));
    }
}

fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::BadRequest => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::TimedOut => StatusCode::GATEWAY_TIMEOUT,
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
