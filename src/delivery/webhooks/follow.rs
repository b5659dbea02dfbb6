//! Following what other instances change: the store's version is asked for again and again.

use std::time::Duration;

use super::Webhooks;

/// How long a change of another instance may stay unseen.
const POLL: Duration = Duration::from_secs(2);

impl Webhooks {
    /// Serves what the store holds whenever that has changed, for as long as it is polled.
    pub(crate) async fn follow(self) {
        let mut failing = false;
        loop {
            match self.refresh().await {
                Ok(()) if failing => {
                    failing = false;
                    tracing::info!(target: "rejoinder::delivery", "the webhooks of neighbour systems can be read again");
                }
                Ok(()) => {}
                // Told once: the same every other second would bury everything else.
                Err(error) if !failing => {
                    failing = true;
                    tracing::error!(
                        target: "rejoinder::delivery",
                        "the webhooks of neighbour systems cannot be read, those served last go on: {error}"
                    );
                }
                Err(_) => {}
            }
            tokio::time::sleep(POLL).await;
        }
    }
}
