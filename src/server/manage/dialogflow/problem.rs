//! Errors in Google's form: `{"error": {"code", "message", "status", "details"}}`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::super::super::respond::{self, Refusal};
use crate::access::{Refused, RefusedKind};
use crate::excerpt::excerpt;
use crate::protocol::ParseError;
use crate::resources::{ResourceError, Violation};
use crate::store::StoreError;

pub(super) use respond::RpcCode as Code;

/// Why a call is not answered as it was meant.
#[derive(Debug)]
pub(super) struct Problem {
    code: Code,
    message: String,
    details: Vec<Value>,
    /// What went wrong, for the log alone.
    cause: Option<String>,
    /// Whether it is in the log already.
    told: bool,
    challenge: Option<&'static str>,
}

const DOMAIN: &str = "rejoinder";

impl Problem {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new(), cause: None, told: false, challenge: None }
    }

    /// A field or parameter that cannot stay as it is.
    pub(super) fn invalid(field: &str, description: &str) -> Self {
        ResourceError::field(field, description).into()
    }

    pub(super) fn busy() -> Self {
        Self::new(Code::Unavailable, "Too many calls of the management API are being answered; try again.")
    }

    pub(super) fn shutting_down() -> Self {
        Self::new(Code::Unavailable, "The server is shutting down; try again.")
    }

    fn with(mut self, kind: &str, mut detail: Value) -> Self {
        detail["@type"] = format!("type.googleapis.com/google.rpc.{kind}").into();
        self.details.push(detail);
        self
    }

    /// A word for programs.
    pub(super) fn reason(self, reason: &str) -> Self {
        self.with("ErrorInfo", json!({ "reason": reason, "domain": DOMAIN }))
    }

    #[cfg(test)]
    pub(super) fn code(&self) -> Code {
        self.code
    }

    #[cfg(test)]
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn log(&self, request: &HttpRequest) {
        let (method, path) = (request.method().as_str(), excerpt(request.uri().path(), 300));
        let (status, message) = (self.code.as_str(), &self.message);
        if let Some(cause) = &self.cause {
            tracing::error!(target: "rejoinder::management", method, path = &*path, status, "{cause}");
        } else if !self.told {
            tracing::info!(target: "rejoinder::management", method, path = &*path, status, "refused: {message}");
        }
    }

    pub(super) fn respond(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.code.http());
        if self.code == Code::Unavailable {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        if let Some(challenge) = self.challenge {
            response.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        let mut error = json!({
            "code": self.code.http().as_u16(),
            "message": excerpt(&self.message, 2000),
            "status": self.code.as_str(),
        });
        if !self.details.is_empty() {
            error["details"] = self.details.clone().into();
        }
        response.json(json!({ "error": error }))
    }
}

impl From<ResourceError> for Problem {
    fn from(error: ResourceError) -> Self {
        let message = error.to_string();
        let resource = |noun: &str, name: &str| json!({ "resourceType": noun, "resourceName": name });
        let failed = |kind: &str, subject: &str| json!({ "violations": [{ "type": kind, "subject": subject, "description": message }] });
        match error {
            ResourceError::NotFound { noun, name } => {
                Self::new(Code::NotFound, &message).with("ResourceInfo", resource(noun, &name))
            }
            ResourceError::AlreadyExists { noun, display_name, .. } => {
                Self::new(Code::AlreadyExists, &message).with("ResourceInfo", resource(noun, &display_name))
            }
            ResourceError::Invalid { violations, .. } => {
                let violations: Vec<Value> = violations
                    .into_iter()
                    .map(|Violation { field, description }| json!({ "field": field, "description": description }))
                    .collect();
                Self::new(Code::InvalidArgument, &message)
                    .with("BadRequest", json!({ "fieldViolations": violations }))
            }
            ResourceError::Filed { name, .. } => Self::new(Code::FailedPrecondition, &message)
                .with("PreconditionFailure", failed("FILE", &name)),
            ResourceError::InUse { subject, .. } => Self::new(Code::FailedPrecondition, &message)
                .with("PreconditionFailure", failed("IN_USE", &subject)),
            ResourceError::NotAllowed { .. } => {
                Self::new(Code::PermissionDenied, &message).reason("NOT_ALLOWED_BY_SETTINGS")
            }
            ResourceError::Changed { .. } => Self::new(Code::Aborted, &message).reason("CHANGED"),
            ResourceError::TooMany { .. } => {
                Self::new(Code::ResourceExhausted, &message).reason("TOO_MANY_RESOURCES")
            }
            ResourceError::NotDurable => Self::new(Code::FailedPrecondition, &message)
                .with("PreconditionFailure", failed("STORE", "store.url")),
            ResourceError::NoChance => Self::new(Code::Unavailable, &message),
            ResourceError::Store(error) => {
                let code = match error {
                    StoreError::Full { .. } => Code::ResourceExhausted,
                    _ if error.is_passing() => Code::Unavailable,
                    _ => Code::Internal,
                };
                Self { cause: Some(error.to_string()), ..Self::new(code, error.public_message()) }
            }
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let code = match refused.kind() {
            RefusedKind::Unauthenticated => Code::Unauthenticated,
            RefusedKind::Forbidden => Code::PermissionDenied,
            RefusedKind::Unavailable => Code::Unavailable,
        };
        let mut this = Self::new(code, refused.public_message()).reason(&refused.code().to_ascii_uppercase());
        this.challenge = refused.challenge();
        // Whoever judged has written why.
        this.told = true;
        this
    }
}

impl From<ParseError> for Problem {
    fn from(error: ParseError) -> Self {
        Self::invalid(
            &error.place.path,
            &format!("{} (line {}, column {})", error.reason, error.place.line, error.place.column),
        )
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::ShuttingDown | Refusal::Overloaded { .. } | Refusal::CannotJudge => Code::Unavailable,
            Refusal::Unauthorized { .. } => Code::Unauthenticated,
            Refusal::Forbidden { .. } | Refusal::Local(_) => Code::PermissionDenied,
            Refusal::TooSlow { .. } => Code::DeadlineExceeded,
            _ => Code::InvalidArgument,
        };
        Self::new(code, refusal.to_string()).reason(&refusal.code().to_ascii_uppercase())
    }
}
