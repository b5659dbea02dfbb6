//! Sending again what was sent or was not: as a new job, which names the one that it repeats.

use std::collections::HashSet;

use super::Delivery;
use super::job::Job;
use super::outbox;
use super::shown::InvocationFilter;
use super::webhook::WebhookId;
use crate::activity::InvocationId;
use crate::activity::query::Wanted;
use crate::activity::replay::NotReplayable;
use crate::store::{StoreError, Synced};

/// So many at once.
const STEP: usize = 250;
/// So many deliveries are looked at to find those that failed.
const MOST_LOOKED_AT: usize = 20_000;
/// So many that failed are made again at once.
const MOST_FAILED: usize = 1_000;

impl Delivery {
    /// The deliveries of a webhook that ended since a moment without having arrived, the newest first; those
    /// that were made again are left to that. And whether there may be more.
    pub(crate) async fn failed_since(
        &self,
        webhook: &WebhookId,
        since: i64,
    ) -> Result<(Vec<InvocationId>, bool), StoreError> {
        let filter = InvocationFilter { from: Some(since), ..InvocationFilter::default() };
        let mut wanted = Wanted { size: 2 * STEP, ..Wanted::default() };
        // What was made again is older than what it was made as.
        let mut again = HashSet::new();
        let (mut failed, mut seen) = (Vec::new(), 0);
        loop {
            let page = self.invocations(webhook, &filter, &wanted).await?;
            again.extend(page.invocations.iter().filter_map(|one| one.origin));
            let ended = page.invocations.iter().filter(|one| one.state.is_failure()).map(|one| one.id);
            failed.extend(ended);
            seen += page.invocations.len();
            wanted.after = page.after;
            let enough = seen >= MOST_LOOKED_AT || failed.len() > MOST_FAILED + again.len();
            if page.after.is_none() || enough {
                failed.retain(|id| !again.contains(id));
                let more = page.after.is_some() || failed.len() > MOST_FAILED;
                failed.truncate(MOST_FAILED);
                return Ok((failed, more));
            }
        }
    }

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
