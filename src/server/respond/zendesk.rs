//! The codes of Zendesk's API.

use actix_web::http::StatusCode;

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
