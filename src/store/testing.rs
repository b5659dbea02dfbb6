//! Stores for unit tests: the same test on all databases.

pub(crate) mod database;
pub(crate) mod wire;

use std::future::Future;
use std::path::Path;
use std::time::Duration;

pub(crate) use database::Database;

use super::Store;
use crate::config;
use crate::config::Secret;
use crate::telemetry::metrics::Metrics;

/// A store that a test may use as it likes.
#[derive(Debug)]
pub(crate) struct TestStore {
    pub(crate) store: Store,
    /// `memory`, `sqlite` or `postgres`.
    pub(crate) name: &'static str,
    pub(crate) settings: config::Store,
    pub(crate) folder: Option<tempfile::TempDir>,
    pub(crate) database: Option<Database>,
}

impl TestStore {
    fn of(name: &'static str, url: Option<String>) -> Self {
        let settings = settings(url);
        let store = store(&settings);
        Self { store, name, settings, folder: None, database: None }
    }

    /// The same store as another process would open it.
    pub(crate) fn again(&self) -> Store {
        store(&self.settings)
    }
}

pub(crate) fn settings(url: Option<String>) -> config::Store {
    config::Store { url: url.map(Secret::from), timeout: Duration::from_secs(10), ..config::Store::default() }
}

pub(crate) fn store(settings: &config::Store) -> Store {
    Store::new(settings, None, Metrics::default())
}

pub(crate) fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

/// Runs a test in memory, on an SQLite file, and on PostgreSQL where there is one.
#[expect(clippy::needless_pass_by_value, reason = "a test is written where it is run")]
pub(crate) fn each(test: &str, run: impl AsyncFn(&TestStore)) {
    block_on(async {
        run(&TestStore::of("memory", None)).await;
        for store in durable(test) {
            run(&store).await;
        }
    });
}

/// The same on those that outlive the process.
#[expect(clippy::needless_pass_by_value, reason = "a test is written where it is run")]
pub(crate) fn each_durable(test: &str, run: impl AsyncFn(&TestStore)) {
    block_on(async {
        for store in durable(test) {
            run(&store).await;
        }
    });
}

fn durable(test: &str) -> Vec<TestStore> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut sqlite = TestStore::of("sqlite", Some(sqlite_url(&folder.path().join("rejoinder.db"))));
    sqlite.folder = Some(folder);
    let postgres = Database::new(test).map(|database| {
        let mut store = TestStore::of("postgres", Some(database.url.to_string()));
        store.database = Some(database);
        store
    });
    [sqlite].into_iter().chain(postgres).collect()
}

pub(crate) fn block_on(test: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().expect("a runtime").block_on(test);
}
