//! Trying a webhook: one attempt that somebody waits for.
//!
//! It is not tried again, counts for no breaker and no limit, and is in the activity log as a test.

use super::Delivery;
use super::compose::Unfit;
use super::job::{Content, State};
use super::record::status;
use super::retry::judge;
use super::webhook::Webhook;
use crate::activity::InvocationId;
use crate::activity::kept::{Attempt, Messages};
use crate::activity::record::{Delivered, Place, Record};
use crate::activity::status::Kind;
use crate::outbound::OutboundError;

/// What is tried: everything as it is to be sent, whoever it was taken from.
#[derive(Debug, Clone)]
pub(crate) struct TestRequest {
    pub(crate) webhook: Webhook,
    pub(crate) content: Content,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestResponse {
    /// The invocation that the receiver was told.
    pub(crate) id: InvocationId,
    /// 504 also where no answer came in time.
    pub(crate) status_code: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) payload: String,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TestRefused {
    /// It cannot be sent.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The receiver was not reached, or may not be.
    #[error(transparent)]
    Unreached(OutboundError),
}

#[cfg(test)]
impl TestRefused {
    /// A stable word.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unfit(unfit) => unfit.code(),
            Self::Unreached(error) => error.code(),
        }
    }
}

impl Delivery {
    /// Sends a request once, and gives what came back.
    ///
    /// # Errors
    ///
    /// If it cannot be sent, or the receiver is not reached.
    pub(crate) async fn test(&self, request: TestRequest) -> Result<TestResponse, TestRefused> {
        let engine = &self.0.engine;
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
        match outcome {
            Ok(response) => Ok(TestResponse {
                id,
                status_code: response.status,
                headers: engine.scribe.answer_headers(&webhook, &response),
                payload: engine.scribe.answer(&webhook, &response),
            }),
            Err(error @ OutboundError::TimedOut { .. }) => {
                Ok(TestResponse { id, status_code: 504, headers: Vec::new(), payload: error.to_string() })
            }
            Err(error) => Err(TestRefused::Unreached(error)),
        }
    }
}
