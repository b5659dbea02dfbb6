//! Our API of the activity log.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::{Refusal, error_body};
use crate::activity::InvocationId;
use crate::activity::replay::NotReplayable;
use crate::fulfillment::upstream::replay::ReplayError;
use crate::store::StoreError;

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
    /// Why a call is not made again, without its id.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::NotReplayable { refusal, .. } => refusal.to_string(),
            Self::Replay(error) => error.to_string(),
            other => other.to_string(),
        }
    }

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
