//! What goes wrong for real: disks, locks, networks.

use std::sync::mpsc;

use super::*;
use crate::config::Secret;
use testing::wire::{self, Wire};

const COUNT: &str = "SELECT COUNT(*) AS n FROM rejoinder_schema";

#[test]
fn files_that_cannot_be_used_are_told_with_what_helps() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(
        at("text.db"),
        "not a database at all, but a text that is long enough to be looked at\n".repeat(20),
    )
    .expect("written");
    std::fs::create_dir(at("folder.db")).expect("a folder");
    testing::block_on(async {
        for (name, code, expected) in [
            ("text.db", "store_corrupt", "names the right file"),
            ("folder.db", "store_denied", "check the path in store.url"),
            ("missing/a.db", "store_denied", "there is no folder"),
        ] {
            let store = testing::store(&testing::settings(Some(testing::sqlite_url(&at(name)))));
            let error = store.open().await.expect_err(name);
            let text = error.to_string();
            assert_eq!((error.code(), error.is_passing()), (code, false), "{text}");
            assert!(text.contains(expected) && text.contains(name), "{text}");
            assert_eq!(store.state(), State::Failing);
        }
        let mut settings = testing::settings(Some(testing::sqlite_url(&at("a.db"))));
        settings.on_cloud_run = true;
        let error = testing::store(&settings).open().await.expect_err("Cloud Run");
        assert_eq!(error.code(), "store_not_durable");
        assert!(!at("a.db").exists());
    });
}

#[test]
fn a_file_that_another_process_locks_is_waited_for_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    testing::block_on(async {
        let mut settings = testing::settings(Some(testing::sqlite_url(&path)));
        let other = testing::store(&settings);
        settings.timeout = Duration::from_millis(200);
        let store = testing::store(&settings);
        store.open().await.expect("opened");
        let lock = other.begin(Synced::Full).await.expect("locked");
        let error = store.begin(Synced::Full).await.expect_err("locked");
        assert_eq!((error.code(), error.is_passing()), ("store_busy", true));
        assert!(error.to_string().contains("fuser"), "{error}");
        store.one(Query::new(COUNT)).await.expect("reading goes on");
        drop(lock);
        store.begin(Synced::Full).await.expect("free").commit().await.expect("committed");
        assert_eq!(store.state(), State::Working);
    });
}

#[test]
fn whoever_waits_too_long_for_a_turn_is_told() {
    each("turns", async |tested| {
        let mut settings = tested.settings.clone();
        settings.timeout = Duration::from_millis(100);
        settings.max_connections = 1;
        let store = testing::store(&settings);
        let held = store.begin(Synced::Full).await.expect("the first");
        let error = store.begin(Synced::Full).await.expect_err("the second");
        assert!(error.is_passing(), "{error}");
        assert_eq!(error.code(), "store_timed_out", "{}", tested.name);
        drop(held);
        drop(store.begin(Synced::Full).await.expect("the third"));
    });
}

/// Needs a file system of its own, which root can make; the tests of CI run as root.
#[test]
fn a_full_disk_is_told_and_survived() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    let mount = |program: &str, arguments: &[&str]| {
        let done = std::process::Command::new(program).args(arguments).arg(&path).output();
        done.is_ok_and(|output| output.status.success())
    };
    if !mount("mount", &["-t", "tmpfs", "-o", "size=1m", "tmpfs"]) {
        eprintln!("skipped: a full disk; a file system can be made by root alone");
        return;
    }
    let fill = path.join("fill");
    testing::block_on(async {
        let store = testing::store(&testing::settings(Some(testing::sqlite_url(&path.join("a.db")))));
        let table = Query::new("CREATE TABLE things (id BIGINT, name TEXT)");
        store.execute(Synced::Full, table).await.expect("there is room");
        let big = || {
            Query::new("INSERT INTO things VALUES ((SELECT COUNT(*) FROM things), $1)")
                .bind("x".repeat(50_000))
        };
        store.execute(Synced::Full, big()).await.expect("there is room");
        // Takes all that is left.
        let _ = std::fs::write(&fill, vec![0; 2 << 20]);
        let error = store.execute(Synced::Full, big()).await.expect_err("full");
        assert_eq!((error.code(), error.is_passing()), ("store_full", true));
        assert!(error.to_string().contains("Make room"), "{error}");
        let count = Query::new("SELECT COUNT(*) AS n FROM things");
        assert_eq!(store.one(count.clone()).await.expect("read").get::<i64>("n").expect("n"), 1);
        std::fs::remove_file(&fill).expect("removed");
        store.execute(Synced::Full, big()).await.expect("there is room again");
        assert_eq!(store.one(count).await.expect("read").get::<i64>("n").expect("n"), 2);
    });
    assert!(mount("umount", &["-l"]), "unmounted");
}

