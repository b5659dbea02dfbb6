//! Deliveries of the real process, which is killed in the middle, over every store that outlives it.
//!
//! `ROUNDS` says how often it is killed, 5 times unless it says otherwise (`just killed` has 50).

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::kit::stores::{TestStore, durable};
use crate::kit::{Program, Reply, Request, Upstream, run, until};
use crate::routes::folder;

/// The shortest lease that there is, and pauses that a test can wait for.
const SETTINGS: &str = "[demo]\nenabled = true\n[delivery]\ntimeout = \"1s\"\nlease = \"6s\"\n\
                        retry_delays = [\"100ms\", \"200ms\", \"300ms\"]\n[log]\nlevel = \"warn\"\n";
const LEASE: Duration = Duration::from_secs(6);
/// The first attempt, and three more.
const MOST_ATTEMPTS: usize = 4;
/// How long everything may take to end, once nobody is killed any more.
const PATIENCE: Duration = Duration::from_secs(60);

/// Instances on one store, and who is told of conversations.
struct World<'s> {
    store: &'s TestStore,
    token: String,
    receiver: Upstream,
    /// When each invocation came, by its id.
    came: Arc<Mutex<HashMap<String, Vec<Instant>>>>,
}

impl<'s> World<'s> {
    /// `answer` decides by how many requests came before.
    fn over(store: &'s TestStore, answer: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let came: Arc<Mutex<HashMap<String, Vec<Instant>>>> = Arc::default();
        let (noted, count) = (Arc::clone(&came), AtomicUsize::new(0));
        let receiver = Upstream::start(move |request| {
            let id = request.header("X-Zendesk-Webhook-Invocation-Id").expect("an id").to_owned();
            noted.lock().expect("unharmed").entry(id).or_default().push(Instant::now());
            answer(count.fetch_add(1, Ordering::SeqCst))
        });
        Self { store, token: store.token("admin"), receiver, came }
    }

    fn start(&self) -> Program {
        let environment = [self.store.setting()];
        Program::serve_in(folder(SETTINGS, &[], &[]), &["--bind", "127.0.0.1:0"], &environment)
    }

    fn manage(&self, program: &Program, request: Request) -> Value {
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let answer = program.connect().ask(&request);
        assert!(answer.status < 300, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// Subscribes the receiver; gives the webhook's id.
    fn subscribe(&self, program: &Program) -> String {
        let webhook = json!({ "webhook": {
            "name": "receiver", "status": "active", "endpoint": self.receiver.url("/hook"), "http_method": "POST",
            "request_format": "json", "subscriptions": ["rejoinder:event-type:conversation.*"],
        } });
        let create = Request::new("POST", "/api/v2/webhooks").header("Content-Type", "application/json");
        let made = self.manage(program, create.body(webhook.to_string()));
        made["webhook"]["id"].as_str().expect("an id").to_owned()
    }

    /// Everything that was committed for a webhook.
    fn invocations(&self, program: &Program, webhook: &str) -> Vec<Value> {
        let path = format!("/api/v2/webhooks/{webhook}/invocations?page[size]=100");
        let mut all = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.manage(
                program,
                Request::get(format!("{path}{after}").replace('[', "%5B").replace(']', "%5D")),
            );
            all.extend(page["invocations"].as_array().expect("a list").iter().cloned());
            if page["meta"]["has_more"] != true {
                return all;
            }
            let cursor = page["meta"]["after_cursor"].as_str().expect("a cursor");
            let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
            after = format!("&page[after]={cursor}");
        }
    }

    /// Waits until everything has ended, as long as ever less waits; gives it.
    fn ended(&self, program: &Program, webhook: &str) -> Vec<Value> {
        let mut least = (usize::MAX, Instant::now());
        loop {
            let all = self.invocations(program, webhook);
            let waits = |one: &&Value| one["status"] == "accepted" || one["status"] == "throttled";
            let waiting = all.iter().filter(waits).count();
            if waiting == 0 {
                return all;
            }
            if waiting < least.0 {
                least = (waiting, Instant::now());
            }
            assert!(
                least.1.elapsed() < PATIENCE,
                "{waiting} of {} are stuck; log: {}",
                all.len(),
                program.log()
            );
            sleep(Duration::from_millis(200));
        }
    }

    /// Whatever was committed arrived, or is in the log as given up; nothing was sent too often.
    fn account(&self, program: &Program, webhook: &str) -> usize {
        let all = self.ended(program, webhook);
        let came = self.came.lock().expect("unharmed");
        for one in &all {
            let (id, status) =
                (one["id"].as_str().expect("an id"), one["status"].as_str().expect("a status"));
            let times = came.get(id).map_or(0, Vec::len);
            assert!(times <= MOST_ATTEMPTS, "{id} was sent {times} times");
            match status {
                "success" => assert!(times > 0, "{id} did not come"),
                "unknown" | "client error" | "circuit broken" | "timeout" | "failed" => {}
                other => panic!("{id}: {other}"),
            }
        }
        let given_up = all.iter().filter(|one| one["status"] != "success").count();
        eprintln!("{}: {} deliveries, {given_up} given up", self.store.name, all.len());
        assert!(given_up * 10 < all.len().max(10), "{given_up} of {} were given up", all.len());
        all.len()
    }
}

/// A call of the agent.
fn call(session: &str, response: &str) -> Request {
    let body = json!({
        "detectIntentResponseId": response,
        "fulfillmentInfo": { "tag": "order-status" },
        "sessionInfo": {
            "session": format!("projects/p/locations/l/agents/a/sessions/{session}"),
            "parameters": { "customer_name": "Ada", "order_id": "A1", "attempts": 1 },
        },
    });
    Request::call(body.to_string())
}

/// Calls of the agent, until the server is gone.
fn load(address: SocketAddr, name: String) -> JoinHandle<usize> {
    std::thread::spawn(move || {
        let Ok(mut stream) = TcpStream::connect(address) else { return 0 };
        let mut buffer = [0; 16 << 10];
        for number in 0.. {
            let text = call(&format!("{name}-{}", number / 5), &format!("{name}-{number}")).text();
            if stream.write_all(&text).is_err() || !matches!(stream.read(&mut buffer), Ok(1..)) {
                return number;
            }
        }
        0
    })
}

fn rounds() -> usize {
    std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5)
}

