//! Answers go when their time is over, a little at a time: they hold what was said.

use std::sync::Weak;
use std::time::Duration;

use super::{Shared, table};
use crate::store::{StoreError, micros};

/// How many go at once.
const STEP: i64 = 500;

/// Others write between two steps.
const BETWEEN: Duration = Duration::from_millis(20);

/// Sweeps as often as the window says, and at least once a minute, for as long as somebody shares.
pub(super) async fn run(shared: Weak<Shared>, window: Duration) {
    let pause = window.clamp(Duration::from_secs(5), Duration::from_secs(60));
    loop {
        tokio::time::sleep(pause).await;
        let Some(shared) = shared.upgrade() else { return };
        // Who uses the store tells that it is away; what is too old by then goes later.
        let _ = shared.sweep().await;
    }
}

impl Shared {
    /// Removes what holds no longer; tells how many it were.
    pub(super) async fn sweep(&self) -> Result<u64, StoreError> {
        let mut swept = 0;
        loop {
            let removed = table::sweep(&self.store, micros(&self.clock), STEP).await?;
            swept += removed;
            if removed < STEP as u64 {
                return Ok(swept);
            }
            tokio::time::sleep(BETWEEN).await;
        }
    }
}
