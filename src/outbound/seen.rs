//! What a call looked like from here: its requests and attempts, for whoever keeps a record of them.

use std::time::{Duration, Instant};

use super::{OutboundError, Request, Response};

/// The requests of a call and how each attempt to send them ended, in their order.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) requests: Vec<Request>,
    pub(crate) attempts: Vec<Attempt>,
}

/// One attempt.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// Which of the requests was sent.
    pub(crate) request: usize,
    pub(crate) began: Instant,
    pub(crate) took: Duration,
    /// None if nobody waited for the end.
    pub(crate) outcome: Option<Result<Response, OutboundError>>,
}

impl Seen {
    /// The attempts from now on send this request.
    pub(super) fn request(&mut self, request: &Request) {
        self.requests.push(request.clone());
    }

    pub(super) fn begin(&mut self, now: Instant) {
        let request = self.requests.len().saturating_sub(1);
        self.attempts.push(Attempt { request, began: now, took: Duration::ZERO, outcome: None });
    }

    pub(super) fn end(&mut self, outcome: &Result<Response, OutboundError>, now: Instant) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.took = now.saturating_duration_since(attempt.began);
            attempt.outcome = Some(outcome.clone());
        }
    }

    /// How many bytes its bodies and addresses have.
    pub(crate) fn size(&self) -> usize {
        let requests = self.requests.iter().map(|request| {
            request.body.as_ref().map_or(0, bytes::Bytes::len)
                + request.url.as_str().len()
                + 64 * request.headers.len()
        });
        let answers = self.attempts.iter().map(|attempt| match &attempt.outcome {
            Some(Ok(response)) => response.body.len() + 64 * response.headers.len(),
            _ => 0,
        });
        requests.sum::<usize>() + answers.sum::<usize>()
    }
}
