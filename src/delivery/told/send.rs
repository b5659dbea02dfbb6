//! From events to jobs: one for each webhook that has subscribed.

use super::envelope::{Event, Making};
use super::types;
use crate::delivery::job::{Content, Job, Source};
use crate::delivery::rules::Kind;
use crate::delivery::webhooks::Snapshot;
use crate::store::{StoreError, Transaction};

impl Making {
    /// Adds events to the outbox, for everybody who wants them now.
    pub(super) async fn send(
        &self,
        transaction: &mut Transaction,
        snapshot: &Snapshot,
        events: &[Event],
    ) -> Result<(), StoreError> {
        let mut jobs = Vec::new();
        for event in events {
            // As handlers can have told of it before anybody unsubscribed.
            let mut subscribed = snapshot.subscribed(&event.event_type).peekable();
            if subscribed.peek().is_none() {
                continue;
            }
            let body = event.body(self.account_id);
            for webhook in subscribed {
                if event.about.as_deref() == Some(webhook.id.as_str()) {
                    continue;
                }
                jobs.push(Job {
                    id: self.delivery.next_id(),
                    webhook: webhook.id,
                    source: Source::Event(event.id.to_string()),
                    origin: None,
                    event_type: event.event_type.clone().into_owned(),
                    place: event.place.clone(),
                    content: Content::Body(body.clone()),
                });
            }
        }
        if jobs.is_empty() { Ok(()) } else { self.delivery.enqueue(transaction, jobs).await }
    }

    /// After the commit: counts what was told, and lets it be sent.
    pub(super) fn sent(&self, events: &[Event], fired: &[Kind]) {
        for event in events {
            self.metrics.event_told(types::word(&event.event_type));
        }
        for kind in fired {
            self.metrics.rule_fired(kind.as_str());
        }
        if !events.is_empty() || !fired.is_empty() {
            self.delivery.wake();
        }
    }
}
