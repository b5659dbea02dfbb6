//! Which `webhook.error.*` event fires, why, and what mends it.

use super::super::outcome::Answer;
use super::super::presented::Presented;
use super::{Circumstances, WebhookStatus};
use crate::excerpt::excerpt;
use crate::flexible::ResponseError;
use crate::outbound::OutboundError;

/// A call that failed for the agent.
///
/// A handler of the event itself wins over one of `webhook.error`. Where neither is in scope, or the
/// route that called has a transition target, the failure is silent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The event that fires, such as `webhook.error.timeout`.
    pub event: &'static str,
    /// A stable `snake_case` word for machines.
    pub code: &'static str,
    /// What happened.
    pub reason: String,
    /// What mends it.
    pub hint: String,
    /// What `queryResult.webhookStatuses` gets.
    pub status: WebhookStatus,
    /// The HTTP status of the answer, where that is what failed.
    pub http_status: Option<u16>,
}

const ANY: &str = "webhook.error";

impl Failure {
    fn new(
        event: &'static str,
        code: &'static str,
        reason: impl Into<String>,
        hint: impl Into<String>,
        status: (u8, &str),
    ) -> Self {
        let message = format!("Webhook call failed. Error: {}.", status.1);
        let status = WebhookStatus { code: status.0, message };
        Self { event, code, reason: reason.into(), hint: hint.into(), status, http_status: None }
    }

    /// No answer that could be read.
    pub(super) fn of_error(error: &OutboundError, circumstances: &Circumstances<'_>) -> Self {
        let unreachable = (14, "UNAVAILABLE, State: URL_UNREACHABLE");
        let (event, hint, status) = match error {
            OutboundError::TimedOut { .. } => {
                let timeout = humantime::format_duration(circumstances.timeout);
                let hint = format!(
                    "the agent waits {timeout}: answer sooner, or raise the webhook's timeout, which may be 30s at most"
                );
                ("webhook.error.timeout", hint, (4, "DEADLINE_EXCEEDED, State: URL_TIMEOUT, Reason: TIMEOUT_WEB"))
            }
            OutboundError::Tls { .. } => (
                "webhook.error.not-found",
                "mend the certificate, or name the one to trust in the webhook's allowedCaCerts (with --cacert for a server on the command line)".to_owned(),
                unreachable,
            ),
            OutboundError::Unresolvable { .. } => (
                "webhook.error.not-found",
                "look at the host's name: DNS does not know it".to_owned(),
                unreachable,
            ),
            OutboundError::Unreachable { .. } => (
                "webhook.error.not-found",
                "start the server, or look at host and port of the address".to_owned(),
                unreachable,
            ),
            OutboundError::ResponseTooLarge { .. } => (
                ANY,
                "answer with less than 64 KiB: leave out what the conversation does not need, and send links for the rest".to_owned(),
                (3, "Failed to parse webhook JSON response: the response is too large"),
            ),
            OutboundError::ConnectionLost { .. } | OutboundError::InvalidAnswer { .. } => (
                ANY,
                "look at the server's log: it ended the connection or answered what is no HTTP".to_owned(),
                (14, "UNAVAILABLE"),
            ),
            _ => (ANY, "look at the reason: the call was not made".to_owned(), (14, "UNAVAILABLE")),
        };
        Self::new(event, error.code(), error.to_string(), hint, status)
    }

