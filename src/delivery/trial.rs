//! Trying a webhook: one attempt that somebody waits for.
//!
//! It is not tried again, counts for no breaker and no limit, and is in the activity log as a test.

use std::time::Duration;

use serde_json::{Map, Value};

use super::Delivery;
use super::compose::Unfit;
use super::job::{Content, State};
use super::payload::content;
use super::record::status;
use super::retry::judge;
use super::shown::ShownRequest;
use super::told::samples;
use super::webhook::Webhook;
use super::webhooks::{WebhookError, Webhooks};
use crate::activity::InvocationId;
use crate::activity::kept::{Attempt, Messages};
use crate::activity::record::{Delivered, Place, Record};
use crate::activity::status::Kind;
use crate::outbound::OutboundError;

/// How many webhooks are tried at the same time: each waits for somebody else.
pub(super) const PLACES: usize = 8;

/// What is tried: everything as it is to be sent, whoever it was taken from.
#[derive(Debug, Clone)]
pub(crate) struct TestRequest {
    pub(crate) webhook: Webhook,
    pub(crate) content: Content,
}

/// What was sent, and what came of it.
#[derive(Debug)]
pub(crate) struct Tested {
    /// The invocation that the receiver was told.
    pub(crate) id: InvocationId,
    /// Secrets in it are `***`; its signature is none.
    pub(crate) request: ShownRequest,
    pub(crate) took: Duration,
    /// An error if the receiver was not reached, or may not be.
    pub(crate) outcome: Result<TestResponse, OutboundError>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestResponse {
    /// 504 also where no answer came in time.
    pub(crate) status_code: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) payload: String,
}

/// A webhook that was tried as somebody wanted it.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(crate) tested: Tested,
    /// The secrets that were not sent, because it went elsewhere.
    pub(crate) dropped: Vec<String>,
}

/// Why nothing was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TestRefused {
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    #[error("it cannot be sent: {0}")]
    Unfit(#[from] Unfit),
    #[error("{PLACES} webhooks are being tried, the most at a time; try again.")]
    Busy,
}

/// The member of a test that names a sample event, in the place of a payload.
pub(crate) const SAMPLE: &str = "sample_event";

impl Delivery {
    /// Sends a webhook what `sent` says once: a saved one with this in the place of what is kept, or one
    /// that is not saved. Its `payload` is a body or parameters; its `sample_event` the type of an event
    /// of which a sample is sent.
    ///
    /// # Errors
    ///
    /// If there is no such webhook, or what was sent cannot be; a receiver that is not reached is none.
    pub(crate) async fn try_out(
        &self,
        webhooks: &Webhooks,
        id: Option<&str>,
        mut sent: Map<String, Value>,
    ) -> Result<Tried, TestRefused> {
        let payload = sent.remove("payload").unwrap_or_default();
        let sample = sent.remove(SAMPLE).unwrap_or_default();
        let (webhook, dropped) = webhooks.trial(id, &sent).await?;
        let payload = match sample {
            Value::Null => payload,
            _ if !payload.is_null() => {
                let description = "it stands beside request.payload; send one of them";
                return Err(WebhookError::field(&format!("request.{SAMPLE}"), description).into());
            }
            sample => self.sample(sample.as_str().unwrap_or_default())?.into(),
        };
        let content = content(&webhook, payload)
            .map_err(|description| WebhookError::field("request.payload", description))?;
        let tested = self.test(TestRequest { webhook, content }).await?;
        Ok(Tried { tested, dropped })
    }

    /// A sample event of this type, as it would be sent now.
    ///
    /// # Errors
    ///
    /// If there is no such type, or none of this server.
    pub(crate) fn sample(&self, event_type: &str) -> Result<String, WebhookError> {
        let engine = &self.0.engine;
        let sample = samples::of(event_type, engine.settings.account_id, engine.clock.unix_micros());
        sample.map_err(|description| WebhookError::field(&format!("request.{SAMPLE}"), description))
    }

    /// Sends a request once, and gives what came of it.
    ///
    /// # Errors
    ///
    /// If it cannot be sent.
    pub(crate) async fn test(&self, request: TestRequest) -> Result<Tested, TestRefused> {
        let engine = &self.0.engine;
        let _place = self.0.trials.try_acquire().map_err(|_| TestRefused::Busy)?;
        let TestRequest { webhook, content } = request;
        let id = engine.ids.next();
        let now = engine.clock.unix_micros();
        let composed = engine.sender.compose(&webhook, id, &content, now)?;
        let begun = engine.clock.now();
        let outcome = engine.target.send(composed.clone(), None).await;
        let took = engine.clock.now().saturating_duration_since(begun);
        if let Some(activity) = &engine.activity {
            let body = engine.scribe.shown(composed.body.as_deref().unwrap_or_default());
            let exchange = engine.scribe.exchange(&webhook, &composed, &outcome);
            let verdict = judge(&outcome, 1, &[], engine.clock.wall(), 0.0);
            let state = status(verdict.state, verdict.status_code);
            let error = (!exchange.error_type.is_empty() && verdict.state != State::Success)
                .then(|| (exchange.error_type.clone().into_owned(), exchange.error.clone().into_owned()));
            let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            let attempt = Attempt {
                took_us,
                head_us: exchange.head_us,
                body_us: exchange.body_us,
                status: state.as_str().into(),
                status_code: verdict.status_code,
                error_type: exchange.error_type,
                error: exchange.error,
                response: exchange.response,
                ..Attempt::default()
            };
            let request = exchange.request.map(|mut request| {
                request.body = body;
                request
            });
            let messages = Messages {
                parameters: None,
                requests: request.into_iter().collect(),
                attempts: vec![attempt],
            };
            activity.note(Record::Delivered(Box::new(Delivered {
                id,
                kind: Kind::Test,
                origin: None,
                place: Place::default(),
                webhook: webhook.name.clone(),
                status: state,
                status_code: verdict.status_code,
                error,
                took,
                outcome: "",
                messages,
            })));
        }
        let outcome = match outcome {
            Ok(response) => Ok(TestResponse {
                status_code: response.status,
                headers: engine.scribe.answer_headers(&webhook, &response),
                payload: engine.scribe.answer(&webhook, &response),
            }),
            Err(error @ OutboundError::TimedOut { .. }) => {
                Ok(TestResponse { status_code: 504, headers: Vec::new(), payload: error.to_string() })
            }
            Err(error) => Err(error),
        };
        Ok(Tested { id, request: engine.scribe.request(&composed), took, outcome })
    }
}
