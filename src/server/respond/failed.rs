//! Calls whose handler failed.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};

#[cfg(feature = "testing")]
use super::error_text;
use super::{challenge, error_body};
use crate::auth::Auth;
use crate::error::{Error, ErrorKind};

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