    /// A status that is no success.
    pub(super) fn of_status(answer: &Answer, circumstances: &Circumstances<'_>) -> Self {
        let status = answer.status;
        let told = told(answer).map(|told| format!(" and says {told:?}")).unwrap_or_default();
        let reason = format!("the answer has status {status}{told}");
        let (event, code, rpc, name, hint) = match status {
            400 => ("webhook.error.bad-request", "bad_request", 3, "INVALID_ARGUMENT",
                "the server misses something in the request: compare what it says with the parameters given".to_owned()),
            401 => ("webhook.error.rejected", "unauthorized", 16, "UNAUTHENTICATED", unauthorized(answer, circumstances)),
            403 => ("webhook.error.rejected", "forbidden", 7, "PERMISSION_DENIED",
                "the server knows the caller and does not let it in: look at its list of agents, accounts or scopes".to_owned()),
            404 => (ANY, "not_found", 5, "NOT_FOUND", format!(
                "nothing answers the tag {:?} at this address: look at the tag's spelling and the path. Perhaps webhook.error.not-found fires first: for a 404 the platform does not say", 
                circumstances.request.tag())),
            503 => ("webhook.error.unavailable", "unavailable", 14, "UNAVAILABLE",
                "the server or what it asks is overloaded, stopping or out of reach: its log says which".to_owned()),
            300..400 => (ANY, "redirect", 14, "UNAVAILABLE",
                "redirects are not followed: write the address that it leads to into the webhook".to_owned()),
            405 => (ANY, "method_not_allowed", 14, "UNAVAILABLE",
                "this address wants another method: look at its path and, in a flexible webhook, at httpMethod".to_owned()),
            500.. => (ANY, "server_error", 14, "UNAVAILABLE", "the server failed: its log says of what".to_owned()),
            _ => (ANY, "status", 14, "UNAVAILABLE",
                "the platform documents 400, 401, 403, 404, 500 and 503 for failures, and 200 for answers".to_owned()),
        };
        let state = if status >= 500 { ", State: URL_UNREACHABLE, Reason: UNREACHABLE_5xx" } else { "" };
        let message = format!("{name}{state}, HTTP status code: {status}");
        Self { http_status: Some(status), ..Self::new(event, code, reason, hint, (rpc, &message)) }
    }

    /// A body that is not what the platform reads.
    pub(super) fn not_json(answer: &Answer, cause: &str) -> Self {
        let body = answer.body.trim_ascii();
        let (code, reason, hint) = if body.is_empty() {
            ("answer_empty", "the answer is empty".to_owned(), "answer {}, which changes nothing")
        } else if body.starts_with(b"<") {
            (
                "answer_is_html",
                format!("the answer is a page, not a WebhookResponse: {cause}"),
                "this is not the webhook's address, or something before it answered: a proxy, a login, an error page",
            )
        } else {
            (
                "answer_invalid",
                format!("the answer is no WebhookResponse: {cause}"),
                "mend the answer at that place; `rejoinder inspect response FILE` checks it without a call",
            )
        };
        let parse = format!("Failed to parse webhook JSON response: {}", excerpt(cause, 200));
        Self::new(ANY, code, reason, hint, (3, &parse))
    }

    /// An answer that gives a flexible webhook no parameters.
    pub(super) fn of_mapping(
        answer: &Answer,
        error: &ResponseError,
        circumstances: &Circumstances<'_>,
    ) -> Self {
        match error {
            ResponseError::Status { .. } => Self::of_status(answer, circumstances),
            ResponseError::Empty | ResponseError::NotJson { .. } => Self {
                code: error.code(),
                reason: error.to_string(),
                ..Self::not_json(answer, &error.to_string())
            },
            _ => Self::new(
                ANY,
                error.code(),
                error.to_string(),
                "compare the webhook's parameterMapping with the answer",
                (3, "Failed to parse webhook JSON response"),
            ),
        }
    }
}

/// What a 401 is likely about: what was presented, and what the server wants.
fn unauthorized(answer: &Answer, circumstances: &Circumstances<'_>) -> String {
    let presented: Vec<String> = circumstances.presented.iter().map(Presented::to_string).collect();
    let presented = if presented.is_empty() { "nothing".to_owned() } else { presented.join(", ") };
    let wants: Vec<&str> =
        answer.headers.get_all("www-authenticate").iter().filter_map(|value| value.to_str().ok()).collect();
    let wants = match wants.join(", ") {
        none if none.is_empty() => String::new(),
        challenge => format!("; the server wants {}", excerpt(&challenge, 300)),
    };
    format!(
        "what was presented: {presented}{wants}. Try others with --bearer TOKEN or --header 'Name: value'"
    )
}

/// The sentence of an answer that has the form of our own errors, or of Google's.
fn told(answer: &Answer) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    let message = body.get("error")?.get("message")?.as_str()?;
    Some(excerpt(message, 300).into_owned())
}
