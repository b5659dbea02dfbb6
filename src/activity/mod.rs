//! The activity log: every call in or out is an invocation with its attempts.
//!
//! The paths of calls hand over a [`Record`] and go on; nothing they do waits for the store. A task
//! [`writer`] takes what has come, decodes, masks and cuts it ([`row`], [`redact`]), and writes it in
//! batches ([`sql`]). [`query`] reads pages, [`counts`] what is counted by the hour, [`retention`]
//! removes what is too old.
//!
//! This room knows neither HTTP servers nor handlers: what a call was is told by whoever made it.

pub(crate) mod agents;
mod bounded;
mod counts;
mod facet;
pub(crate) mod failing;
mod id;
pub(crate) mod kept;
mod literals;
pub(crate) mod moment;
mod pack;
pub(crate) mod parameters;
mod pending;
pub(crate) mod query;
mod queue;
mod range;
pub(crate) mod record;
pub(crate) mod redact;
pub(crate) mod replay;
mod retention;
mod row;
mod session;
mod sql;
mod statement;
pub(crate) mod status;
#[cfg(test)]
mod tests;
pub(crate) mod view;
mod writer;

use std::cell::RefCell;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use bounded::Most;
pub(crate) use counts::{Count, Counts, MOST_DAYS};
pub(crate) use id::{Ids, InvalidId, InvocationId};
pub(crate) use kept::Parameters;
use pack::Packing;
use queue::Queue;
pub(crate) use record::Record;
use redact::Redactor;
use row::Rules;
pub(crate) use session::Parts as SessionParts;
use writer::{Command, Writer};

use crate::clock::Clock;
use crate::config::{self, Config};
use crate::queue::Weighed as _;
use crate::store::{Store, StoreError};
use crate::telemetry::metrics::Metrics;

/// The log of a server; clones are the same. The last one to go ends its tasks.
#[derive(Debug, Clone)]
pub(crate) struct Activity(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    ids: Ids,
    queue: Arc<Queue>,
    rules: Arc<Rules>,
    commands: mpsc::UnboundedSender<Command>,
    metrics: Metrics,
    settings: config::Activity,
    store: Store,
    clock: Clock,
    retention: AbortHandle,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.retention.abort();
    }
}

impl Activity {
    /// Keeps calls in `store`, written by tasks on `runtime`.
    pub(crate) fn start(
        config: &Config,
        store: &Store,
        metrics: &Metrics,
        clock: Clock,
        runtime: &Handle,
    ) -> Self {
        Self::packing(config, store, metrics, clock, runtime, Packing::CROWDS)
    }

    fn packing(
        config: &Config,
        store: &Store,
        metrics: &Metrics,
        clock: Clock,
        runtime: &Handle,
        packing: Packing,
    ) -> Self {
        let settings = config.activity.clone();
        let queue = Arc::new(Queue::new(settings.queue_memory));
        let (commands, orders) = mpsc::unbounded_channel();
        let rules = Arc::new(Rules {
            settings: settings.clone(),
            messages_key: config.flexible.messages_key.clone(),
            redactor: Redactor::new(&settings, &config.auth, config.known_secrets.clone()),
        });
        let most = (!store.is_configured())
            .then_some(Most { calls: settings.max_in_memory, bytes: config.store.memory_limit / 2 });
        let writer = Writer::new(
            Arc::clone(&queue),
            store.clone(),
            metrics.clone(),
            Arc::clone(&rules),
            most,
            packing,
        );
        runtime.spawn(writer.run(orders));
        let keep = retention::run(store.clone(), clock.clone(), settings.retention);
        let retention = runtime.spawn(keep).abort_handle();
        Self(Arc::new(Shared {
            ids: Ids::new(clock.clone()),
            queue,
            rules,
            commands,
            metrics: metrics.clone(),
            settings,
            store: store.clone(),
            clock,
            retention,
        }))
    }

    /// The id of an invocation that begins now.
    pub(crate) fn next_id(&self) -> InvocationId {
        self.0.ids.next()
    }

    /// Whether the bodies of calls to us are kept.
    pub(crate) fn keeps_inbound_bodies(&self) -> bool {
        self.0.settings.inbound_bodies
    }

    /// Keeps an invocation if there is room for it. Never waits.
    pub(crate) fn note(&self, record: Record) {
        if !self.note_if_there_is_room(record) {
            self.0.metrics.activity_lost("full", 1);
        }
    }

    /// The same for who can come back with it; tells whether there was room.
    pub(crate) fn note_if_there_is_room(&self, record: Record) -> bool {
        thread_local! {
            /// Where the texts of a row are made.
            static TEXTS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        let Shared { queue, rules, .. } = &*self.0;
        if rules.is_quick(&record) {
            return TEXTS.with_borrow_mut(|texts| {
                let row = rules.row(&record, texts);
                queue.add(row.room, |noted| noted.rows.add(row, texts))
            });
        }
        queue.add(record.size(), |noted| noted.records.push_back(record))
    }

    /// Writes what has been noted up to now, or finds that it cannot be written.
    pub(crate) async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.0.commands.send(Command::Flush(done)).is_ok() {
            // An error means that the writer has ended, with its runtime.
            let _ = written.await;
        }
    }

    /// Removes every invocation of a session, by its name or its id; tells how many there were.
    pub(crate) async fn erase(&self, session: &str) -> Result<u64, StoreError> {
        // What is being written of it must be there to be removed.
        self.flush().await;
        let key = SessionParts::of(session).key().into_owned();
        let erased = sql::erase(&self.0.store, &key).await?;
        self.0.store.reclaim().await?;
        if !self.0.store.write_back().await? {
            tracing::warn!(
                target: "rejoinder::activity",
                "an erased session stands in the store's log file until that is written back: somebody reads it now"
            );
        }
        Ok(erased)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn settings(&self) -> &config::Activity {
        &self.0.settings
    }
}
