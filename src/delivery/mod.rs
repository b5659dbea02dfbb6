//! Telling neighbour systems: webhooks that others manage, and what is sent to them.
//!
//! No agent's turn waits for anything in here. What is to be told becomes a [`Job`] in the store, in the
//! transaction of what caused it ([`outbox`]); the [`pump`] takes what is due, webhook by webhook, and
//! sends it ([`decide`], [`compose`], [`send`]); what comes back is judged ([`retry`]) and either tried
//! again or ended, and the [`logbook`] brings what has ended into the activity log.
//!
//! It is delivered at least once: whoever ends before it has written that a receiver took something
//! lets it be sent again. `docs/deliveries.md` has all rules.

mod attempt;
mod breaker;
mod compose;
mod decide;
mod engine;
pub(crate) mod job;
mod lane;
mod logbook;
mod outbox;
mod payload;
mod pump;
mod record;
mod replay;
mod retry;
pub(crate) mod rules;
mod send;
pub(crate) mod shown;
mod throttle;
pub(crate) mod told;
mod trial;
pub(crate) mod webhook;
pub(crate) mod webhooks;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

pub(crate) use decide::reason;
pub(crate) use engine::CircuitChange;
pub(crate) use job::{Content, Job, State};
pub(crate) use outbox::{DAYS, Firings};
pub(crate) use payload::sends_parameters;
pub(crate) use shown::{Invocation, InvocationFilter, InvocationPage, ShownAttempt, ShownRequest};
pub(crate) use trial::{SAMPLE, TestRefused, Tried};

use attempt::Scribe;
use compose::Sender;
use engine::Engine;
use logbook::{Logbook, Order};
use outbox::Bounded;
use pump::Pump;
use webhook::WebhookId;
use webhooks::Webhooks;

use crate::activity::query::Wanted;
use crate::activity::redact::Redactor;
use crate::activity::{Activity, Ids, InvocationId};
use crate::clock::Clock;
use crate::config::Config;
use crate::outbound::{Outbound, OutboundSetupError};
use crate::store::{Id, Store, StoreError, Transaction};
use crate::telemetry::metrics::Metrics;

/// How long invocations are counted for a webhook.
const COUNTED: Duration = Duration::from_secs(7 * 24 * 3600);

/// Deliveries to webhooks; clones are the same. The last one to go ends its tasks.
#[derive(Debug, Clone)]
pub(crate) struct Delivery(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Arc<Engine>,
    closing: watch::Sender<Option<Duration>>,
    pump: Mutex<Option<JoinHandle<()>>>,
    logbook: Mutex<Option<JoinHandle<()>>>,
    /// Jobs that were added as skipped, and of which the log is to be told after the commit.
    skipped: Mutex<Vec<InvocationId>>,
    /// For webhooks that are tried at the same time.
    trials: Semaphore,
}

impl Drop for Inner {
    fn drop(&mut self) {
        for task in [&self.pump, &self.logbook] {
            if let Some(task) = task.lock().unwrap_or_else(PoisonError::into_inner).take() {
                task.abort();
            }
        }
    }
}

/// Who else is told what.
#[derive(Debug)]
pub(crate) struct Surroundings<'s> {
    pub(crate) store: &'s Store,
    pub(crate) webhooks: &'s Webhooks,
    pub(crate) outbound: &'s Outbound,
    pub(crate) activity: Option<&'s Activity>,
    pub(crate) metrics: &'s Metrics,
}

