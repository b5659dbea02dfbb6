//! PostgreSQL over TLS, with certificates of the test's own.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

use super::*;
use crate::testing::Certificates;
use testing::Database;
use testing::database::run;

/// The text that a query gives.
fn read(url: &url::Url, sql: &'static str) -> String {
    let store = testing::store(&testing::settings(Some(url.to_string())));
    let mut text = String::new();
    testing::block_on(async {
        let rows = store.all(Query::built(format!("SELECT current_setting('{sql}') AS text"))).await;
        text = rows.expect("PostgreSQL answers")[0].get("text").expect("text");
    });
    text
}

/// A server of the tests that speaks TLS until this is dropped. Sockets go on without.
struct Speaking {
    database: Database,
    folder: tempfile::TempDir,
}

impl Speaking {
    /// With a certificate of this authority for `127.0.0.1`.
    fn with(test: &str, authority: &Certificates) -> Option<Self> {
        let database = Database::new(test)?;
        let folder = tempfile::tempdir().expect("a folder");
        let files = authority.server(&["127.0.0.1"]).issue().write(folder.path(), "server").expect("written");
        // The server may run as another user, and wants its key for itself.
        let open = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
        open(folder.path(), 0o755).and_then(|()| open(&files.key, 0o600)).expect("permitted");
        let data = read(&database.url, "data_directory");
        let owner = std::fs::metadata(data).expect("the server's folder");
        for path in [folder.path(), &files.certificate, &files.key] {
            chown(path, Some(owner.uid()), Some(owner.gid())).expect("root, or the same user");
        }
        for (key, path) in [("ssl_cert_file", &files.certificate), ("ssl_key_file", &files.key)] {
            run(&database.url, format!("ALTER SYSTEM SET {key} = '{}'", path.display()));
        }
        run(&database.url, "ALTER SYSTEM SET ssl = on".to_owned());
        let speaking = Self { database, folder };
        speaking.reload("on");
        Some(speaking)
    }

    /// Waits until new connections find it so.
    fn reload(&self, expected: &str) {
        run(&self.database.url, "SELECT pg_reload_conf()".to_owned());
        let end = Instant::now() + Duration::from_secs(30);
        while read(&self.database.url, "ssl") != expected {
            assert!(Instant::now() < end, "the server does not take its settings");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Its address, with this behind the question mark.
    fn url(&self, query: &str) -> String {
        let (user, port) = (self.database.url.username(), self.database.url.port().expect("a port"));
        format!("postgres://{user}@127.0.0.1:{port}{}?{query}", self.database.url.path())
    }

    fn store(&self, query: &str) -> Store {
        testing::store(&testing::settings(Some(self.url(query))))
    }
}

impl Drop for Speaking {
    fn drop(&mut self) {
        for key in ["ssl", "ssl_cert_file", "ssl_key_file"] {
            run(&self.database.url, format!("ALTER SYSTEM RESET {key}"));
        }
        self.reload("off");
    }
}

#[test]
fn postgresql_is_spoken_to_over_tls_and_only_with_the_certificate_that_is_trusted() {
    let (authority, stranger) = (Certificates::new(), Certificates::new());
    let Some(server) = Speaking::with("TLS", &authority) else { return };
    let roots = authority.write(server.folder.path().join("roots.pem")).expect("written");
    let others = stranger.write(server.folder.path().join("others.pem")).expect("written");
    testing::block_on(async {
        for query in
            [format!("sslmode=verify-full&sslrootcert={}", roots.display()), "sslmode=require".to_owned()]
        {
            let store = server.store(&query);
            let row = Query::new("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
            assert!(store.one(row).await.expect(&query).get::<bool>("ssl").expect("ssl"), "{query}");
        }
        let wrong = server.store(&format!("sslmode=verify-full&sslrootcert={}", others.display()));
        let error = wrong.open().await.expect_err("another authority");
        let text = error.to_string();
        assert_eq!(error.code(), "store_unreachable", "{text}");
        assert!(text.contains("certificate") && text.contains("sslrootcert"), "{text}");

        let missing = server.store("sslmode=verify-full&sslrootcert=/no/such/roots.pem");
        let text = missing.open().await.expect_err("no roots").to_string();
        assert!(text.contains("sslrootcert: /no/such/roots.pem"), "{text}");
    });
    // By its socket it speaks no TLS, and is not spoken to where that is demanded.
    let mut plain = server.database.url.clone();
    plain.query_pairs_mut().append_pair("sslmode", "disable");
    testing::block_on(async {
        testing::store(&testing::settings(Some(plain.to_string()))).open().await.expect("a socket");
    });
}
