//! A million invocations of seven days, made by the database itself.

use std::time::{SystemTime, UNIX_EPOCH};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, raw_sql};

pub(crate) const MILLION: i64 = 1_000_000;

pub(crate) struct Database {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    folder: Option<tempfile::TempDir>,
}

/// Fifty combinations: ten tags in two environments, each well, failing in two ways, and two webhooks.
const FACETS: &str = "
INSERT INTO activity_facets (id, kind, status, status_code, error_type, webhook, tag, environment, agent)
SELECT 1 + t.n * 5 + s.n, CASE s.n WHEN 3 THEN 'upstream' WHEN 4 THEN 'upstream' ELSE 'standard' END,
  CASE s.n WHEN 1 THEN 'server_error' WHEN 2 THEN 'timeout' WHEN 4 THEN 'unreachable' ELSE 'success' END,
  CASE s.n WHEN 1 THEN 503 WHEN 2 THEN 504 WHEN 4 THEN 0 ELSE 200 END,
  CASE s.n WHEN 1 THEN 'upstream_down' WHEN 2 THEN 'deadline_exceeded' WHEN 4 THEN 'unreachable' ELSE '' END,
  CASE s.n WHEN 3 THEN 'Weather API' WHEN 4 THEN 'Stock API' ELSE '' END,
  CASE t.n WHEN 0 THEN 'order-status' WHEN 1 THEN 'weather' WHEN 9 THEN 'rare' ELSE 'tag-' || t.n END,
  CASE WHEN t.n IN (7, 8) THEN 'draft' ELSE 'prod' END, 'projects/p/locations/l/agents/a'
FROM (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
  UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) t
CROSS JOIN (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) s";

/// Of a hundred calls, 80 go well, 4 fail, 16 are calls of an API, one of which fails. `NUMBERS` gives `n`.
const INVOCATIONS: &str = "
INSERT INTO activity_invocations (id, facet, session, parent, summary, messages)
SELECT (BEGUN + n * STEP) * 4096 + n % 4096,
  1 + (CASE WHEN n % 50000 = 7 THEN 9 WHEN n % 3 = 0 THEN 0 ELSE n / 7 % 9 END) * 5
    + (CASE WHEN n % 100 < 80 THEN 0 WHEN n % 100 < 82 THEN 1 WHEN n % 100 < 84 THEN 2 WHEN n % 100 < 99 THEN 3 ELSE 4 END),
  's-' || (n / 10), NULL,
  '{\"took_us\":1834,\"phases_us\":[12,3,1,1810,8],\"attempts\":1,\"request_bytes\":3172,\"response_bytes\":412,\"outcome\":\"replied\",\"tag\":\"order-status\",\"page\":\"Order\",\"caller\":\"service_agent:123456789012\",\"request_id\":\"4c616ba7d5e8517f-' || n || '\",\"response_id\":\"9a1f7c5e-' || n || '\"}',
  '{\"parameters\":{\"before\":{\"names\":[\"order_id\",\"customer_name\",\"attempts\",\"city\",\"last_tag\"]},\"set\":{\"names\":[\"order_status\"]}},\"requests\":[{\"method\":\"POST\",\"url\":\"/webhook\",\"headers\":[[\"content-type\",\"application/json\"],[\"user-agent\",\"Google-Dialogflow\"],[\"authorization\",\"Bearer ***\"],[\"accept\",\"*/*\"],[\"content-length\",\"3172\"]],\"bytes\":3172' || CASE WHEN n % 20 = 3 THEN ',\"body\":{\"text\":\"' || BODY || '\"}' ELSE '' END || '}],\"attempts\":[{\"request\":0,\"began_us\":0,\"took_us\":1834,\"status\":\"success\",\"status_code\":200,\"response\":{\"headers\":[[\"content-type\",\"application/json\"]],\"bytes\":412}}]}'
FROM (NUMBERS) numbers";

const COUNTS: &str = "
INSERT INTO activity_counts (hour, facet, calls)
SELECT id / 4096 / 3600000000, facet, COUNT(*) FROM activity_invocations WHERE facet < 1000 GROUP BY 1, 2";

impl Database {
    pub(crate) fn sqlite() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("rejoinder.db").display());
        Some(Self { name: "SQLite", url, folder: Some(folder) })
    }

    /// A database of its own, if there is a server.
    pub(crate) fn postgres() -> Option<Self> {
        let url = std::env::var("REJOINDER_TEST_POSTGRES").ok()?;
        let (before, query) =
            url.split_once('?').map_or((url.as_str(), ""), |(before, query)| (before, query));
        let (server, _) = before.rsplit_once('/')?;
        block_on(async {
            let mut connection = PgConnection::connect(&url).await.expect("a server");
            raw_sql("DROP DATABASE IF EXISTS rejoinder_bench")
                .execute(&mut connection)
                .await
                .expect("dropped");
            raw_sql("CREATE DATABASE rejoinder_bench").execute(&mut connection).await.expect("created");
        });
        Some(Self { name: "PostgreSQL", url: format!("{server}/rejoinder_bench?{query}"), folder: None })
    }

    /// A token of this role.
    pub(crate) fn token(&self, role: &str) -> String {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rejoinder"));
        command.args(["token", "create", "--role", role]).env("REJOINDER_STORE__URL", &self.url);
        let made = command.output().expect("the program starts");
        assert!(made.status.success(), "{made:?}");
        String::from_utf8(made.stdout).expect("UTF-8").trim_end().to_owned()
    }

    /// Fills in so many, evenly over seven days.
    pub(crate) fn fill(&self, calls: i64) {
        let week = 604_800_000_000;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_micros();
        let begun = i64::try_from(now).expect("before 2262") - week;
        let text = |body: &str, numbers: &str| {
            INVOCATIONS
                .replace("BEGUN", &begun.to_string())
                .replace("STEP", &(week / calls).to_string())
                .replace("BODY", body)
                .replace("NUMBERS", numbers)
        };
        block_on(async {
            if self.folder.is_some() {
                let numbers = format!(
                    "WITH RECURSIVE count(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n < {}) SELECT n FROM count",
                    calls - 1
                );
                let mut connection = SqliteConnection::connect(&self.url).await.expect("a file");
                for sql in [FACETS, &text("hex(randomblob(4000))", &numbers), COUNTS] {
                    raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect(sql);
                }
            } else {
                let numbers =
                    format!("SELECT CAST(n AS BIGINT) AS n FROM generate_series(0, {}) n", calls - 1);
                let body = "(SELECT string_agg(md5(random()::text || k), '') FROM generate_series(1, 250) k)";
                let mut connection = PgConnection::connect(&self.url).await.expect("a database");
                for sql in [FACETS, &text(body, &numbers), COUNTS, "VACUUM ANALYZE"] {
                    raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect(sql);
                }
            }
        });
    }

    pub(crate) fn gibibytes(&self) -> f64 {
        let bytes = match &self.folder {
            Some(folder) => {
                let files = std::fs::read_dir(folder.path()).expect("a folder");
                files.map(|file| file.expect("a file").metadata().expect("readable").len()).sum::<u64>()
            }
            None => block_on(async {
                let mut connection = PgConnection::connect(&self.url).await.expect("a database");
                let size = sqlx::query_scalar::<_, i64>("SELECT pg_database_size(current_database())");
                u64::try_from(size.fetch_one(&mut connection).await.expect("a size")).unwrap_or_default()
            }),
        };
        bytes as f64 / f64::from(1 << 30)
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}
