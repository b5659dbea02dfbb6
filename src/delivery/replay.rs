//! Sending again what was sent or was not: as a new job, which names the one that it repeats.

use super::Delivery;
use super::job::Job;
use super::outbox;
use crate::activity::InvocationId;
use crate::activity::replay::NotReplayable;
use crate::store::{StoreError, Synced};

/// So many at once.
const STEP: usize = 250;

impl Delivery {
    /// Makes these deliveries again, from all that they were to send; each gets a new id, or the reason
    /// why not.
    ///
    /// # Errors
    ///
    /// If the store cannot be used: then none of those that were not told is made.
    pub(crate) async fn replay(
        &self,
        ids: &[InvocationId],
    ) -> Result<Vec<(InvocationId, Result<InvocationId, NotReplayable>)>, StoreError> {
        let engine = &self.0.engine;
        let mut made = Vec::with_capacity(ids.len());
        for some in ids.chunks(STEP) {
            let found = outbox::jobs(&engine.store, some).await?;
            let mut jobs = Vec::with_capacity(found.len());
            for id in some {
                let job = found.iter().find(|job| job.id == *id);
                let again = match job.map(|job| (job, engine.webhook(job.webhook))) {
                    None => Err(NotReplayable::DeliveryGone),
                    Some((_, None)) => Err(NotReplayable::WebhookDeleted),
                    Some((_, Some(webhook))) if !webhook.is_active() => Err(NotReplayable::WebhookInactive),
                    Some((job, Some(_))) => {
                        let again = Job { id: self.next_id(), origin: Some(*id), ..job.clone() };
                        let new = again.id;
                        jobs.push(again);
                        Ok(new)
                    }
                };
                made.push((*id, again));
            }
            let mut transaction = engine.store.begin(Synced::Full).await?;
            self.enqueue(&mut transaction, jobs).await?;
            transaction.commit().await?;
            self.wake();
        }
        Ok(made)
    }
}
