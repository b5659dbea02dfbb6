//! Following what other instances change: the store's version is asked for again and again.

use std::sync::Weak;
use std::time::Duration;

use super::{Inner, Webhooks};
use crate::store::StoreError;

/// How long a change of another instance may stay unseen.
const POLL: Duration = Duration::from_secs(2);

/// Serves what the store holds whenever that has changed, for as long as anybody has the webhooks.
/// `failing` is whether they could not be read the last time.
pub(super) async fn follow(webhooks: Weak<Inner>, mut failing: bool) {
    loop {
        tokio::time::sleep(POLL).await;
        let Some(webhooks) = webhooks.upgrade().map(Webhooks) else { return };
        match webhooks.refresh().await {
            Ok(()) if failing => {
                failing = false;
                tracing::info!(target: "rejoinder::delivery", "the webhooks of neighbour systems can be read again");
            }
            Ok(()) => {}
            // Told once: the same every other second would bury everything else.
            Err(error) if !failing => failing = tell(&error),
            Err(_) => {}
        }
    }
}

/// Says that they cannot be read.
pub(super) fn tell(error: &StoreError) -> bool {
    tracing::error!(
        target: "rejoinder::delivery",
        "the webhooks of neighbour systems cannot be read, those served last go on: {error}"
    );
    true
}
