//! What is done with a job that is due: it is sent, put off, or ended with a reason.

use std::sync::Arc;

use super::attempt::Exchange;
use super::breaker::Pass;
use super::engine::Engine;
use super::job::State;
use super::lane::Lane;
use super::outbox::{AttemptRow, Change, Waiting};
use super::throttle::Throttle;
use super::webhook::{Webhook, WebhookId};
use crate::activity::InvocationId;
use crate::outbound::Request;

/// What a job and its attempts take in the store beside the content, nearly.
const BESIDE: usize = 2048;

/// What becomes of a job.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) change: Change,
    pub(super) attempts: Vec<AttemptRow>,
    pub(super) start: Option<Start>,
}

/// An attempt that is to be made.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) id: InvocationId,
    pub(super) webhook: Arc<Webhook>,
    pub(super) request: Request,
    pub(super) pass: Pass,
    /// Which one it is, from 1.
    pub(super) attempt: u32,
    /// How many attempts are noted already.
    pub(super) noted: u32,
    pub(super) bytes: usize,
    pub(super) taken_at: i64,
}

/// Why a job ends unsent.
pub(crate) mod reason {
    pub(crate) const INACTIVE: &str = "webhook_inactive";
    pub(crate) const DELETED: &str = "webhook_deleted";
    pub(crate) const BROKEN: &str = "circuit_open";
    pub(crate) const INTERRUPTED: &str = "interrupted";
    pub(crate) const TOO_LARGE: &str = "too_large";

    /// What it says to people.
    pub(crate) fn sentence(reason: &str) -> &'static str {
        match reason {
            INACTIVE => "the webhook was not active",
            DELETED => "the webhook was deleted",
            BROKEN => "the webhook failed most of what it was sent, and was left alone",
            INTERRUPTED => "instances ended while they were sending it; whether it arrived is not known",
            TOO_LARGE => "it has 262144 bytes or more",
            "content_unfit" => "the webhook's method or format was changed after it had been made",
            "headers_over_http" => "custom headers are sent over https alone",
            "credentials_over_http" => "credentials are sent over https alone",
            _ => "it could not be sent",
        }
    }
}

impl Decision {
    /// Decides over a job that this instance has locked, by webhooks that were read after it was found.
    /// None leaves it as it is.
    pub(super) fn of(
        waiting: Waiting,
        lane: &mut Lane,
        throttle: &mut Throttle,
        engine: &Engine,
        now: i64,
    ) -> Option<Self> {
        let Waiting { job, state, attempts, noted, latest_at, lost_by } = waiting;
        let mut this = Self {
            change: Change {
                id: job.id,
                webhook: job.webhook,
                bytes: BESIDE + job.content.size(),
                was: attempts,
                state,
                status_code: None,
                reason: None,
                attempts,
                noted,
                due_at: Some(now),
                owned: false,
                latest_at,
            },
            attempts: Vec::new(),
            start: None,
        };
        if let Some(owner) = lost_by {
            engine.metrics.delivery_lease_lost();
            tracing::warn!(
                target: "rejoinder::delivery",
                id = %job.id, webhook = %job.webhook, attempt = attempts, owner,
                "a delivery was not ended by the instance that was sending it; whether it arrived is not known"
            );
            this.note(
                State::Unknown,
                &Exchange::nothing(reason::INTERRUPTED, format!("instance {owner} ended")),
                now,
            );
        }
        if attempts >= engine.most_attempts() {
            return Some(this.ended(State::Unknown, reason::INTERRUPTED, now));
        }
        let Some(webhook) = engine.webhook(job.webhook) else {
            return Some(this.ended(State::Terminated, reason::DELETED, now));
        };
        if !webhook.is_active() {
            return Some(this.ended(State::Terminated, reason::INACTIVE, now));
        }
        if !lane.sends(now) {
            this.note(
                State::CircuitBroken,
                &Exchange::nothing("circuit_open", reason::sentence(reason::BROKEN)),
                now,
            );
            return Some(this.ended(State::CircuitBroken, reason::BROKEN, now));
        }
        // A place that it was given is its own, and what is tried again has had one.
        if attempts == 0 && state != State::Throttled {
            let begins = throttle.enter(now);
            if begins > now {
                let why = "more deliveries were begun within a minute than delivery.invocations_per_minute";
                this.note(State::Throttled, &Exchange::nothing("throttled", why), now);
                (this.change.state, this.change.due_at) = (State::Throttled, Some(begins));
                this.change.latest_at = now;
                return Some(this);
            }
        }
        let pass = lane.enter(now)?;
        match engine.sender.compose(&webhook, job.id, &job.content, now) {
            Ok(request) => {
                let lease = i64::try_from(engine.settings.lease.as_micros()).unwrap_or(i64::MAX);
                let attempt = attempts + 1;
                this.start = Some(Start {
                    id: job.id,
                    webhook,
                    request,
                    pass,
                    attempt,
                    noted: this.change.noted,
                    bytes: this.change.bytes,
                    taken_at: now,
                });
                let change = &mut this.change;
                (change.state, change.attempts) = (State::Accepted, attempt);
                (change.due_at, change.owned) = (Some(now.saturating_add(lease)), true);
                Some(this)
            }
            Err(unfit) => {
                lane.made(pass, None, now);
                this.note(State::Terminated, &Exchange::nothing(unfit.code(), unfit.to_string()), now);
                Some(this.ended(State::Terminated, unfit.code(), now))
            }
        }
    }

    /// Gives back what was taken and is not going to be sent, or may have been: as `why` says.
    pub(super) fn given_back(start: &Lost, why: Option<&str>, now: i64) -> Self {
        let sent = why.is_some();
        let mut this = Self {
            change: Change {
                id: start.id,
                webhook: start.webhook,
                bytes: start.bytes,
                was: start.attempt,
                state: State::Accepted,
                status_code: None,
                reason: None,
                attempts: if sent { start.attempt } else { start.attempt - 1 },
                noted: start.noted,
                due_at: Some(now),
                owned: false,
                latest_at: now,
            },
            attempts: Vec::new(),
            start: None,
        };
        if let Some(why) = why {
            this.note(State::Unknown, &Exchange::nothing(reason::INTERRUPTED, why), now);
        }
        this
    }

    fn note(&mut self, state: State, exchange: &Exchange<'static>, now: i64) {
        self.change.noted += 1;
        let started_at = if state == State::Unknown { self.change.latest_at } else { now };
        self.attempts.push(exchange.row(self.change.id, self.change.noted, (state, None), started_at, now));
    }

    fn ended(mut self, state: State, reason: &'static str, now: i64) -> Self {
        (self.change.state, self.change.reason) = (state, Some(reason));
        (self.change.due_at, self.change.latest_at) = (None, now);
        self
    }
}

/// What is known of an attempt that brought no result.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lost {
    pub(super) id: InvocationId,
    pub(super) webhook: WebhookId,
    pub(super) pass: Pass,
    pub(super) attempt: u32,
    pub(super) noted: u32,
    pub(super) bytes: usize,
}

impl Start {
    pub(super) fn lost(&self) -> Lost {
        let Self { id, webhook, pass, attempt, noted, bytes, .. } = self;
        Lost { id: *id, webhook: webhook.id, pass: *pass, attempt: *attempt, noted: *noted, bytes: *bytes }
    }
}