impl Delivery {
    /// Sends what is due from now on, by tasks on `runtime`, unless that is left to other instances.
    ///
    /// # Errors
    ///
    /// If the HTTP client cannot be set up.
    pub(crate) fn start(
        config: &Config,
        surroundings: &Surroundings<'_>,
        clock: Clock,
        runtime: &Handle,
    ) -> Result<Self, OutboundSetupError> {
        let Surroundings { store, webhooks, outbound, activity, metrics } = *surroundings;
        let settings = config.delivery.clone();
        let limit = config.activity.body_limit;
        let redactor = Redactor::new(&config.activity, &config.auth, config.known_secrets.clone());
        let (orders, told) = mpsc::unbounded_channel();
        let engine = Arc::new(Engine {
            store: store.clone(),
            webhooks: webhooks.clone(),
            retention: config.activity.retention,
            sender: Sender { account_id: settings.account_id, http: config.outbound.dangerous_allow_http },
            target: outbound.bare("(deliveries)", settings.timeout, Scribe::reads(limit))?,
            scribe: Scribe::new(redactor, config.activity.outbound_bodies, limit),
            settings,
            ids: Ids::new(clock.clone()),
            owner: Id::new(&clock).to_string(),
            clock,
            chance: outbound.chance().clone(),
            metrics: metrics.clone(),
            runtime: runtime.clone(),
            activity: activity.cloned(),
            wake: Notify::new(),
            used: AtomicBool::new(false),
            orders,
            listener: OnceLock::new(),
        });
        let bounded = (!store.is_configured())
            .then(|| Bounded::new(config.activity.max_in_memory, config.store.memory_limit / 4));
        let (closing, closes) = watch::channel(None);
        let sends = engine.settings.send;
        let pump = sends.then(|| runtime.spawn(Pump::new(Arc::clone(&engine), bounded).run(closes)));
        let logbook = runtime.spawn(Logbook::new(Arc::clone(&engine)).run(told));
        Ok(Self(Arc::new(Inner {
            engine,
            closing,
            pump: Mutex::new(pump),
            logbook: Mutex::new(Some(logbook)),
            skipped: Mutex::default(),
            trials: Semaphore::new(trial::PLACES),
        })))
    }

    /// The id of a job that is made now.
    pub(crate) fn next_id(&self) -> InvocationId {
        self.0.engine.ids.next()
    }

    /// Adds jobs in the caller's transaction, which has to be [synced](crate::store::Synced::Full) if
    /// they are not to be lost. Those that cannot be sent are added as ended, with the reason.
    /// [`wake`](Self::wake) after the commit lets them go out at once.
    pub(crate) async fn enqueue(
        &self,
        transaction: &mut Transaction,
        jobs: Vec<Job>,
    ) -> Result<(), StoreError> {
        let engine = &self.0.engine;
        engine.used.store(true, Ordering::Relaxed);
        let snapshot = engine.webhooks.snapshot();
        let mut skipped = Vec::new();
        let judged = jobs.into_iter().map(|job| {
            let inactive = snapshot.get(&job.webhook).is_some_and(|webhook| !webhook.is_active());
            let why = match () {
                () if inactive => Some(reason::INACTIVE),
                () if job.content.size() >= job::TOO_LARGE => Some(reason::TOO_LARGE),
                () => None,
            };
            if why.is_some() {
                skipped.push(job.id);
            }
            (job, why)
        });
        let judged: Vec<_> = judged.collect();
        drop(snapshot);
        outbox::add(transaction, judged, engine.clock.unix_micros(), engine.needs_no_log()).await?;
        if !skipped.is_empty() {
            self.0.skipped.lock().unwrap_or_else(PoisonError::into_inner).extend(skipped);
        }
        Ok(())
    }

    /// There is work: what was added has been committed.
    pub(crate) fn wake(&self) {
        self.0.engine.wake.notify_one();
        let skipped = std::mem::take(&mut *self.0.skipped.lock().unwrap_or_else(PoisonError::into_inner));
        // Those of a transaction that did not come to its end are not found, and forgotten.
        self.0.engine.ended(skipped);
    }

    /// A page of a webhook's invocations.
    pub(crate) async fn invocations(
        &self,
        webhook: &WebhookId,
        filter: &InvocationFilter,
        page: &Wanted,
    ) -> Result<InvocationPage, StoreError> {
        outbox::invocations(&self.0.engine.store, *webhook, filter, page).await
    }

