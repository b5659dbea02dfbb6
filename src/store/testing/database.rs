//! A PostgreSQL database of a test's own, in the server that `tests/postgres.sh` starts.
//!
//! The integration tests have this file in their kit, too.

use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use url::Url;

/// The variable that tells where the server is.
pub(crate) const SERVER: &str = "REJOINDER_TEST_POSTGRES";

/// An empty database, which is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) url: Url,
    name: String,
    server: Url,
}

impl Database {
    /// None where there is no server, which is said; where everything must be tested, it fails.
    pub(crate) fn new(test: &str) -> Option<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let Ok(server) = std::env::var(SERVER) else {
            assert!(std::env::var("CI").is_err(), "{test}: {SERVER} is not set; run tests/run.sh");
            eprintln!("skipped on PostgreSQL: {test}; {SERVER} is not set, see tests/postgres.sh");
            return None;
        };
        let server: Url = server.parse().expect("an address");
        let name = format!("rejoinder_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        run(&server, format!("CREATE DATABASE {name}"));
        let mut url = server.clone();
        url.set_path(&name);
        Some(Self { url, name, server })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run(&self.server, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// Runs a statement, on a thread and runtime of its own: tests may be in one already.
pub(crate) fn run(url: &Url, sql: String) {
    let options: PgConnectOptions = url.as_str().parse().expect("an address of PostgreSQL");
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut connection = PgConnection::connect_with(&options).await.expect("PostgreSQL answers");
            connection.execute(AssertSqlSafe(sql)).await.expect("the statement is right");
            connection.close().await.expect("closed");
        });
    });
    thread.join().expect("done");
}
