//! Those who tell neighbour systems what happens, put together: webhooks, deliveries, events.

use std::sync::Arc;
use std::time::Duration;

use super::door::Door;
use super::error::ServerError;
use super::live::Live;
use super::manage::zendesk::Services;
use crate::delivery::rules::Rules;
use crate::delivery::told::{Surroundings, Told};
use crate::delivery::webhooks::Webhooks;
use crate::delivery::{self, Delivery};
use crate::receive::{self, Receiving};

/// What runs beside the agent's door and is closed with it.
#[derive(Debug)]
pub(super) struct Telling {
    webhooks: Webhooks,
    rules: Rules,
    pub(super) delivery: Delivery,
    pub(super) receiving: Receiving,
    told: Told,
}

/// How long the store may take for what the last calls have to tell.
const LAST_EVENTS: Duration = Duration::from_millis(500);

impl Telling {
    /// Tells from now on what `door` sees.
    pub(super) async fn start(live: &Live, door: &Door) -> Result<Self, ServerError> {
        let (config, outbound, runtime) = (live.settings(), live.outbound(), &door.handlers);
        let (store, metrics, clock) = (&door.store, &door.metrics, outbound.clock().clone());
        let webhooks = Webhooks::start(store, &door.access, &config, clock.clone(), runtime).await;
        let activity = door.activity.as_ref();
        let around = delivery::Surroundings { store, webhooks: &webhooks, outbound, activity, metrics };
        let delivery = Delivery::start(&config, &around, clock.clone(), runtime);
        let delivery = delivery.map_err(|error| ServerError::Io(std::io::Error::other(error)))?;
        let rules = Rules::start(store, &webhooks, &door.access, &config, clock.clone(), runtime).await;
        let around = Surroundings { store, rules: &rules, delivery: &delivery, outbound, metrics };
        let told = Told::start(&config, &around, clock, runtime);
        let routes = Arc::clone(door.fulfillment.load().events());
        if routes.is_empty() && !config.receive.zendesk.iter().all(|source| source.fan_out) {
            tracing::warn!(
                target: "rejoinder::receive",
                "events are received, and no handler takes any (Rejoinder::on_event): they are kept for receive.keep"
            );
        } else if !routes.is_empty() && config.receive.zendesk.is_empty() {
            tracing::warn!(
                target: "rejoinder::receive",
                "there are handlers of events, and nobody may send any: configure [receive.zendesk.NAME]"
            );
        }
        let around = receive::Surroundings {
            store,
            webhooks: &webhooks,
            delivery: &delivery,
            routes: &routes,
            metrics,
            chance: outbound.chance(),
        };
        let most = config.activity.max_in_memory;
        let receiving = Receiving::start(&config.receive, most, &around, outbound.clock().clone(), runtime);
        // Whoever calls from now on is told of.
        let _ = door.told.set(told.clone());
        let _ = door.delivery.set(delivery.clone());
        let _ = door.receiving.set(receiving.clone());
        Ok(Self { webhooks, rules, delivery, receiving, told })
    }

    /// What the management of webhooks and rules works with.
    pub(super) fn services(&self, door: &Door) -> Services {
        Services {
            webhooks: self.webhooks.clone(),
            delivery: self.delivery.clone(),
            rules: self.rules.clone(),
            activity: door.activity.clone(),
        }
    }

    /// Takes nothing new; deliveries on the wire and handlers of events may end within this time, but for what writing that takes.
    pub(super) async fn close(&self, within: Duration) {
        let on_the_wire = within.saturating_sub(LAST_EVENTS);
        let delivery = tokio::time::timeout(within, self.delivery.close(on_the_wire));
        let _ = tokio::join!(delivery, tokio::time::timeout(within, self.receiving.close(on_the_wire)));
    }

    /// Writes what the last calls have to tell; it is delivered when somebody starts again.
    pub(super) async fn flush(&self) {
        let _ = tokio::time::timeout(LAST_EVENTS, self.told.flush()).await;
    }
}
