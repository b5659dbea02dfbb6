//! Why there is no page.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template as _;

use super::shown::guard;
use crate::access::{self, RefusedKind};
use crate::console::Chrome;
use crate::console::problem::ProblemPage;
use crate::delivery::rules::RuleError;
use crate::delivery::webhooks::WebhookError;
use crate::excerpt::excerpt;
use crate::resources::ResourceError;
use crate::server::respond::{Refusal, Unmanaged};
use crate::store::StoreError;

/// What keeps a page from being shown, or a form from doing what it is for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// Nobody is signed in, or who is may not.
    #[error("{}", .0.public_message())]
    Access(access::Refused),
    #[error(
        "This form was not sent from a page of this console, or is from before you signed in. Open the page again and send it there."
    )]
    Forged,
    #[error("Too many tokens were tried from here; try again in {seconds} s.")]
    Throttled { seconds: u64 },
    #[error("There is no {0}.")]
    NotFound(&'static str),
    #[error("{0}")]
    Invalid(String),
    /// Nobody who signs in may do it here.
    #[error("{0}")]
    Forbidden(String),
    #[error("{0}")]
    Conflict(String),
    #[error("The server failed; its log says why.")]
    Failed,
    #[error(transparent)]
    Refusal(Refusal),
    #[error(transparent)]
    Unmanaged(#[from] Unmanaged),
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Refusal(error.into())
    }
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        let text = error.to_string();
        match error {
            WebhookError::NotFound { .. } => Self::NotFound("webhook of this id; it may have been deleted"),
            WebhookError::Invalid(_) | WebhookError::Connection { .. } | WebhookError::NotDurable => {
                Self::Invalid(text)
            }
            WebhookError::OfApp { .. } | WebhookError::TooMany { .. } => Self::Forbidden(text),
            WebhookError::Changed { .. } => Self::Conflict(text),
            WebhookError::NoChance => Self::Failed,
            WebhookError::Store(error) => error.into(),
        }
    }
}

impl From<RuleError> for Problem {
    fn from(error: RuleError) -> Self {
        let text = error.to_string();
        match error {
            RuleError::NotFound { .. } => Self::NotFound("rule of this id; it may have been deleted"),
            RuleError::Invalid(_) | RuleError::NotDurable => Self::Invalid(text),
            RuleError::TooMany { .. } => Self::Forbidden(text),
            RuleError::Changed { .. } => Self::Conflict(text),
            RuleError::Webhooks(error) => error.into(),
            RuleError::Store(error) => error.into(),
        }
    }
}

impl From<ResourceError> for Problem {
    fn from(error: ResourceError) -> Self {
        match error {
            ResourceError::NotFound { noun, .. } => Self::NotFound(match noun {
                "environment" => "such environment",
                _ => "such webhook",
            }),
            ResourceError::Store(error) => error.into(),
            ResourceError::Invalid { .. } | ResourceError::NotAllowed { .. } => {
                Self::Invalid(error.to_string())
            }
            _ => Self::Conflict(error.to_string()),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::Access(refused) => match refused.kind() {
                RefusedKind::Unauthenticated => StatusCode::UNAUTHORIZED,
                RefusedKind::Forbidden => StatusCode::FORBIDDEN,
                RefusedKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            },
            Self::Forged | Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Refusal(refusal) => refusal.respond().status(),
            Self::Unmanaged(unmanaged) => unmanaged.respond().status(),
        }
    }

    /// What nobody could know from the answer alone.
    pub(super) fn log(&self, request: &HttpRequest) {
        let path = excerpt(request.path(), 256);
        match self {
            Self::Access(access::Refused::Missing { .. }) | Self::NotFound(_) => {}
            Self::Access(refused) => tracing::warn!(
                target: "rejoinder::management", method = %request.method(), path = %path, code = refused.code(),
                "somebody was refused at the console: {refused}"
            ),
            other => tracing::info!(
                target: "rejoinder::management", method = %request.method(), path = %path,
                status = other.status().as_u16(), "a page of the console was not shown: {other}"
            ),
        }
    }

    /// Whoever is not signed in and looks with a browser is asked to sign in.
    pub(super) fn respond(&self, request: &HttpRequest, frame: Option<Chrome>) -> HttpResponse {
        let status = self.status();
        let has_token = request.headers().contains_key(header::AUTHORIZATION);
        if status == StatusCode::UNAUTHORIZED && !has_token {
            let next = request.uri().path_and_query().map_or("/console/", |address| address.as_str());
            let next = if request.method() == actix_web::http::Method::GET { next } else { "/console/" };
            let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let mut response = HttpResponse::SeeOther();
            response.insert_header((header::LOCATION, format!("/console/sign-in?next={next}")));
            let mut response = response.finish();
            guard(&mut response);
            return response;
        }
        let title = match status {
            StatusCode::FORBIDDEN => "Not allowed",
            StatusCode::NOT_FOUND => "Not found",
            StatusCode::UNAUTHORIZED => "Not signed in",
            status if status.is_server_error() => "Not possible now",
            _ => "Not done",
        };
        let help = match self {
            Self::Access(access::Refused::NotAllowed { .. }) => {
                "Sign out, and sign in with a token whose role may; an admin makes one on the page of settings."
            }
            _ => "",
        };
        let message = excerpt(&self.to_string(), 1000).into_owned();
        let frame = frame.unwrap_or_else(|| Chrome::of_nobody(""));
        let page = ProblemPage { chrome: Chrome { title: title.to_owned(), ..frame }, message, help };
        let mut response = HttpResponse::build(status);
        if let Self::Throttled { seconds } = self {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        response.content_type("text/html; charset=utf-8");
        let mut response = response.body(page.render().unwrap_or_else(|_| self.to_string()));
        guard(&mut response);
        response
    }
}
