//! What is to be told of calls, found out once for all of them until webhooks or rules change.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::types::Wanted;
use crate::delivery::rules::{Rules, Snapshot as OfRules};
use crate::delivery::webhooks::Snapshot as OfWebhooks;

/// The last that was found out. Whoever asks first after a change finds it out again.
#[derive(Debug, Default)]
pub(super) struct Latest(ArcSwapOption<Found>);

#[derive(Debug)]
struct Found {
    wanted: Wanted,
    /// Held, so that others cannot have their places in memory.
    webhooks: Arc<OfWebhooks>,
    rules: Arc<OfRules>,
}

impl Latest {
    pub(super) fn get(&self, of: &Rules) -> Wanted {
        let (webhooks, rules) = (of.webhooks().snapshot(), of.snapshot());
        if let Some(found) = &*self.0.load()
            && Arc::ptr_eq(&found.webhooks, &webhooks)
            && Arc::ptr_eq(&found.rules, &rules)
        {
            return found.wanted;
        }
        let wanted = Wanted::of(&webhooks, &rules);
        let found = Found { wanted, webhooks: Arc::clone(&webhooks), rules: Arc::clone(&rules) };
        self.0.store(Some(Arc::new(found)));
        wanted
    }
}
