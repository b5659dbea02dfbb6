//! What is told: events about conversations, and the way from an agent's call to the outbox.
//!
//! The paths of calls hand over a [`Fact`] and go on; nothing they do waits for the store. One task
//! ([`writer`]) finds out what of it is news ([`drafts`], [`conversations`]: other instances see calls
//! of the same conversation, and each thing is told once), makes events of it ([`envelope`]) and adds
//! them to the outbox, all in one transaction: what is told is committed with what it is about.
//! Another task ([`idle`]) ends conversations that nobody goes on with.
//!
//! The same transactions notify what rules say: triggers look at each call ([`turn`], [`firing`]), and a
//! task looks for conversations that automations wait for ([`automations`]).

#[cfg(test)]
mod automation_tests;
mod automations;
mod conversation;
mod conversations;
mod describe;
mod drafts;
mod envelope;
mod fact;
mod firing;
mod idle;
pub(crate) mod kept;
mod noted;
pub(crate) mod placeholders;
pub(crate) mod preview;
mod recent;
pub(crate) mod samples;
mod seen;
mod send;
#[cfg(test)]
mod tests;
mod turn;
pub(crate) mod types;
mod wanted;
mod writer;

use std::sync::Arc;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use self::envelope::Making;
pub(crate) use self::fact::Answered;
use self::fact::{Circuit, Fact};
use self::noted::Queue;
use self::recent::Recent;
use self::seen::{Call, Seen};
use self::writer::{Command, Writer};
use super::Delivery;
use super::rules::Rules;
use crate::activity::SessionParts;
use crate::clock::Clock;
use crate::config::Config;
use crate::fulfillment::EventError;
use crate::fulfillment::events::{Emit, Emitted};
use crate::outbound::Outbound;
use crate::protocol::Envelope;
use crate::queue::Weighed as _;
use crate::store::{Store, StoreError, Synced};
use crate::telemetry::metrics::Metrics;

/// The JSON schema of events.
pub(crate) const SCHEMA: &str = include_str!("../../../docs/events.schema.json");

/// Who tells; clones are the same. The last one to go ends its tasks.
#[derive(Debug, Clone)]
pub(crate) struct Told(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    queue: Arc<Queue>,
    /// What is to be told, by the webhooks and rules of now.
    wanted: wanted::Latest,
    recent: Arc<Recent>,
    commands: mpsc::UnboundedSender<Command>,
    rules: Rules,
    delivery: Delivery,
    store: Store,
    clock: Clock,
    metrics: Metrics,
    /// Those that look at conversations again and again.
    looking: [AbortHandle; 2],
}

/// Who is told, and by whom.
#[derive(Debug)]
pub(crate) struct Surroundings<'s> {
    pub(crate) store: &'s Store,
    /// And the webhooks that they notify, which are told of events, too.
    pub(crate) rules: &'s Rules,
    pub(crate) delivery: &'s Delivery,
    pub(crate) outbound: &'s Outbound,
    pub(crate) metrics: &'s Metrics,
}

impl Shared {
    fn note(&self, fact: Fact) -> Result<(), Fact> {
        let size = fact.size();
        let mut fact = Some(fact);
        let _ = self.queue.add(size, |noted| fact.take().into_iter().for_each(|fact| noted.push(fact)));
        match fact {
            None => Ok(()),
            Some(fact) => {
                self.metrics.events_lost("full", 1);
                Err(fact)
            }
        }
    }