    /// The attempts of an invocation; none if the webhook has no such.
    pub(crate) async fn attempts(
        &self,
        webhook: &WebhookId,
        invocation: InvocationId,
    ) -> Result<Option<Vec<ShownAttempt>>, StoreError> {
        let found = outbox::attempts(&self.0.engine.store, *webhook, invocation).await?;
        let shown = found.map(|(job, attempts)| {
            attempts.iter().map(|attempt| record::shown(&job, attempt, &self.0.engine.scribe)).collect()
        });
        Ok(shown)
    }

    /// How many invocations a webhook had on each of the last seven days, each of 24 hours, the last one
    /// ending now; tests of it are none.
    pub(crate) async fn days(&self, webhook: &WebhookId) -> Result<[i64; DAYS], StoreError> {
        outbox::days(&self.0.engine.store, *webhook, self.0.engine.clock.unix_micros()).await
    }

    /// When rules have notified these webhooks last, and how often in the last seven days, as far as the
    /// newest few thousand deliveries say.
    pub(crate) async fn firings(&self, webhooks: &[WebhookId]) -> Result<Firings, StoreError> {
        outbox::firings(&self.0.engine.store, webhooks, self.0.engine.clock.unix_micros()).await
    }

    /// A delivery of a webhook as its invocation, and its attempts; none if the webhook has no such.
    pub(crate) async fn invocation(
        &self,
        webhook: &WebhookId,
        id: InvocationId,
    ) -> Result<Option<Invocation>, StoreError> {
        outbox::invocation_of(&self.0.engine.store, *webhook, id).await
    }

    /// How many invocations each webhook had in the last seven days; tests of it are none.
    pub(crate) async fn counts(&self) -> Result<HashMap<WebhookId, u64>, StoreError> {
        let engine = &self.0.engine;
        let counted = i64::try_from(COUNTED.as_micros()).unwrap_or(i64::MAX);
        outbox::counts(&engine.store, engine.clock.unix_micros().saturating_sub(counted)).await
    }

    /// Ends what waits for a webhook, in the transaction that deletes it. What is on the wire may end.
    pub(crate) async fn webhook_deleted(
        &self,
        transaction: &mut Transaction,
        webhook: &WebhookId,
    ) -> Result<(), StoreError> {
        let (now, logged) = (self.0.engine.clock.unix_micros(), self.0.engine.needs_no_log());
        outbox::end_of_webhook(transaction, *webhook, reason::DELETED, now, logged).await?;
        Ok(())
    }

    /// Removes everything of a session, sent or not, by its name or its id; tells how many there were.
    pub(crate) async fn erase(
        &self,
        transaction: &mut Transaction,
        session: &str,
    ) -> Result<u64, StoreError> {
        let key = crate::activity::SessionParts::of(session).key();
        outbox::erase(transaction, &key).await
    }

    /// Tells somebody of every breaker that opens or closes; once.
    pub(crate) fn on_circuit(&self, listener: impl Fn(CircuitChange) + Send + Sync + 'static) {
        let _ = self.0.engine.listener.set(Box::new(listener));
    }

    #[cfg(test)]
    /// Brings into the activity log what has ended, and removes what is too old, without waiting for
    /// the time to do so.
    pub(crate) async fn tidy(&self) {
        let (done, tidied) = tokio::sync::oneshot::channel();
        if self.0.engine.orders.send(Order::Tidy(done)).is_ok() {
            // An error says that the log's task has ended.
            let _ = tidied.await;
        }
    }

    /// Takes nothing more; what is on the wire may end within this time, less the second that is for
    /// writing. The rest is given back.
    pub(crate) async fn close(&self, within: Duration) {
        const WRITING: Duration = Duration::from_secs(1);
        let wire = within.saturating_sub(WRITING);
        let take =
            |task: &Mutex<Option<JoinHandle<()>>>| task.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = self.0.closing.send(Some(wire));
        if let Some(pump) = take(&self.0.pump) {
            let _ = tokio::time::timeout(wire + WRITING / 2, pump).await;
        }
        let _ = self.0.engine.orders.send(Order::Close);
        if let Some(logbook) = take(&self.0.logbook) {
            let _ = tokio::time::timeout(WRITING / 2, logbook).await;
        }
    }
}

#[cfg(test)]
mod tests;
