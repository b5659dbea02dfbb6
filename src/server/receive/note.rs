//! What is told of a request that brought an event: the log, the activity log, the numbers.

use std::time::Duration;

use actix_web::HttpRequest;

use super::{Outcome, Seen};
use crate::activity::kept::{Attempt, Messages, Request};
use crate::activity::record::{Delivered, Place};
use crate::activity::status::{Kind, Status};
use crate::activity::{InvocationId, Record};
use crate::excerpt::excerpt;
use crate::server::api;
use crate::server::door::Door;
use crate::server::respond::{Refusal, Unreceived};

/// The headers that the activity log keeps; the signature is not among them.
const KEPT: [&str; 7] = [
    "x-zendesk-account-id",
    "x-zendesk-webhook-id",
    "x-zendesk-webhook-invocation-id",
    "x-zendesk-webhook-signature-timestamp",
    "content-type",
    "user-agent",
    "x-request-id",
];
/// What callers wrote, at a length that a log can bear.
const SHORT: usize = 256;

pub(super) struct Note<'n> {
    pub(super) id: InvocationId,
    pub(super) request: &'n HttpRequest,
    pub(super) seen: &'n Seen,
    pub(super) received: &'n Result<Outcome, Unreceived>,
    pub(super) status: u16,
    pub(super) took: Duration,
}

impl Note<'_> {
    pub(super) fn take(&self, door: &Door) {
        let word = match self.received {
            Ok(outcome) => outcome.as_str(),
            Err(refused) => refused.code(),
        };
        let source = self.seen.source.as_deref().unwrap_or("(unknown)");
        door.metrics.received(source).came(word, self.took);
        let quiet = match self.received {
            Err(Unreceived::Refusal(Refusal::Overloaded { why })) => {
                door.metrics.shed();
                !door.overload.tells(why)
            }
            Err(refused) if refused.is_of_sender() => !door.refused.permits(),
            _ => false,
        };
        if quiet {
            return;
        }
        self.log(word, source);
        if let Some(activity) = &door.activity {
            activity.note(self.record(word));
        }
    }

    fn log(&self, outcome: &'static str, source: &str) {
        let event = self.seen.event.as_ref();
        let short = |text: &str| excerpt(text, SHORT).into_owned();
        let event_type = event.map(|event| short(event.event_type()));
        let event_id = event.and_then(|event| event.id()).map(short);
        let subject = event.and_then(|event| event.subject()).map(short);
        let error = self.received.as_ref().err().map(Unreceived::cause);
        let request_id = api::request_id(self.request);
        let ms = self.took.as_micros() as f64 / 1000.0;
        macro_rules! tell {
            ($level:ident) => {
                tracing::$level!(
                    target: "rejoinder::receive",
                    source, outcome, status = self.status, ms,
                    id = %self.id,
                    event_type = event_type.as_deref(), event_id = event_id.as_deref(), subject = subject.as_deref(),
                    bytes = self.seen.bytes,
                    request_id = &*request_id,
                    error = error.as_deref(),
                    "an event came"
                )
            };
        }
        match self.status {
            500.. => tell!(error),
            400.. => tell!(warn),
            _ => tell!(info),
        }
    }

    fn record(&self, outcome: &'static str) -> Record {
        let headers = KEPT.iter().filter_map(|name| {
            let text = self.request.headers().get(*name)?.to_str().ok()?;
            Some(((*name).into(), excerpt(text, SHORT).into_owned().into()))
        });
        let status = match self.received {
            Err(Unreceived::Refusal(Refusal::Overloaded { .. } | Refusal::ShuttingDown)) => Status::Throttled,
            _ => Status::of_code(self.status),
        };
        let error = self.received.as_ref().err();
        let error = error.map(|refused| (refused.code().to_owned(), refused.cause()));
        let (error_type, text) = error.clone().unwrap_or_default();
        let took_us = u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX);
        let request = Request {
            method: self.request.method().as_str().to_owned().into(),
            url: excerpt(self.request.uri().path(), SHORT).into_owned().into(),
            headers: headers.collect(),
            bytes: self.seen.bytes,
            ..Request::default()
        };
        let attempt = Attempt {
            took_us,
            status: status.as_str().into(),
            status_code: Some(self.status),
            error_type: error_type.into(),
            error: text.into(),
            ..Attempt::default()
        };
        let event = self.seen.event.as_ref();
        Record::Delivered(Box::new(Delivered {
            id: self.id,
            kind: Kind::Zendesk,
            origin: None,
            place: Place {
                tag: event.map(|event| event.event_type().to_owned()).unwrap_or_default(),
                ..Place::default()
            },
            webhook: self.seen.source.as_deref().unwrap_or_default().to_owned(),
            status,
            status_code: Some(self.status),
            error,
            took: self.took,
            outcome,
            messages: Messages { requests: vec![request], attempts: vec![attempt], ..Messages::default() },
        }))
    }
}
