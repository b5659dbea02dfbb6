//! All webhooks as they are served now.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::delivery::webhook::{Connection, Webhook, WebhookId};
use crate::zendesk::event_types::{covers, family_of};

/// Every webhook, by its id, and what is subscribed to.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    webhooks: HashMap<WebhookId, Arc<Webhook>>,
    /// Those that are told of events, in the order of their ids; active ones alone.
    subscribers: Vec<Arc<Webhook>>,
    /// Event types, and families of them, that somebody active has subscribed to.
    types: HashSet<String>,
    families: HashSet<String>,
}

impl Snapshot {
    pub(super) fn of(webhooks: Vec<Webhook>) -> Self {
        let webhooks: HashMap<WebhookId, Arc<Webhook>> =
            webhooks.into_iter().map(|webhook| (webhook.id, Arc::new(webhook))).collect();
        let mut this = Self { webhooks, ..Self::default() };
        for webhook in this.webhooks.values().filter(|webhook| webhook.is_active()) {
            let Connection::Events(subscriptions) = &webhook.connection else { continue };
            this.subscribers.push(Arc::clone(webhook));
            for subscription in subscriptions {
                match subscription.strip_suffix(".*") {
                    Some(family) => this.families.insert(family.to_owned()),
                    None => this.types.insert(subscription.clone()),
                };
            }
        }
        this.subscribers.sort_by_key(|webhook| webhook.id);
        this
    }

    pub(crate) fn get(&self, id: &WebhookId) -> Option<&Arc<Webhook>> {
        self.webhooks.get(id)
    }

    /// All, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Webhook>> {
        self.webhooks.values()
    }

    /// Whether anybody is told of such events: two look-ups, for the agent's path.
    pub(crate) fn is_wanted(&self, event_type: &str) -> bool {
        !self.subscribers.is_empty()
            && (self.types.contains(event_type) || self.families.contains(family_of(event_type)))
    }

    /// The active webhooks that are told of such events, each once.
    pub(crate) fn subscribed<'s>(&'s self, event_type: &'s str) -> impl Iterator<Item = &'s Arc<Webhook>> {
        self.subscribers.iter().filter(move |webhook| match &webhook.connection {
            Connection::Events(subscriptions) => {
                subscriptions.iter().any(|subscription| covers(subscription, event_type))
            }
            Connection::None | Connection::Rules => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::webhook::Status;

    #[test]
    fn active_subscribers_are_found_by_type_and_family() {
        let webhook = |subscriptions: &[&str], status| {
            let mut webhook = Webhook::of("https://example.com");
            webhook.resource.connection =
                Connection::Events(subscriptions.iter().map(|one| (*one).to_owned()).collect());
            webhook.resource.status = status;
            webhook
        };
        const TURN: &str = "rejoinder:event-type:conversation.turn";
        let family = webhook(&["rejoinder:event-type:conversation.*", TURN], Status::Active);
        let exact = webhook(&[TURN], Status::Active);
        let failed = webhook(&["rejoinder:event-type:fulfillment.failed"], Status::Inactive);
        let mut rules = Webhook::of("https://example.com");
        rules.resource.connection = Connection::Rules;
        let ids = [family.id, exact.id];
        let snapshot = Snapshot::of(vec![rules, exact, failed.clone(), family]);
        let told = |event_type| snapshot.subscribed(event_type).map(|webhook| webhook.id).collect::<Vec<_>>();
        assert_eq!(told(TURN), ids);
        assert_eq!(told("rejoinder:event-type:conversation.ended"), ids[..1]);
        for (event_type, wanted) in [
            (TURN, true),
            ("rejoinder:event-type:conversation.ended", true),
            // Its webhook is not active.
            ("rejoinder:event-type:fulfillment.failed", false),
            ("rejoinder:event-type:fulfillment.timed_out", false),
            ("", false),
        ] {
            assert_eq!(snapshot.is_wanted(event_type), wanted, "{event_type}");
            assert_eq!(snapshot.subscribed(event_type).next().is_some(), wanted, "{event_type}");
        }
        assert!(snapshot.get(&failed.id).is_some());
        assert_eq!(snapshot.all().count(), 4);
        assert!(!Snapshot::default().is_wanted(TURN));
    }
}