#[test]
fn killed_at_any_moment_it_delivers_what_was_committed_or_says_that_it_gave_up() {
    for store in durable("deliveries_killed") {
        // More than a thousand errors within five minutes would open the circuit, however many succeed.
        let world = World::over(&store, |count| match count % 10 {
            3 if count < 8_000 => Reply::new(409),
            7 => {
                sleep(Duration::from_millis(40));
                Reply::new(200)
            }
            _ => Reply::new(200),
        });
        let program = world.start();
        let webhook = world.subscribe(&program);
        drop(program);
        // Anything but regular; the same from run to run.
        let mut chance: u64 = 0x9e37_79b9_7f4a_7c15;
        for round in 0..rounds() {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let program = world.start();
            let callers: Vec<_> =
                (0..2).map(|caller| load(program.address, format!("r{round}c{caller}"))).collect();
            sleep(Duration::from_millis(50 + (chance >> 33) % 700));
            program.signal("KILL");
            drop(program);
            let calls: usize = callers.into_iter().map(|caller| caller.join().expect("ended")).sum();
            assert!(calls > 0, "nobody called in round {round}");
        }
        let program = world.start();
        assert!(world.account(&program, &webhook) > 0, "nothing was told");
    }
}

#[test]
fn of_two_instances_one_may_be_killed_and_no_delivery_runs_twice_within_its_lease() {
    let Some(store) = TestStore::postgres("deliveries_two_instances") else { return };
    let world = World::over(&store, |_| {
        sleep(Duration::from_millis(10));
        Reply::new(200)
    });
    let (first, second) = (world.start(), world.start());
    let webhook = world.subscribe(&first);
    // The other one learns of it within two seconds.
    sleep(Duration::from_millis(2500));
    let callers = [load(first.address, "first".to_owned()), load(second.address, "second".to_owned())];
    sleep(Duration::from_secs(2));
    first.signal("KILL");
    sleep(Duration::from_secs(1));
    second.signal("TERM");
    assert_eq!(second.end().code, Some(0));
    for caller in callers {
        assert!(caller.join().expect("ended") > 0);
    }
    let third = world.start();
    assert!(world.account(&third, &webhook) > 100);
    let came = world.came.lock().expect("unharmed");
    for (id, times) in came.iter() {
        for pair in times.windows(2) {
            let apart = pair[1] - pair[0];
            // The lease begins before the request comes.
            assert!(apart > LEASE - Duration::from_secs(2), "{id} came again after {apart:?}");
        }
    }
}

#[test]
fn a_delivery_is_made_again_by_its_id_and_with_all_that_failed() {
    let store = TestStore::sqlite();
    let world = World::over(&store, |count| Reply::new(if count == 0 { 403 } else { 200 }));
    let program = world.start();
    let webhook = world.subscribe(&program);
    assert_eq!(program.connect().ask(&call("s-1", "r-1")).status, 200);
    until("both events have come", || world.came.lock().expect("unharmed").len() == 2);
    let all = world.ended(&program, &webhook);
    let refused = all.iter().find(|one| one["status"] == "terminated").expect("one was refused");
    let id = refused["id"].as_str().expect("an id");
    let token = ("REJOINDER_TOKEN", &*world.token);
    let server = format!("http://{}", program.address);
    let folder = tempfile::tempdir().expect("a folder");
    let replay = |which: &[&str]| {
        let arguments: Vec<&str> = ["replay", "--server", &server].iter().chain(which).copied().collect();
        run(folder.path(), &arguments, &[token])
    };
    // It is in the log a moment after it has ended.
    let authorized = format!("Bearer {}", world.token);
    let shown = Request::get(format!("/api/invocations/{id}")).header("Authorization", &authorized);
    until("it is in the log", || program.connect().ask(&shown).status == 200);
    let answer = program.connect().ask(&shown).json();
    let logged = &answer["invocation"];
    assert_eq!(logged["replay"]["possible"], true, "{logged}");
    assert_eq!(logged["attempts"].as_array().map(Vec::len), Some(1), "{logged}");
    let made = replay(&[id]);
    assert_eq!(made.code, Some(0), "{}", made.errors);
    assert!(
        made.out.starts_with(&format!("{id} made again as ")) && made.out.contains(": accepted"),
        "{}",
        made.out
    );
    until("it has come again", || world.came.lock().expect("unharmed").len() == 3);
    let made = replay(&["--failed-since", "1h", "--yes"]);
    assert_eq!(made.code, Some(0), "{}", made.errors);
    until("so has all that failed", || world.came.lock().expect("unharmed").len() == 4);
    let all = world.ended(&program, &webhook);
    assert_eq!(all.iter().filter(|one| one["status"] == "success").count(), 3);
}
