//! One target: its time, its certificates, its breaker, and the way of a call.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT_ENCODING, HOST, HeaderValue};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::breaker::Breaker;
use super::budget::Budget;
use super::cause::Context;
use super::client::Client;
use super::error::Phase;
use super::guard::place;
use super::timing::{Timing, measured};
use super::{OutboundError, Request, Response, Seen, Shared, retry};
use crate::telemetry::metrics::WebhookCalls;

/// Something that is called: it has a name, time, and failures of its own.
///
/// Targets do not slow each other: one that is dead or slow uses up its own calls alone.
pub struct Target {
    pub(super) name: String,
    pub(super) timeout: Duration,
    pub(super) response_limit: usize,
    pub(super) client: Arc<Client>,
    /// Whether the operator said where to connect.
    pub(super) pinned: bool,
    pub(super) breaker: Breaker,
    pub(super) slots: Semaphore,
    /// How often a call is made at most.
    pub(super) attempts: usize,
    /// Whether plain HTTP may be called whatever the settings say.
    pub(super) http: bool,
    /// Whether an answer that is too large is cut, where it is refused otherwise.
    pub(super) cuts: bool,
    pub(super) shared: Arc<Shared>,
    pub(super) calls: Arc<WebhookCalls>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.name)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Target {
    /// The name that it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When a call that begins now must have ended.
    pub(crate) fn deadline(&self) -> Instant {
        self.shared.clock.now() + self.timeout
    }

    /// How long it is until then.
    pub(crate) fn left(&self, deadline: Instant) -> Duration {
        deadline.saturating_duration_since(self.shared.clock.now())
    }

    /// The same target, whose answers may be this large.
    pub(crate) fn with_response_limit(mut self, limit: usize) -> Self {
        self.response_limit = limit;
        self
    }

    /// Sends a request and reads the answer, whatever its status.
    ///
    /// The time is the target's timeout or what is left until `deadline`, whichever is less, over
    /// all attempts together. Redirects are not followed. The answer's body is read as it comes:
    /// no encoding is asked for, and none is undone.
    ///
    /// # Errors
    ///
    /// An [`OutboundError`] if the call may not be made, or brings no answer that can be used.
    pub async fn send(&self, request: Request, deadline: Option<Instant>) -> Result<Response, OutboundError> {
        self.send_seen(request, deadline, None).await
    }

    /// The same for somebody who keeps a record of it.
    pub(crate) async fn send_seen(
        &self,
        request: Request,
        deadline: Option<Instant>,
        seen: Option<&mut Seen>,
    ) -> Result<Response, OutboundError> {
        let clock = &self.shared.clock;
        let begun = clock.now();
        let outcome = self.try_to_send(request, deadline, seen).await;
        let told = outcome.as_ref().map(|response| response.status).map_err(OutboundError::code);
        self.calls.count(told, clock.now().saturating_duration_since(begun));
        outcome
    }

    async fn try_to_send(
        &self,
        mut request: Request,
        deadline: Option<Instant>,
        seen: Option<&mut Seen>,
    ) -> Result<Response, OutboundError> {
        self.shared.guard.check(&request.url, self.pinned, self.http)?;
        request.check_headers()?;
        self.prepare(&mut request);
        let budget = Budget::new(self.shared.clock.now(), self.timeout, deadline);
        if budget.whole().is_zero() {
            let host = place(&request.url);
            return Err(OutboundError::TimedOut { host, after: Duration::ZERO, phase: Phase::Start });
        }
        let limit = self.shared.settings.max_concurrent;
        let busy = |_| OutboundError::Busy { target: self.name.clone(), limit };
        let _slot = self.slots.try_acquire().map_err(busy)?;
        let open = |retry_after| OutboundError::CircuitOpen { target: self.name.clone(), retry_after };
        let permit = self.breaker.enter().map_err(open)?;
        let outcome = self.attempts(&request, &budget, seen).await;
        match &outcome {
            Ok(response) if response.status >= 500 => permit.failed(),
            Ok(_) | Err(OutboundError::ResponseTooLarge { .. }) => permit.succeeded(),
            Err(error) if error.is_unavailable() => permit.failed(),
            Err(OutboundError::InvalidAnswer { .. }) => permit.failed(),
            // A destination that turned out to be refused: the target was not even asked.
            Err(_) => drop(permit),
        }
        outcome
    }

    fn prepare(&self, request: &mut Request) {
        // Nothing here undoes an encoding, so nobody may ask for one.
        request.headers.remove(ACCEPT_ENCODING);
        // A port in the URL would win over the endpoint's, which is where to connect.
        if self.pinned && request.url.port().is_some() {
            let authority = place(&request.url);
            let authority = authority.split_once("://").map_or("", |(_, authority)| authority);
            if let Ok(value) = HeaderValue::from_str(authority) {
                request.headers.entry(HOST).or_insert(value);
            }
            // Only a URL without a host has no port to set, and this one has a host.
            let _ = request.url.set_port(None);
        }
    }

    async fn attempts(
        &self,
        request: &Request,
        budget: &Budget,
        mut seen: Option<&mut Seen>,
    ) -> Result<Response, OutboundError> {
        let Shared { clock, chance, .. } = &*self.shared;
        let host = place(&request.url);
        if let Some(seen) = &mut seen {
            seen.request(request);
        }
        let mut attempt = 1;
        loop {
            if let Some(seen) = &mut seen {
                seen.begin(clock.now());
            }
            let mut outcome = self.exchange(request, &host, budget).await;
            if let Some(seen) = &mut seen {
                seen.end(&outcome, clock.now());
            }
            if let Ok(response) = &mut outcome {
                response.attempts = attempt;
            }
            if attempt >= self.attempts {
                return outcome;
            }
            let pause = retry::pause(&request.method, &outcome, attempt, clock.wall(), chance.fraction());
            // A pause that uses up the time would only put the same outcome off.
            let Some(pause) = pause.filter(|pause| *pause < budget.left(clock.now())) else {
                return outcome;
            };
            tracing::debug!(
                target: "rejoinder::outbound", webhook = self.name, attempt,
                pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                "will be asked again",
            );
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// One attempt, within the time that is left.
    async fn exchange(
        &self,
        request: &Request,
        host: &str,
        budget: &Budget,
    ) -> Result<Response, OutboundError> {
        let Shared { clock, settings, .. } = &*self.shared;
        let late = |phase| OutboundError::TimedOut { host: host.to_owned(), after: budget.whole(), phase };
        let context = Context { host, connect_timeout: settings.connect_timeout };
        let mut sent = reqwest::Request::new(request.method.clone(), request.url.clone());
        sent.headers_mut().clone_from(&request.headers);
        *sent.body_mut() = request.body.clone().map(Into::into);
        let begun = clock.now();
        let (answer, connect) = measured(timeout(budget.left(begun), self.client.0.execute(sent))).await;
        let answer = answer.map_err(|_| late(Phase::Answer))?.map_err(|error| context.explain(error))?;
        let answered = clock.now();
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let body = timeout(budget.left(answered), read(answer, self.response_limit, self.cuts, &context))
            .await
            .map_err(|_| late(Phase::Body))??;
        let timing = Timing { connect, head: answered - begun, body: clock.now() - answered };
        Ok(Response { status, headers, body, attempts: 1, timing })
    }
}

/// Reads a body, and stops where it becomes too large: `cuts` says that this much of it will do.
async fn read(
    mut answer: reqwest::Response,
    limit: usize,
    cuts: bool,
    context: &Context<'_>,
) -> Result<Bytes, OutboundError> {
    let too_large =
        |announced| OutboundError::ResponseTooLarge { host: context.host.to_owned(), limit, announced };
    let announced = answer.content_length();
    if !cuts && announced.is_some_and(|size| size > limit as u64) {
        return Err(too_large(announced));
    }
    let mut body = BytesMut::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| context.explain(error))? {
        if body.len() + piece.len() > limit {
            if cuts {
                body.extend_from_slice(&piece[..limit - body.len()]);
                return Ok(body.freeze());
            }
            return Err(too_large(None));
        }
        // Most answers come in one piece, which needs no copy.
        if body.is_empty() && announced == Some(piece.len() as u64) {
            return Ok(piece);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}
