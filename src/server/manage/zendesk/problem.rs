//! Errors in Zendesk's form: `{"error", "description", "details"}`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::super::super::respond::{self, Refusal};
use crate::access::{Refused, RefusedKind};
use crate::delivery::rules::RuleError;
use crate::delivery::webhooks::WebhookError;
use crate::excerpt::excerpt;
use crate::store::StoreError;
use crate::zendesk::Violation;

pub(super) use respond::ZendeskCode as Code;

/// Why a call is not answered as it was meant.
#[derive(Debug)]
pub(super) struct Problem {
    code: Code,
    description: String,
    /// The members that cannot stay as they are.
    violations: Vec<Violation>,
    /// The methods that the address answers, for a 405.
    allowed: Option<&'static str>,
    /// What went wrong, for the log alone.
    cause: Option<String>,
    /// Whether it is in the log already.
    told: bool,
    challenge: Option<&'static str>,
}

impl Problem {
    pub(super) fn new(code: Code, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
            violations: Vec::new(),
            allowed: None,
            cause: None,
            told: false,
            challenge: None,
        }
    }

    /// A member or parameter that cannot stay as it is.
    pub(super) fn invalid(field: &str, description: impl Into<String>) -> Self {
        WebhookError::field(field, description).into()
    }

    pub(super) fn method(found: &str, allowed: &'static str) -> Self {
        let found = excerpt(found, 50);
        let description = format!("This address answers {allowed}, found {found}.");
        Self { allowed: Some(allowed), ..Self::new(Code::MethodNotAllowed, description) }
    }

    pub(super) fn nowhere(path: &str) -> Self {
        let path = excerpt(path, 300);
        Self::new(
            Code::InvalidEndpoint,
            format!(
                "This server has the webhooks, triggers and automations of Zendesk's API (/api/v2/webhooks…, \
                 /api/v2/triggers…, /api/v2/automations…), and nothing at {path:?}."
            ),
        )
    }

    pub(super) fn busy() -> Self {
        Self::new(Code::ServiceUnavailable, "Too many calls of this API are being answered; try again.")
    }

    pub(super) fn shutting_down() -> Self {
        Self::new(Code::ServiceUnavailable, "The server is shutting down; try again.")
    }

    #[cfg(test)]
    pub(super) fn code(&self) -> Code {
        self.code
    }

    #[cfg(test)]
    pub(super) fn description(&self) -> &str {
        &self.description
    }

    pub(super) fn log(&self, request: &HttpRequest) {
        let (method, path) = (request.method().as_str(), excerpt(request.uri().path(), 300));
        let (status, message) = (self.code.as_str(), &self.description);
        if let Some(cause) = &self.cause {
            tracing::error!(target: "rejoinder::management", method, path = &*path, status, "{cause}");
        } else if !self.told {
            tracing::info!(target: "rejoinder::management", method, path = &*path, status, "refused: {message}");
        }
    }

    pub(super) fn respond(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.code.http());
        response.insert_header((header::CACHE_CONTROL, "private, no-store"));
        if self.code == Code::ServiceUnavailable {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        if matches!(self.code, Code::PayloadTooLarge | Code::RequestTimeout) {
            // What is left of the body would be taken for the next request.
            response.force_close();
        }
        if let Some(allowed) = self.allowed {
            response.insert_header((header::ALLOW, allowed));
        }
        if let Some(challenge) = self.challenge {
            response.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        let mut body =
            json!({ "error": self.code.as_str(), "description": excerpt(&self.description, 2000) });
        if !self.violations.is_empty() {
            body["details"] = details(&self.violations);
        }
        response.json(body)
    }
}

/// What is wrong with each member; few enough to be read.
fn details(violations: &[Violation]) -> Value {
    const MOST: usize = 100;
    let mut details: Map<String, Value> = Map::new();
    for Violation { field, description } in violations.iter().take(MOST) {
        let field = if field.is_empty() { "base" } else { field };
        let one = json!({ "error": "InvalidValue", "description": excerpt(description, 1000) });
        match details.entry(field).or_insert_with(|| json!([])) {
            Value::Array(list) => list.push(one),
            other => *other = json!([one]),
        }
    }
    details.into()
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        let description = error.to_string();
        match error {
            WebhookError::NotFound { .. } => Self::new(Code::RecordNotFound, description),
            WebhookError::Invalid(violations) => {
                Self { violations, ..Self::new(Code::RecordInvalid, description) }
            }
            WebhookError::Connection { .. } | WebhookError::NotDurable => {
                Self::new(Code::UnprocessableEntity, description)
            }
            WebhookError::OfApp { .. } | WebhookError::TooMany { .. } => {
                Self::new(Code::Forbidden, description)
            }
            WebhookError::Changed { .. } => Self::new(Code::Conflict, description),
            WebhookError::NoChance => Self::new(Code::ServiceUnavailable, description),
            WebhookError::Store(error) => error.into(),
        }
    }
}

impl From<RuleError> for Problem {
    fn from(error: RuleError) -> Self {
        let description = error.to_string();
        match error {
            RuleError::NotFound { .. } => Self::new(Code::RecordNotFound, description),
            RuleError::Invalid(violations) => {
                Self { violations, ..Self::new(Code::RecordInvalid, description) }
            }
            RuleError::TooMany { .. } => Self::new(Code::Forbidden, description),
            RuleError::NotDurable => Self::new(Code::UnprocessableEntity, description),
            RuleError::Changed { .. } => Self::new(Code::Conflict, description),
            RuleError::Webhooks(error) => error.into(),
            RuleError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Full { .. } => Code::InsufficientStorage,
            _ if error.is_passing() => Code::ServiceUnavailable,
            _ => Code::InternalError,
        };
        Self { cause: Some(error.to_string()), ..Self::new(code, error.public_message()) }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let code = match refused.kind() {
            RefusedKind::Unauthenticated => Code::InvalidAuthentication,
            RefusedKind::Forbidden => Code::Forbidden,
            RefusedKind::Unavailable => Code::ServiceUnavailable,
        };
        let mut this = Self::new(code, refused.public_message());
        this.challenge = refused.challenge();
        // Whoever judged has written why.
        this.told = true;
        this
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::ShuttingDown | Refusal::Overloaded { .. } | Refusal::CannotJudge => {
                Code::ServiceUnavailable
            }
            Refusal::Unauthorized { .. } => Code::InvalidAuthentication,
            Refusal::Forbidden { .. } | Refusal::Local(_) => Code::Forbidden,
            Refusal::TooSlow { .. } => Code::RequestTimeout,
            Refusal::TooLarge { .. } => Code::PayloadTooLarge,
            Refusal::ContentType { .. } | Refusal::ContentEncoding { .. } => Code::UnsupportedMediaType,
            _ => Code::RecordInvalid,
        };
        Self::new(code, refusal.to_string())
    }
}
