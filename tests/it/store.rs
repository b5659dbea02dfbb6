//! `[store]` as an operator meets it: at start, in `doctor`, in the numbers.

use std::os::unix::fs::PermissionsExt as _;

use crate::kit::stores::{TestStore, durable, stores};
use crate::kit::{Connection, Program, Request, Served, fixture, run, until};

fn metrics(connection: &mut Connection) -> String {
    String::from_utf8(connection.ask(&Request::get("/metrics")).body).expect("UTF-8")
}

#[test]
fn without_a_url_no_file_is_left_and_nothing_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    let program = Program::serve_in(folder, &["--bind", "127.0.0.1:0"], &[]);
    let text = metrics(&mut program.connect());
    assert!(!text.contains("store_up"), "{text}");
    let files: Vec<_> =
        std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("a file").file_name()).collect();
    assert_eq!(files, ["log"]);
}

#[test]
fn agents_are_answered_whatever_the_store() {
    for store in stores("agents and the store") {
        let served = Served::demo_with(&[store.setting()]);
        served.call(fixture("requests/order-status")).reply();
    }
}

#[test]
fn a_configured_store_is_made_at_start_and_told_in_the_numbers() {
    for store in durable("a configured store") {
        let served = Served::demo_with(&[store.setting()]);
        until("the store is open", || metrics(&mut served.connect()).contains("rejoinder_store_up 1"));
        if let Some(path) = store.url.strip_prefix("sqlite://") {
            let mode = std::fs::metadata(path).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}

#[test]
fn a_store_that_cannot_work_stops_the_start_and_one_that_is_away_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = format!("sqlite://{}/no/such/folder/a.db", folder.path().display());
    let bind = ("REJOINDER_SERVER__BIND", "127.0.0.1:0");
    let refused = run(folder.path(), &["serve"], &[bind, ("REJOINDER_STORE__URL", &missing)]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("there is no folder"), "{}", refused.errors);

    let sqlite = TestStore::sqlite();
    let refused = run(folder.path(), &["serve"], &[bind, sqlite.setting(), ("K_SERVICE", "orders")]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("does not last on Cloud Run"), "{}", refused.errors);

    // Nobody listens there; the agent is answered.
    let away = [
        ("REJOINDER_STORE__URL", "postgres://u:s3cret@127.0.0.1:1/d"),
        ("REJOINDER_STORE__TIMEOUT", "300ms"),
    ];
    let program = Program::serve_with(&["--bind", "127.0.0.1:0"], &away);
    assert_eq!(program.connect().ask(&Request::get("/readyz")).status, 200);
    until("it is logged", || program.log().contains("the store cannot be used"));
    assert!(program.log().contains("127.0.0.1:1") && !program.log().contains("s3cret"), "{}", program.log());
    let text = metrics(&mut program.connect());
    assert!(text.contains("rejoinder_store_up 0"), "{text}");
    assert!(text.contains("rejoinder_store_failures_total{code=\"store_unreachable\"} 1"), "{text}");
}

#[test]
fn doctor_tells_how_the_store_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let doctor = |settings: &[(&str, &str)], flags: &[&str]| {
        let arguments: Vec<&str> = ["doctor"].iter().chain(flags).copied().collect();
        run(folder.path(), &arguments, settings).out
    };
    let none = doctor(&[], &["--offline"]);
    assert!(none.contains("note  store.url is not set"), "{none}");
    for store in durable("doctor and the store") {
        let text = doctor(&[store.setting()], &[]);
        let before = if store.name == "sqlite" { "does not exist yet" } else { "makes its tables" };
        assert!(text.contains(before), "{text}");
        drop(Served::demo_with(&[store.setting()]));
        let text = doctor(&[store.setting()], &[]);
        assert!(text.contains("can be used, with schema"), "{text}");
        if let Some(path) = store.url.strip_prefix("sqlite://") {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).expect("changed");
            let text = doctor(&[store.setting()], &[]);
            assert!(text.contains("mode 644") && text.contains("chmod 600"), "{text}");
            let text = doctor(&[store.setting(), ("K_SERVICE", "orders")], &[]);
            assert!(text.contains("FAIL") && text.contains("does not last on Cloud Run"), "{text}");
        }
    }
    let far = ("REJOINDER_STORE__URL", "postgres://u:s3cret@db.example/d");
    let text = doctor(&[far], &["--offline"]);
    assert!(text.contains("sslmode=require") && text.contains("was not asked"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

/// The names in a folder.
fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("a file").file_name();
    let mut names: Vec<String> = entries.map(|entry| name(entry).into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

#[test]
fn a_server_and_a_command_that_end_leave_an_sqlite_file_without_companions() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("a.db").display());
    let settings = [("REJOINDER_STORE__URL", &*url), ("REJOINDER_DEMO__ENABLED", "true")];
    let made = run(folder.path(), &["token", "create", "--role", "viewer"], &settings);
    assert_eq!(made.code, Some(0), "{}", made.errors);
    assert_eq!(names(folder.path()), ["a.db"]);

    let program = Program::serve_with(&["--bind", "127.0.0.1:0"], &settings);
    let body = fixture("requests/order-status");
    program.connect().ask(&Request::call(body.clone())).reply();
    let written = || metrics(&mut program.connect()).contains("rejoinder_activity_written_total 1");
    until("the call is written", written);
    assert_eq!(names(folder.path()), ["a.db", "a.db-shm", "a.db-wal"]);
    // One more, which is written at the end, and a reader at work.
    program.connect().ask(&Request::call(body)).reply();
    program.signal("TERM");
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert_eq!(names(folder.path()), ["a.db"]);
    assert!(!ended.errors.contains("rejoinder::store"), "{}", ended.errors);
}
