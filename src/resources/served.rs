//! What of the store is served: the resources of one agent, within bounds.

use super::table::{Raw, Stored};
use super::{Bounds, Resource};
use crate::fulfillment::upstream::resources::{Made, Refused};
use crate::protocol::webhook::{Environment, Webhook};

/// Everything in the store, as it was when it was last read.
#[derive(Debug, Default, Clone)]
pub(crate) struct Everything {
    pub(super) webhooks: Vec<Stored<Webhook>>,
    pub(super) environments: Vec<Stored<Environment>>,
}

impl Everything {
    pub(super) fn of(rows: Vec<Raw>) -> Self {
        let mut this = Self::default();
        for row in rows {
            if row.collection == Webhook::COLLECTION {
                this.webhooks.extend(row.parse());
            } else {
                this.environments.extend(row.parse());
            }
        }
        this
    }

    /// One of an agent.
    pub(super) fn find<R: Resource>(&mut self, agent: &str, id: &str) -> Option<&mut Stored<R>> {
        R::stored(self).iter_mut().find(|one| one.agent == agent && one.id == id)
    }

    /// Puts one in the place of its former self.
    pub(super) fn put<R: Resource>(&mut self, new: Stored<R>) {
        self.remove(&new);
        R::stored(self).push(new);
    }

    pub(super) fn remove<R: Resource>(&mut self, old: &Stored<R>) {
        R::stored(self).retain(|one| !(one.agent == old.agent && one.id == old.id));
    }

    /// The environments that override a webhook.
    pub(super) fn overriding(&self, webhook: &Stored<Webhook>) -> Vec<Stored<Environment>> {
        let overrides = |environment: &&Stored<Environment>| {
            environment.agent == webhook.agent
                && environment.resource.webhook_overrides().iter().any(|one| one.is_about(&webhook.resource))
        };
        self.environments.iter().filter(overrides).cloned().collect()
    }

    /// Those that routes may use: of the agent `own`, or of every agent while none is named.
    ///
    /// Bounds are looked at here, too: they may have become narrower since a resource was made.
    pub(super) fn served(&self, own: &str, bounds: &Bounds) -> Made {
        let mut made = Made::default();
        for Stored { resource, .. } in of_agent(&self.webhooks, own) {
            match bounds.violations(resource, "").into_iter().next() {
                None => made.webhooks.push(resource.clone()),
                Some(violation) => made.refused.push(Refused {
                    display_name: resource.display_name.clone(),
                    message: format!("{}: {}", violation.field, violation.description),
                }),
            }
        }
        for Stored { resource, .. } in of_agent(&self.environments, own) {
            let mut environment = resource.clone();
            if let Some(config) = &mut environment.webhook_config {
                config.webhook_overrides.retain(|one| {
                    let violation = bounds.violations(one, "").into_iter().next();
                    if let Some(violation) = &violation {
                        tracing::error!(
                            target: "rejoinder::resources", environment = resource.display_name,
                            "an override is not served: {}: {}", violation.field, violation.description
                        );
                    }
                    violation.is_none()
                });
            }
            made.environments.push(environment);
        }
        made
    }
}

fn of_agent<'s, R>(stored: &'s [Stored<R>], own: &'s str) -> impl Iterator<Item = &'s Stored<R>> {
    stored.iter().filter(move |one| own.is_empty() || one.agent == own)
}
