//! The task that puts what came into the store: all that waits in one transaction.
//!
//! Nothing waits for company. While one transaction is committed others gather, so that a disk that
//! takes a hundred commits a second keeps thousands of events in it.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::inbox::{self, Added, New, State};
use super::{Came, Kept, NotKept, Shared};
use crate::activity::record::Place;
use crate::delivery::job::Source;
use crate::delivery::{Content, Job};
use crate::store::{StoreError, Synced};

/// The most that one transaction keeps.
const MOST_AT_ONCE: usize = 128;

/// What came, and who waits to hear that it is kept.
#[derive(Debug)]
pub(super) struct Arrival {
    new: New,
    /// What subscribed webhooks are sent.
    told: Option<Bytes>,
    waits: oneshot::Sender<Result<Kept, NotKept>>,
}

impl Arrival {
    pub(super) fn of(came: Came, shared: &Shared) -> (Self, oneshot::Receiver<Result<Kept, NotKept>>) {
        let Came { id, source, invocation, body, event, ignored, fan_out } = came;
        let (event_type, event_id) = match &event {
            Ok(event) => (event.event_type().to_owned(), event.id().map(str::to_owned)),
            Err(_) => (String::new(), None),
        };
        let (state, error) = match &event {
            Err(error) => (State::Dead, Some(error.to_string())),
            Ok(_) if ignored => (State::Ignored, None),
            Ok(_) if shared.routes.takes(&event_type) => (State::Waiting, None),
            Ok(_) => (State::Unhandled, None),
        };
        let told = (fan_out && !ignored && event.is_ok()).then(|| body.clone());
        let new = New { id, source, invocation, event: event_id, event_type, body, state, error };
        let (waits, kept) = oneshot::channel();
        (Self { new, told, waits }, kept)
    }
}

#[derive(Debug)]
pub(super) struct Keeper(Arc<Shared>);

impl Keeper {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// Keeps until nobody is there any more who has something to keep.
    pub(super) async fn run(self, mut come: mpsc::Receiver<Arrival>) {
        let mut arrivals = Vec::new();
        while come.recv_many(&mut arrivals, MOST_AT_ONCE).await > 0 {
            // Instances that keep the same events at the same time lock them in one order.
            arrivals.sort_by(|one: &Arrival, other| one.new.key().cmp(&other.new.key()));
            let kept = Box::pin(self.keep(&arrivals)).await;
            self.tell(&mut arrivals, &kept);
        }
    }

    /// Tells which of them are new, and which have the number of something else.
    async fn keep(&self, arrivals: &[Arrival]) -> Result<Added, StoreError> {
        let shared = &self.0;
        let mut transaction = shared.store.begin(Synced::Full).await?;
        let news: Vec<&New> = arrivals.iter().map(|arrival| &arrival.new).collect();
        let added = inbox::add(&mut transaction, &news).await?;
        let mut jobs = Vec::new();
        {
            let snapshot = Arc::clone(&shared.webhooks.snapshot());
            for arrival in arrivals.iter().filter(|arrival| added.stored.contains(&arrival.new.id)) {
                let Some(body) = &arrival.told else { continue };
                let New { id, event, event_type, .. } = &arrival.new;
                jobs.extend(snapshot.subscribed(event_type).map(|webhook| Job {
                    id: shared.delivery.next_id(),
                    webhook: webhook.id,
                    source: Source::Event(event.clone().unwrap_or_else(|| id.to_string())),
                    origin: None,
                    event_type: event_type.clone(),
                    place: Place::default(),
                    content: Content::Body(body.clone()),
                }));
            }
        }
        let tells = !jobs.is_empty();
        if tells {
            shared.delivery.enqueue(&mut transaction, jobs).await?;
        }
        transaction.commit().await?;
        if tells {
            shared.delivery.wake();
        }
        shared.wake.notify_one();
        Ok(added)
    }

    fn tell(&self, arrivals: &mut Vec<Arrival>, kept: &Result<Added, StoreError>) {
        for Arrival { new, waits, .. } in arrivals.drain(..) {
            let told = match kept {
                Ok(added) if added.stored.contains(&new.id) => {
                    if new.state == State::Dead {
                        let error = new.error.as_deref().unwrap_or_default();
                        tracing::error!(
                            target: "rejoinder::receive",
                            source = &*new.source, id = %new.id, error,
                            "what came is no event: it is a dead letter"
                        );
                        self.0.metrics.received(&new.source).worked("dead");
                    }
                    Ok(Kept::Stored)
                }
                Ok(added) if added.strange.contains(&new.id) => Err(NotKept::Number),
                Ok(_) => Ok(Kept::Duplicate),
                Err(error) => Err(NotKept::Store(error.clone())),
            };
            // Who does not wait any more sends it again.
            let _ = waits.send(told);
        }
    }
}
