//! What the agent does with what became of a call.
//!
//! The rules are the platform's, as far as they are documented: which failure raises which event, what
//! an answer changes. `docs/call.md` lists them, and says which are only likely.

mod changes;
mod failure;
mod said;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::Serialize;

use super::outcome::Outcome;
use super::presented::Presented;
use crate::flexible::Exchange;
use crate::outbound::Chance;
use crate::protocol::WebhookRequest;
use crate::protocol::inspect::{self, Finding};

pub use changes::{Changes, FormChange};
pub use failure::Failure;
pub(crate) use failure::event_of;
pub use said::Said;

/// What the agent does next.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Verdict {
    /// Why an event fires; `None` if the agent goes on.
    pub failure: Option<Failure>,
    /// What the answer changes; nothing if an event fires.
    pub changes: Changes,
    /// What the platform would ignore, refuse or misunderstand.
    pub findings: Vec<Finding>,
}

/// An entry of `queryResult.webhookStatuses`, a `google.rpc.Status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WebhookStatus {
    /// The `google.rpc.Code`; 0 is success.
    pub code: u8,
    /// What the platform says; its exact words are not documented.
    pub message: String,
}

/// What the verdict over a call depends on beside its outcome.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Circumstances<'a> {
    /// What was asked.
    pub request: &'a WebhookRequest,
    /// What was presented.
    pub presented: &'a [Presented],
    /// How long the agent waits.
    pub timeout: Duration,
    /// Chooses variants.
    pub chance: &'a Chance,
}

impl<'a> Circumstances<'a> {
    /// A call with nothing presented, which is waited for as long as the platform does by default.
    #[must_use]
    pub fn new(request: &'a WebhookRequest, chance: &'a Chance) -> Self {
        Self { request, presented: &[], timeout: Duration::from_secs(5), chance }
    }
}

impl Verdict {
    /// Whether no event fires.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.failure.is_none()
    }

    /// What `queryResult.webhookStatuses` gets.
    #[must_use]
    pub fn webhook_status(&self) -> WebhookStatus {
        self.failure.as_ref().map_or_else(WebhookStatus::default, |failure| failure.status.clone())
    }

    /// The verdict over a standard call.
    #[must_use]
    pub fn standard(outcome: &Outcome, circumstances: &Circumstances<'_>) -> Self {
        let answer = match outcome {
            Ok(answer) if (200..300).contains(&answer.status) => answer,
            Ok(answer) => return Failure::of_status(answer, circumstances).into(),
            Err(error) => return Failure::of_error(error, circumstances).into(),
        };
        let inspected = match inspect::response(&answer.body) {
            Ok(inspected) => inspected,
            Err(error) => return Failure::not_json(answer, &error.to_string()).into(),
        };
        let mut findings = inspected.findings;
        if answer.status != 200 {
            findings.insert(0, unusual_status(answer.status));
        }
        let changes = Changes::of(&inspected.message, circumstances, &mut findings);
        Self { failure: None, changes, findings }
    }

    /// The verdict over a flexible call: an answer can only set parameters.
    #[must_use]
    pub fn flexible(outcome: &Outcome, exchange: &Exchange, circumstances: &Circumstances<'_>) -> Self {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => return Failure::of_error(error, circumstances).into(),
        };
        let mapped = match exchange.read(answer.status, &answer.body) {
            Ok(mapped) => mapped,
            Err(error) => return Failure::of_mapping(answer, &error, circumstances).into(),
        };
        let missing = mapped.missing.iter().map(|(parameter, path)| Finding {
            code: "path_missing",
            place: path.clone(),
            message: format!("the answer has nothing there for the parameter {parameter}"),
        });
        let mut findings: Vec<Finding> = missing.collect();
        if answer.status != 200 {
            findings.insert(0, unusual_status(answer.status));
        }
        let mut changes = Changes::default();
        changes.parameters(mapped.parameters);
        Self { failure: None, changes, findings }
    }
}

fn unusual_status(status: u16) -> Finding {
    let message = format!(
        "{status}: what the platform makes of a success other than 200 is not documented; answer 200"
    );
    Finding { code: "status_not_200", place: "status".to_owned(), message }
}

impl From<Failure> for Verdict {
    fn from(failure: Failure) -> Self {
        Self { failure: Some(failure), changes: Changes::default(), findings: Vec::new() }
    }
}

impl Serialize for Verdict {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape<'a> {
            goes_on: bool,
            event: Option<&'a str>,
            code: Option<&'a str>,
            reason: Option<&'a str>,
            hint: Option<&'a str>,
            webhook_status: WebhookStatus,
            #[serde(flatten)]
            changes: &'a Changes,
            findings: Vec<Shown<'a>>,
        }
        #[derive(Serialize)]
        struct Shown<'a> {
            code: &'a str,
            place: &'a str,
            message: &'a str,
        }
        let failure = self.failure.as_ref();
        let findings = self.findings.iter();
        Shape {
            goes_on: self.goes_on(),
            event: failure.map(|failure| failure.event),
            code: failure.map(|failure| failure.code),
            reason: failure.map(|failure| failure.reason.as_str()),
            hint: failure.map(|failure| failure.hint.as_str()),
            webhook_status: self.webhook_status(),
            changes: &self.changes,
            findings: findings
                .map(|Finding { code, place, message }| Shown { code, place, message })
                .collect(),
        }
        .serialize(serializer)
    }
}
