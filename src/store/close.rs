//! The end of a store: its connections are closed, so that nothing of it is left lying beside the file.

use std::sync::atomic::Ordering;

use super::Store;
use super::backend::{Backend, Lite};

impl Store {
    /// Waits for operations that are under way, and closes every connection. The last one of an SQLite
    /// file writes its log back and removes `-wal` and `-shm`. Whoever comes later is refused.
    ///
    /// Cut short, it leaves what a crash would: the next one to open the file brings it in order.
    pub(crate) async fn close(&self) {
        self.0.closed.store(true, Ordering::Relaxed);
        let Some(opened) = self.0.opened.load_full() else { return };
        match &opened.backend {
            Backend::Sqlite(lite) => self.on(close_lite(lite)).await,
            Backend::Postgres(pool) => self.on(pool.close()).await,
        }
    }
}

/// Readers first: only who may write can write the log back.
async fn close_lite(lite: &Lite) {
    lite.readers.close().await;
    lite.lazy.close().await;
    lite.full.close().await;
}
