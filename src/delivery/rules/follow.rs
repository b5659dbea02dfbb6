//! Following what other instances change, and what becomes of the webhooks that rules notify.

use std::sync::{PoisonError, Weak};
use std::time::Duration;

use super::{Inner, Rules, faults};
use crate::store::StoreError;

/// How long a change of another instance may stay unseen.
const POLL: Duration = Duration::from_secs(2);

/// Serves what the store holds whenever that has changed, for as long as anybody has the rules.
/// `failing` is whether they could not be read the last time.
pub(super) async fn follow(rules: Weak<Inner>, mut failing: bool) {
    loop {
        tokio::time::sleep(POLL).await;
        let Some(rules) = rules.upgrade().map(Rules) else { return };
        // What is in memory alone is changed by nobody else.
        let read = if rules.0.store.is_configured() { rules.refresh().await } else { Ok(()) };
        match read {
            Ok(()) if failing => {
                failing = false;
                tracing::info!(target: "rejoinder::rules", "triggers and automations can be read again");
            }
            Ok(()) => {}
            // Told once: the same every other second would bury everything else.
            Err(error) if !failing => failing = tell(&error),
            Err(_) => {}
        }
        rules.tell_faults();
    }
}

/// Says that they cannot be read.
pub(super) fn tell(error: &StoreError) -> bool {
    tracing::error!(
        target: "rejoinder::rules",
        "triggers and automations cannot be read, those served last go on: {error}"
    );
    true
}

impl Rules {
    /// Says, once, which rules in force can notify no more, because of what became of a webhook.
    pub(super) fn tell_faults(&self) {
        let (rules, webhooks) = (self.0.snapshot.load_full(), self.0.webhooks.snapshot());
        let mut told = self.0.faulty.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *told);
        for rule in rules.triggers().iter().chain(rules.automations()) {
            let Some(fault) = faults(rule.kind, &rule.rule, &webhooks).into_iter().next() else { continue };
            let (this, description) = ((rule.id, rule.version), fault.description);
            if !before.contains(&this) {
                tracing::warn!(
                    target: "rejoinder::rules",
                    kind = rule.kind.as_str(), id = rule.id, action = fault.field,
                    "a rule cannot notify any more: {description}"
                );
            }
            told.insert(this);
        }
    }
}