    /// Keeps what a call says of its conversation.
    fn keep(&self, session: &str, call: Call<'_>) {
        if self.queue.amend(|noted| noted.join(session, call)) {
            return;
        }
        let room = Seen::room(session);
        if !self.queue.add(room, |noted| noted.begin(session, call, room)) {
            self.metrics.events_lost("full", 1);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        for task in &self.looking {
            task.abort();
        }
    }
}

impl Told {
    /// Tells from now on, by tasks on `runtime`; circuits of `outbound` are told, too.
    pub(crate) fn start(
        config: &Config,
        surroundings: &Surroundings<'_>,
        clock: Clock,
        runtime: &Handle,
    ) -> Self {
        let Surroundings { store, rules, delivery, outbound, metrics } = *surroundings;
        let settings = config.events.clone();
        let queue = Arc::new(Queue::new(settings.queue_memory));
        let (commands, orders) = mpsc::unbounded_channel();
        let making = Arc::new(Making::new(config, rules, delivery, metrics));
        let idle = idle::run(store.clone(), Arc::clone(&making), settings.clone(), clock.clone());
        let due = automations::run(store.clone(), Arc::clone(&making), clock.clone());
        let looking = [runtime.spawn(idle).abort_handle(), runtime.spawn(due).abort_handle()];
        let recent = Arc::new(Recent::new(&settings, clock.clone()));
        let writer = Writer::new(Arc::clone(&queue), store.clone(), making, Arc::clone(&recent));
        runtime.spawn(writer.run(orders));
        let this = Self(Arc::new(Shared {
            queue,
            wanted: wanted::Latest::default(),
            recent,
            commands,
            rules: rules.clone(),
            delivery: delivery.clone(),
            store: store.clone(),
            clock,
            metrics: metrics.clone(),
            looking,
        }));
        // Weak, as these live as long as who tells of them.
        let told = Arc::downgrade(&this.0);
        outbound.circuits().listen(move |change| {
            if let Some(shared) = told.upgrade() {
                Self(shared).circuit(Circuit::of_target(change));
            }
        });
        let told = Arc::downgrade(&this.0);
        delivery.on_circuit(move |change| {
            if let Some(shared) = told.upgrade() {
                Self(shared).circuit(Circuit::of_webhook(&change));
            }
        });
        this
    }

    /// Takes notice of a call that was answered so, if it says something of its conversation; tells whether
    /// somebody may have to be told of it, so that all of it is needed.
    pub(crate) fn notices(&self, asked: &Envelope, answer: Option<&Bytes>, failure: Option<&str>) -> bool {
        let wanted = self.0.wanted.get(&self.0.rules);
        if wanted.triggers || failure.is_some_and(|code| wanted.has_failure(code)) {
            return true;
        }
        if !wanted.needs_state() && !wanted.handoff {
            return false;
        }
        let session = asked.session();
        if session.is_empty() {
            return false;
        }
        let news = wanted.turn || wanted.started && !self.0.recent.has(&session);
        if news || describe::may_matter(asked, answer, wanted.needs_state()) {
            return true;
        }
        if wanted.needs_state() {
            let (at, response) = (self.0.clock.unix_micros(), &*asked.detect_intent_response_id());
            let failed = failure.is_some();
            self.0.keep(&session, Call { at, response, hands_over: false, ends: false, failed });
        }
        false
    }

    /// Tells what there is to be told of a call, if there is room for it. Never waits.
    pub(crate) fn answered(&self, answered: Answered) {
        let _ = self.0.note(Fact::answered(self.0.clock.unix_micros(), answered));
    }

    /// Where handlers' events go.
    pub(crate) fn emits(&self) -> Arc<dyn Emit> {
        Arc::clone(&self.0) as Arc<dyn Emit>
    }

    fn circuit(&self, circuit: Circuit) {
        if self.0.rules.webhooks().snapshot().is_wanted(circuit.event_type()) {
            let _ = self.0.note(Fact::circuit(self.0.clock.unix_micros(), circuit));
        }
    }

    /// Writes what has been noted up to now, or finds that it cannot be written.
    pub(crate) async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.0.commands.send(Command::Flush(done)).is_ok() {
            // An error means that the writer has ended, with its runtime.
            let _ = written.await;
        }
    }

    /// Removes everything that is known or told of a session, by its name or its id.
    pub(crate) async fn erase(&self, session: &str) -> Result<(), StoreError> {
        // What is being written of it must be there to be removed.
        self.flush().await;
        let key = SessionParts::of(session).key().into_owned();
        let mut transaction = self.0.store.begin(Synced::Full).await?;
        transaction.overwrite_deleted().await?;
        conversations::erase(&mut transaction, &key).await?;
        self.0.delivery.erase(&mut transaction, session).await?;
        transaction.commit().await?;
        self.0.recent.clear();
        Ok(())
    }
}

impl Emit for Shared {
    fn emit(&self, event: Emitted) -> Result<(), EventError> {
        if !self.rules.webhooks().snapshot().is_wanted(&types::custom(&event.name)) {
            if let Some(kept) = event.kept {
                let _ = kept.send(());
            }
            return Ok(());
        }
        self.note(Fact::emitted(self.clock.unix_micros(), event)).map_err(|_| EventError::Full)
    }
}
