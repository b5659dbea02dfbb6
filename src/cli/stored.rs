//! The store of the settings, for commands that use it without a server.

use std::future::Future;
use std::time::Duration;

use anyhow::Context as _;
use tokio::runtime::Runtime;

use crate::config::{Config, SecretOrigin};
use crate::outbound::google::Google;
use crate::outbound::{Outbound, Secrets};
use crate::store::Store;

/// A store, on a runtime to use it on; closed when it is dropped.
pub(super) struct Stored {
    runtime: Runtime,
    pub(super) store: Store,
}

impl Stored {
    pub(super) fn block_on<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        // An SQLite file has its companions for as long as it is open alone.
        let closing = async { tokio::time::timeout(Duration::from_secs(1), self.store.close()).await };
        let _ = self.runtime.block_on(closing);
    }
}

/// Opens it.
pub(super) fn open(config: &Config) -> anyhow::Result<Stored> {
    let file = config.file.as_deref().unwrap_or_else(|| "rejoinder.toml".as_ref());
    anyhow::ensure!(
        config.store.is_configured(),
        "store.url is not set, so nothing outlives this command. Name a store in {}, for example\n\n  [store]\n  url = \"sqlite://rejoinder.db\"\n\nor set REJOINDER_STORE__URL; a server uses the same one",
        file.display()
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = runtime.block_on(async {
        let of_store: Vec<_> =
            config.references.iter().filter(|(path, _)| path.starts_with("store.")).cloned().collect();
        if of_store.iter().any(|(_, secret)| matches!(secret.origin(), SecretOrigin::Manager(_))) {
            let outbound = Outbound::new(&config.outbound);
            Secrets::new(&config.secrets, &of_store, &outbound, Google::new(None)).resolve().await?;
        }
        let store = Store::new(&config.store, None, crate::telemetry::metrics::Metrics::default());
        store.open().await.context("the store cannot be used")?;
        anyhow::Ok(store)
    })?;
    Ok(Stored { runtime, store })
}
