//! One tag, or one pattern of tags, and its handler.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::{After, Before, Erased, Handler, Needs, OnError, Reply, erase};
use crate::config::{DuplicateScope, OnDeadline, RouteTurn};
use crate::fulfillment::deferred::Deferral;
use crate::telemetry::metrics::{Metrics, TagCalls};

/// A tag or pattern with its handler and settings of its own.
#[derive(Clone)]
#[must_use = "a route does nothing until it is added to a router"]
pub struct Route {
    pub(super) pattern: String,
    pub(super) handler: Erased,
    pub(super) needs: Needs,
    pub(super) on_error: Option<OnError>,
    pub(super) on_timeout: Option<OnError>,
    pub(super) turn: RouteTurn,
    pub(super) deferral: Option<Deferral>,
    pub(super) deferred_timeout: Option<Duration>,
    pub(super) before: Vec<Before>,
    pub(super) after: Vec<After>,
    pub(super) inline: bool,
    /// `None` until it is said.
    pub(super) sets: Option<Vec<String>>,
    /// Where its calls are counted, once there is one.
    calls: OnceLock<Arc<TagCalls>>,
}

impl Route {
    /// Answers a tag, or every tag of a pattern such as `orders.*`, with `handler`.
    pub fn new<Inputs, H>(tag: impl Into<String>, handler: H) -> Self
    where
        Inputs: 'static,
        H: Handler<Inputs>,
    {
        let mut needs = Needs::default();
        H::needs(&mut needs);
        Self {
            pattern: tag.into(),
            handler: erase(handler),
            needs,
            on_error: None,
            on_timeout: None,
            turn: RouteTurn::default(),
            deferral: None,
            deferred_timeout: None,
            before: Vec::new(),
            after: Vec::new(),
            inline: false,
            sets: None,
            calls: OnceLock::new(),
        }
    }

    /// Runs the handler on the connection's own thread instead of a handler's.
    ///
    /// Handing a call over costs more than a small handler does: a handler that only computes is
    /// about twice as fast inline. In return it must never block, not even on a lock, and not compute
    /// for long: while it does, other connections of that thread wait, and so may the health check.
    /// Awaiting is fine.
    pub fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    /// Says which session parameters the handler sets, for the resource that calls it as a flexible
    /// webhook: an agent takes over only what such a resource maps.
    ///
    /// What the handler reads is known from its inputs. An empty list says that it sets none, so that a
    /// check of an agent need not reckon with it.
    pub fn sets<N: Into<String>>(mut self, parameters: impl IntoIterator<Item = N>) -> Self {
        self.sets.get_or_insert_default().extend(parameters.into_iter().map(Into::into));
        self
    }

    /// Says which session parameters the handler reads beside those that its inputs name.
    pub fn reads<N: Into<String>>(mut self, parameters: impl IntoIterator<Item = N>) -> Self {
        parameters.into_iter().for_each(|name| self.needs.parameter(&name.into()));
        self
    }

    /// What happens when this handler fails, whatever the router says.
    pub fn on_error(mut self, policy: OnError) -> Self {
        self.on_error = Some(policy);
        self
    }

    /// How long a call of this tag may take, whatever `server.deadline` says.
    ///
    /// It is counted from the head of the request, so reading it, verifying the caller and waiting for
    /// a place are part of it. Keep it below what the agent waits for the webhook.
    pub fn deadline(mut self, time: Duration) -> Self {
        self.turn.deadline = Some(time);
        self
    }

    /// What becomes of the handler when the deadline passes or the client hangs up, whatever
    /// `server.on_deadline` says.
    pub fn on_deadline(mut self, then: OnDeadline) -> Self {
        self.turn.on_deadline = Some(then);
        self
    }

    /// Where repetitions of a call are recognized, whatever `duplicates.scope` says.
    ///
    /// A standard call takes part if it names its turn, as the platform's do. A flexible one does not,
    /// unless [`idempotency_header`](Self::idempotency_header) says what does.
    pub fn duplicates(mut self, scope: DuplicateScope) -> Self {
        self.turn.duplicates = Some(scope);
        self
    }

    /// The header of flexible calls that names their turn: calls with the same value and the same
    /// parameters are repetitions.
    pub fn idempotency_header(mut self, name: impl Into<String>) -> Self {
        self.turn.idempotency_header = Some(name.into());
        self
    }

    /// Answers with `interim` when the handler takes longer than this, from the head of the request,
    /// and lets the handler go on.
    ///
    /// The reply also sets the session parameters `rejoinder_pending` to true and `rejoinder_token`.
    /// The next call of this tag that carries the token, in the same session and with the same values
    /// of the parameters that the route [reads](Self::reads), gets the finished reply, or `interim`
    /// again. The handler may take `deferred.timeout`, and so says its [`Deadline`](crate::Deadline).
    ///
    /// What the handler asks for must be in session parameters: a form, a payload, an utterance, an
    /// intent or a sentiment is another one at the next call.
    pub fn defer_after(mut self, time: Duration, interim: Reply) -> Self {
        self.deferral = Some(Deferral { after: time, interim });
        self
    }

    /// How long the handler of a deferred answer may take in all, whatever `deferred.timeout` says.
    pub fn deferred_timeout(mut self, time: Duration) -> Self {
        self.deferred_timeout = Some(time);
        self
    }

    /// What the agent is told when time runs out: the deadline passes, or the handler fails with
    /// [`Error::timed_out`](crate::Error::timed_out). Without it, what [`on_error`](Self::on_error) says.
    pub fn on_timeout(mut self, policy: OnError) -> Self {
        self.on_timeout = Some(policy);
        self
    }
}

impl Route {
    /// What settings say of its time.
    pub(crate) fn turn(mut self, turn: RouteTurn, on_timeout: Option<OnError>) -> Self {
        (self.turn, self.on_timeout) = (turn, on_timeout);
        self
    }

    /// What it says of its time.
    pub(crate) fn times(&self) -> &RouteTurn {
        &self.turn
    }

    pub(crate) fn deferral(&self) -> Option<&Deferral> {
        self.deferral.as_ref()
    }

    /// How long its handler may take where the answer is deferred, if it says so.
    pub(crate) fn deferred_limit(&self) -> Option<Duration> {
        self.deferred_timeout
    }

    pub(crate) fn idempotency_name(&self) -> Option<&str> {
        self.turn.idempotency_header.as_deref()
    }

    pub(crate) fn is_inline(&self) -> bool {
        self.inline
    }

    /// The tag or pattern.
    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Where its calls are counted. A served route belongs to one server, and so to one `metrics`.
    pub(crate) fn calls(&self, metrics: &Metrics) -> &TagCalls {
        self.calls.get_or_init(|| metrics.route(&self.pattern))
    }

    /// The session parameters it reads, as far as that is known.
    pub(crate) fn parameters_read(&self) -> &[String] {
        &self.needs.parameters
    }

    /// What its handler's inputs ask for.
    pub(crate) fn needs(&self) -> &Needs {
        &self.needs
    }

    /// The session parameters it sets, as far as that is known.
    pub(crate) fn parameters_set(&self) -> &[String] {
        self.sets.as_deref().unwrap_or_default()
    }

    /// Whether it says what it sets.
    pub(crate) fn says_what_it_sets(&self) -> bool {
        self.sets.is_some()
    }

    /// The parts of a conversation that it asks for and a flexible call does not bring.
    pub(crate) fn needs_conversation(&self) -> &[&'static str] {
        &self.needs.conversation
    }
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Route")
            .field("pattern", &self.pattern)
            .field("on_error", &self.on_error)
            .finish_non_exhaustive()
    }
}