/// A store that reaches PostgreSQL over a wire.
fn wired(test: &str) -> Option<(testing::Database, Wire, config::Store)> {
    let database = testing::Database::new(test)?;
    let wire = Wire::to(&database.url);
    let mut settings = testing::settings(Some(wire.url(&database.url)));
    settings.timeout = Duration::from_millis(500);
    settings.max_connections = 2;
    Some((database, wire, settings))
}

#[test]
fn a_lost_connection_is_told_and_made_anew() {
    let Some((_database, wire, settings)) = wired("lost connections") else { return };
    testing::block_on(async {
        let store = testing::store(&settings);
        store.one(Query::new(COUNT)).await.expect("it works");
        let mut transaction = store.begin(Synced::Full).await.expect("begun");
        wire.set(wire::CUT);
        let error = transaction.all(Query::new(COUNT)).await.expect_err("cut");
        assert!(error.is_passing(), "{error}");
        drop(transaction);
        let error = store.one(Query::new(COUNT)).await.expect_err("cut");
        assert_eq!((error.code(), store.state()), ("store_unreachable", State::Failing), "{error}");
        assert!(error.to_string().contains(&wire.address.to_string()), "{error}");
        wire.set(wire::OPEN);
        store.one(Query::new(COUNT)).await.expect("it works again");
        assert_eq!(store.state(), State::Working);
    });
}

#[test]
fn a_network_that_swallows_everything_costs_no_more_than_the_timeout() {
    let Some((_database, wire, settings)) = wired("silent networks") else { return };
    testing::block_on(async {
        let store = testing::store(&settings);
        store.one(Query::new(COUNT)).await.expect("it works");
        wire.set(wire::SILENT);
        // More often than there are connections: none may be lost for good.
        for _ in 0..4 {
            let begun = Instant::now();
            let error = store.one(Query::new(COUNT)).await.expect_err("silent");
            assert!(error.is_passing(), "{error}");
            assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        }
        // What was sent into the silence is lost, so those connections are of no use any more.
        wire.set(wire::CUT);
        wire.set(wire::OPEN);
        store.one(Query::new(COUNT)).await.expect("it works again");
    });
}

#[test]
fn a_postgres_that_is_not_there_is_found_out_soon_and_waited_for() {
    let Some((_database, wire, settings)) = wired("starting without PostgreSQL") else { return };
    testing::block_on(async {
        wire.set(wire::CUT);
        let store = testing::store(&settings);
        let begun = Instant::now();
        let errors = futures_util::future::join_all((0..10).map(|_| store.open())).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "one try for all: {:?}", begun.elapsed());
        for error in errors {
            assert_eq!(error.expect_err("cut").code(), "store_unreachable");
        }
        wire.set(wire::OPEN);
        // The next try is a second later.
        let (tell, told) = mpsc::channel();
        let trying = store.clone();
        tokio::spawn(async move {
            while trying.open().await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            tell.send(()).expect("somebody waits");
        });
        let told = tokio::task::spawn_blocking(move || told.recv_timeout(Duration::from_secs(10))).await;
        told.expect("no panic").expect("it opened");
        assert_eq!(store.state(), State::Working);
    });
}

#[test]
fn wrong_passwords_and_databases_are_no_outage() {
    let Some(database) = testing::Database::new("refused by PostgreSQL") else { return };
    testing::block_on(async {
        let mut url = database.url.clone();
        url.set_path("no_such_database");
        let _ = url.set_password(Some("s3cret"));
        let store = testing::store(&testing::settings(Some(url.to_string())));
        let error = store.open().await.expect_err("no such database");
        let text = error.to_string();
        assert_eq!((error.code(), error.is_passing()), ("store_denied", false), "{text}");
        assert!(text.contains("no_such_database") && !text.contains("s3cret"), "{text}");
    });
}

#[test]
fn connections_outlive_the_thread_that_asked_for_them() {
    let Some(database) = testing::Database::new("connections of other threads") else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let settings = testing::settings(Some(database.url.to_string()));
    let store = Store::new(&settings, Some(runtime.handle().clone()), Metrics::default());
    for _ in 0..3 {
        // A runtime as an actix worker has one, which ends.
        let worker = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        worker.block_on(async { store.one(Query::new(COUNT)).await.expect("it works") });
    }
    assert_eq!(store.state(), State::Working);
    drop(store);
}

#[test]
fn a_secret_that_changes_is_used_for_new_connections() {
    let Some(database) = testing::Database::new("changed passwords") else { return };
    testing::block_on(async {
        let mut settings = testing::settings(Some(database.url.to_string()));
        settings.max_connections = 1;
        let password = Secret::from("one".to_owned());
        settings.password = Some(password.clone());
        let store = testing::store(&settings);
        store.one(Query::new(COUNT)).await.expect("it works");
        password.replace("two");
        store.one(Query::new(COUNT)).await.expect("it works");
        let opened = store.opened().await.expect("opened");
        let Backend::Postgres(pool) = &opened.backend else { panic!("PostgreSQL") };
        let shown = format!("{:?}", sqlx::ConnectOptions::to_url_lossy(&*pool.connect_options()));
        assert!(shown.contains("two"), "{shown}");
    });
}
