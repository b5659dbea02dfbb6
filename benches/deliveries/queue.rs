//! The queue's tables, filled by SQL.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, raw_sql};

pub(crate) struct Database {
    pub(crate) url: String,
    folder: Option<tempfile::TempDir>,
}

/// Deliveries that are due one after the other.
pub(crate) struct Jobs {
    pub(crate) count: usize,
    pub(crate) first_in: Duration,
    pub(crate) apart: Duration,
}

impl Database {
    pub(crate) fn sqlite() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("rejoinder.db").display());
        Some(Self { url, folder: Some(folder) })
    }

    /// A database of its own, if there is a server.
    pub(crate) fn postgres() -> Option<Self> {
        let server = std::env::var("REJOINDER_TEST_POSTGRES").ok()?;
        let (before, query) =
            server.split_once('?').map_or((server.as_str(), ""), |(before, query)| (before, query));
        let (before, _) = before.rsplit_once('/')?;
        let url = format!("{before}/rejoinder_deliveries?{query}");
        let this = Self { url: server.clone(), folder: None };
        for sql in ["DROP DATABASE IF EXISTS rejoinder_deliveries", "CREATE DATABASE rejoinder_deliveries"] {
            this.run(sql.to_owned());
        }
        Some(Self { url, folder: None })
    }

    /// A webhook that is told of nothing but what stands in the queue, as the store has it; gives its id.
    pub(crate) fn webhook(&self, endpoint: &str) -> String {
        static NEXT: AtomicI64 = AtomicI64::new(1);
        let id = format!("01KB0J8Q3MT1W7D8R2K5X9F{:03}", NEXT.fetch_add(1, Ordering::Relaxed));
        let resource = format!(
            r#"{{"name":"receiver","status":"active","endpoint":"{endpoint}","http_method":"POST","request_format":"json","subscriptions":["rejoinder:event-type:custom.benchmark"]}}"#
        );
        self.run(WEBHOOK.replace("ID", &id).replace("RESOURCE", &resource));
        id
    }

    pub(crate) fn fill(&self, webhook: &str, jobs: &Jobs) {
        static NEXT: AtomicI64 = AtomicI64::new(0);
        let now = now();
        for first in (0..jobs.count).step_by(500) {
            let rows = (first..jobs.count.min(first + 500)).map(|number| {
                let number = u32::try_from(number).expect("a small number");
                let due_at = now + micros(jobs.first_in + jobs.apart * number);
                let id = (now << 12) + NEXT.fetch_add(1, Ordering::Relaxed);
                let content = format!("{{\"due\":{due_at},\"text\":\"{}\"}}", "x".repeat(800));
                let content = if self.folder.is_some() {
                    format!("CAST('{content}' AS BLOB)")
                } else {
                    format!("convert_to('{content}', 'UTF8')")
                };
                format!("({id},'{webhook}','s-1','{ABOUT}','body',{content},'accepted',{due_at},{now},0)")
            });
            let rows: Vec<String> = rows.collect();
            self.run(format!(
                "INSERT INTO deliveries (id, webhook, session, about, content_kind, content, state, due_at, latest_at, logged) \
                 VALUES {}",
                rows.join(",")
            ));
        }
    }

    /// How many commits a second one writer gets that waits for the disk each time.
    pub(crate) fn commits_per_second(&self) -> f64 {
        const LONG: Duration = Duration::from_secs(3);
        const INSERT: &str = "INSERT INTO commits (n) VALUES (1)";
        block_on(async {
            let begun = Instant::now();
            let mut commits = 0;
            if self.folder.is_some() {
                let mut connection = SqliteConnection::connect(&self.url).await.expect("a file");
                let prepare = "PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS commits (n BIGINT)";
                raw_sql(prepare).execute(&mut connection).await.expect("prepared");
                while begun.elapsed() < LONG {
                    raw_sql(INSERT).execute(&mut connection).await.expect("committed");
                    commits += 1;
                }
            } else {
                let mut connection = PgConnection::connect(&self.url).await.expect("a database");
                let prepare = "CREATE TABLE IF NOT EXISTS commits (n BIGINT)";
                raw_sql(prepare).execute(&mut connection).await.expect("prepared");
                while begun.elapsed() < LONG {
                    raw_sql(INSERT).execute(&mut connection).await.expect("committed");
                    commits += 1;
                }
            }
            f64::from(commits) / begun.elapsed().as_secs_f64()
        })
    }

    fn run(&self, sql: String) {
        block_on(async {
            if self.folder.is_some() {
                let mut connection = SqliteConnection::connect(&self.url).await.expect("a file");
                raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("the statement is right");
            } else {
                let mut connection = PgConnection::connect(&self.url).await.expect("a database");
                raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("the statement is right");
            }
        });
    }
}

const WEBHOOK: &str = r#"INSERT INTO delivery_webhook (id, revision, body) VALUES ('ID', 1, '{"resource":RESOURCE,"signing_secret":"dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==","created_at":0,"created_by":"-1"}');
UPDATE delivery_webhook_version SET version = version + 1"#;

const ABOUT: &str = r#"{"source":"event","source_id":"e","event_type":"rejoinder:event-type:conversation.turn","session":"s-1","tag":"order-status"}"#;

pub(crate) fn now() -> i64 {
    micros(SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970"))
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).expect("a time of these centuries")
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}
