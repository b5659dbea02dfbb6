//! What neighbour systems send: kept, acknowledged, and worked off later.
//!
//! Whoever sends an event waits for its answer, and calls too slow a receiver a failing one. So an event
//! is only put into the store ([`keeper`]), together with others that come at the same time; a repetition
//! is known by its ids and put nowhere. The [`worker`] takes what is due, with leases as deliveries have
//! them, and runs its handler; what fails is due again later, and in the end is a dead letter.
//!
//! What subscribed webhooks are to be told of an event is committed with it. `docs/receive.md` has all
//! rules; who may send, the server's door judges.

mod inbox;
mod keeper;
mod worker;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

pub(crate) use inbox::{Filter, Found, Listed, State};
use keeper::{Arrival, Keeper};
use worker::Worker;

use crate::activity::{Ids, InvocationId};
use crate::chance::Chance;
use crate::clock::Clock;
use crate::config::Receive;
use crate::delivery::Delivery;
use crate::delivery::webhooks::Webhooks;
use crate::fulfillment::EventRoutes;
use crate::store::{Id, Store, StoreError};
use crate::telemetry::metrics::Metrics;
use crate::zendesk::event::{Event, NotAnEvent};

/// How many arrivals may wait to be kept; the next one is asked to come again.
const MOST_WAITING: usize = 1024;

/// Everything received; clones are the same. The last one to go ends its tasks.
#[derive(Debug, Clone)]
pub(crate) struct Receiving(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    arrivals: mpsc::Sender<Arrival>,
    closing: watch::Sender<Option<Duration>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

/// What all parts share.
#[derive(Debug)]
struct Shared {
    store: Store,
    webhooks: Webhooks,
    delivery: Delivery,
    settings: Receive,
    /// `activity.max_in_memory`, where nothing outlives the process.
    most_in_memory: Option<usize>,
    routes: Arc<EventRoutes>,
    ids: Ids,
    clock: Clock,
    chance: Chance,
    metrics: Metrics,
    runtime: Handle,
    /// This instance, as leases have it.
    owner: String,
    /// There may be work.
    wake: Notify,
}

/// Who else is told what.
#[derive(Debug)]
pub(crate) struct Surroundings<'s> {
    pub(crate) store: &'s Store,
    pub(crate) webhooks: &'s Webhooks,
    pub(crate) delivery: &'s Delivery,
    pub(crate) routes: &'s Arc<EventRoutes>,
    pub(crate) metrics: &'s Metrics,
    pub(crate) chance: &'s Chance,
}

/// What came, once it is known who sent it.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) id: InvocationId,
    pub(crate) source: Arc<str>,
    /// The sender's id of the request.
    pub(crate) invocation: Option<String>,
    pub(crate) body: Bytes,
    pub(crate) event: Result<Event, NotAnEvent>,
    /// Whether nobody is to work on it or to be told of it.
    pub(crate) ignored: bool,
    /// Whether subscribed webhooks are told of it.
    pub(crate) fan_out: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is in the store.
    Stored,
    /// It was there already.
    Duplicate,
}

/// Why it is not kept; the sender is to send it again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKept {
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("more than {MOST_WAITING} requests wait to be kept")]
    Full,
    #[error("another invocation has its number")]
    Number,
    #[error("the server is shutting down")]
    Closed,
}

impl Receiving {
    /// Keeps and works off from now on, by tasks on `runtime`.
    pub(crate) fn start(
        settings: &Receive,
        most_in_memory: usize,
        surroundings: &Surroundings<'_>,
        clock: Clock,
        runtime: &Handle,
    ) -> Self {
        let Surroundings { store, webhooks, delivery, routes, metrics, chance } = *surroundings;
        let shared = Arc::new(Shared {
            store: store.clone(),
            webhooks: webhooks.clone(),
            delivery: delivery.clone(),
            settings: settings.clone(),
            most_in_memory: (!store.is_configured()).then_some(most_in_memory),
            routes: Arc::clone(routes),
            ids: Ids::new(clock.clone()),
            owner: Id::new(&clock).to_string(),
            clock,
            chance: chance.clone(),
            metrics: metrics.clone(),
            runtime: runtime.clone(),
            wake: Notify::new(),
        });
        let (arrivals, come) = mpsc::channel(MOST_WAITING);
        let (closing, closes) = watch::channel(None);
        let mut tasks = vec![runtime.spawn(Keeper::new(Arc::clone(&shared)).run(come))];
        // What was received before may be there although nobody is let in any more.
        if !settings.zendesk.is_empty() || !routes.is_empty() {
            tasks.push(runtime.spawn(Worker::new(Arc::clone(&shared)).run(closes)));
        }
        Self(Arc::new(Inner { shared, arrivals, closing, tasks: Mutex::new(tasks) }))
    }

    /// The id of what comes now, where the activity log gives none.
    pub(crate) fn next_id(&self) -> InvocationId {
        self.0.shared.ids.next()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.shared.clock
    }

    /// Keeps what came; what is kept survives the end of the process, and the power failing.
    pub(crate) async fn keep(&self, came: Came) -> Result<Kept, NotKept> {
        let (arrival, kept) = Arrival::of(came, &self.0.shared);
        self.0.arrivals.try_send(arrival).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotKept::Full,
            mpsc::error::TrySendError::Closed(_) => NotKept::Closed,
        })?;
        kept.await.unwrap_or(Err(NotKept::Closed))
    }

    /// A page of what was received, the newest first.
    pub(crate) async fn list(&self, filter: &Filter) -> Result<Vec<Listed>, StoreError> {
        inbox::list(&self.0.shared.store, filter).await
    }

    /// One of them with its body.
    pub(crate) async fn find(&self, id: InvocationId) -> Result<Option<Found>, StoreError> {
        inbox::find(&self.0.shared.store, id).await
    }

    /// Works on it again, from the first attempt, unless that is under way or due anyway; tells whether
    /// there is such a one that has ended.
    pub(crate) async fn replay(&self, id: InvocationId) -> Result<bool, StoreError> {
        let shared = &self.0.shared;
        let again = inbox::again(&shared.store, id, shared.clock.unix_micros()).await?;
        shared.wake.notify_one();
        Ok(again)
    }

    /// Takes nothing more; handlers may end within this time, less what writing takes. What is not done
    /// then is given back.
    pub(crate) async fn close(&self, within: Duration) {
        let _ = self.0.closing.send(Some(within * 3 / 4));
        let tasks = std::mem::take(&mut *self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let mut tasks = tasks.into_iter();
        // It keeps what comes as long as somebody is let in.
        let keeper = tasks.next();
        for task in tasks {
            let _ = tokio::time::timeout(within, task).await;
        }
        *self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner) = keeper.into_iter().collect();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for task in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
    }
}
