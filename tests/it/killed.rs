//! Killed in the middle of writing, and started again: what was acknowledged is there.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection as _, Row as _};

use crate::kit::stores::TestStore;
use crate::kit::{Program, Request, call, fixture, until};

const AGENT: &str = "projects/p/locations/global/agents/a";

/// How often it is killed, and how many webhooks are made before that.
const ROUNDS: usize = 4;
const BEFORE: usize = 12;

/// What is answered to a request, if it is answered whole: the server may be gone at any moment.
fn ask(address: SocketAddr, request: &Request) -> Option<(u16, Value)> {
    let mut connection = TcpStream::connect(address).ok()?;
    connection.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    connection.write_all(&request.text()).ok()?;
    let mut text = Vec::new();
    connection.read_to_end(&mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

fn post(path: &str, token: &str, body: &Value) -> Request {
    Request::new("POST", path)
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/json")
        .header("Connection", "close")
        .body(body.to_string())
}

/// How many calls the server says that it has written to the activity log.
fn written(program: &Program) -> u64 {
    let text = String::from_utf8(program.connect().ask(&Request::get("/metrics")).body).expect("UTF-8");
    let count = text.lines().find_map(|line| line.strip_prefix("rejoinder_activity_written_total "));
    count.and_then(|count| count.parse().ok()).expect("it is told")
}

/// What a query of one number says of the file, which no server has open.
fn number(store: &TestStore, sql: &'static str) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let path = store.url.strip_prefix("sqlite://").expect("a file");
        let options = SqliteConnectOptions::new().filename(path);
        let mut connection = SqliteConnection::connect_with(&options).await.expect("it opens");
        let row = sqlx::query(sql).fetch_one(&mut connection).await.expect("it is read");
        connection.close().await.expect("closed");
        row.get(0)
    })
}

/// Ends those who ask when it is dropped, also by a test that fails: they are waited for.
struct End<'e>(&'e AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_server_that_is_killed_while_it_writes_has_lost_nothing_that_it_acknowledged() {
    let store = TestStore::sqlite();
    let token = store.token("editor");
    let settings = [store.setting(), ("REJOINDER_DEMO__ENABLED", "true")];
    // By name; what was made, and what it was changed to last.
    let acknowledged = Mutex::new(BTreeMap::<String, String>::new());
    let mut told = 0;
    for round in 0..ROUNDS {
        let program = Program::serve_with(&["--bind", "127.0.0.1:0"], &settings);
        let address = program.address;
        for (name, display_name) in &*acknowledged.lock().expect("no panic") {
            let request = Request::get(format!("/v3/{name}"))
                .header("Authorization", format!("Bearer {token}"))
                .header("Connection", "close");
            let (status, found) = ask(address, &request).expect("an answer");
            assert_eq!((status, &found["displayName"]), (200, &json!(display_name)), "round {round}");
        }
        let ends = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let end = End(&ends);
            for writer in 0..3 {
                let (ends, acknowledged, token) = (&ends, &acknowledged, &token);
                scope.spawn(move || {
                    for number in 0.. {
                        if ends.load(Ordering::SeqCst) {
                            return;
                        }
                        let display_name = format!("{round}-{writer}-{number}");
                        let webhook = json!({ "displayName": display_name,
                            "genericWebService": { "uri": "https://api.example.com" } });
                        let path = format!("/v3/{AGENT}/webhooks");
                        let Some((200, made)) = ask(address, &post(&path, token, &webhook)) else { continue };
                        let name = made["name"].as_str().expect("a name").to_owned();
                        acknowledged.lock().expect("no panic").insert(name, display_name);
                    }
                });
            }
            for _ in 0..2 {
                let ends = &ends;
                scope.spawn(move || {
                    while !ends.load(Ordering::SeqCst) {
                        let body = serde_json::from_slice(&fixture("requests/order-status")).expect("JSON");
                        ask(address, &post("/webhook", "none", &body));
                        ask(
                            address,
                            &Request::call(call("counter", &json!({}))).header("Connection", "close"),
                        );
                    }
                });
            }
            let all = (round + 1) * BEFORE;
            until("enough is written", || acknowledged.lock().expect("no panic").len() >= all);
            until("calls are written", || written(&program) > 0);
            told += written(&program);
            // SIGKILL, in the middle of it all.
            drop(program);
            drop(end);
        });
    }
    let made = acknowledged.into_inner().expect("no panic").len();
    assert_eq!(
        number(&store, "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
        0
    );
    let kept = number(&store, "SELECT COALESCE(SUM(calls), 0) FROM activity_counts");
    assert!(kept >= i64::try_from(told).expect("small"), "{kept} of {told} calls");
    let there = number(&store, "SELECT COUNT(*) FROM dialogflow_resource");
    assert!(there >= i64::try_from(made).expect("small"), "{there} of {made} webhooks");
}
