//! More calls than the server takes on: refused at once, in order, and over when the load is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rejoinder::{Rejoinder, Tag};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::kit::{Answer, Request, Served, call, until};

/// A handler that ends when it is let go, and counts how often it was begun.
#[derive(Clone)]
struct Held {
    begun: Arc<AtomicUsize>,
    leave: Arc<Semaphore>,
}

impl Held {
    fn new() -> Self {
        Self { begun: Arc::default(), leave: Arc::new(Semaphore::new(0)) }
    }

    /// Serves it as `hold`, and `quick` beside it.
    fn serve(&self, settings: &[(&str, &str)]) -> Served {
        let held = self.clone();
        let hold = move |_: Tag| {
            let held = held.clone();
            async move {
                held.begun.fetch_add(1, Ordering::SeqCst);
                held.leave.acquire().await.expect("open").forget();
                "held"
            }
        };
        Served::start(|| Rejoinder::new().tag("hold", hold).tag("quick", async || "quick"), settings)
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }
}

fn hold() -> Request {
    Request::call(call("hold", &json!({})))
}

fn quick() -> Request {
    Request::call(call("quick", &json!({})))
}

#[track_caller]
fn shed(answer: &Answer) {
    assert_eq!(answer.refused(503, "overloaded"), "The server is busy; try again.");
    assert_eq!(answer.header("Retry-After"), Some("1"));
    assert_eq!(answer.header("Connection"), None, "it may come again over the same connection");
}

#[test]
fn beyond_places_and_queue_a_call_is_refused_at_once_and_the_rest_is_answered() {
    let held = Held::new();
    let served = held.serve(&[
        ("REJOINDER_SERVER__MAX_IN_FLIGHT", "2"),
        ("REJOINDER_SERVER__MAX_WAITING", "1"),
        ("REJOINDER_SERVER__MAX_WAIT", "2s"),
    ]);
    let mut taken = [served.connect(), served.connect()];
    taken.iter_mut().for_each(|connection| connection.send(&hold().text()));
    until("both are handled", || held.begun() == 2);
    let mut waiting = served.connect();
    waiting.send(&hold().text());
    let mut late = served.connect();
    // When the third has come to wait, a fourth is told at once.
    until("the queue is full", || late.ask(&Request::call(b"no JSON".to_vec())).status == 503);
    let begun = Instant::now();
    shed(&late.ask(&quick()));
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    assert_eq!(served.ask(&Request::get("/healthz")).status, 200);
    assert_eq!(served.ask(&Request::get("/readyz")).status, 200);
    assert_eq!(held.begun(), 2, "who waits is not handled yet");
    held.leave.add_permits(3);
    for connection in taken.iter_mut().chain([&mut waiting]) {
        assert_eq!(connection.answer().said(), "held");
    }
    for _ in 0..20 {
        assert_eq!(late.ask(&quick()).said(), "quick", "the load is over");
    }
}

#[test]
fn waiting_for_a_place_ends_in_503() {
    let held = Held::new();
    let served =
        held.serve(&[("REJOINDER_SERVER__MAX_IN_FLIGHT", "1"), ("REJOINDER_SERVER__MAX_WAIT", "30ms")]);
    let mut taken = served.connect();
    taken.send(&hold().text());
    until("it is handled", || held.begun() == 1);
    let begun = Instant::now();
    let mut waiting = served.connect();
    shed(&waiting.ask(&quick()));
    assert!(begun.elapsed() >= Duration::from_millis(30));
    held.leave.add_permits(1);
    assert_eq!(taken.answer().said(), "held");
    assert_eq!(waiting.ask(&quick()).said(), "quick");
}

#[test]
fn strangers_and_slow_senders_hold_no_place() {
    let served = Served::demo_with(&[
        ("REJOINDER_SERVER__MAX_IN_FLIGHT", "2"),
        ("REJOINDER_SERVER__MAX_WAIT", "0s"),
        ("REJOINDER_AUTH__ANY_OF", r#"[{ kind = "header", name = "X-Key", values = ["key"] }]"#),
    ]);
    let known = Request::call(call("counter", &json!({}))).header("X-Key", "key");
    let unknown = known.clone().header("X-Key", "no");
    let mut slow: Vec<_> = (0..20).map(|_| served.connect()).collect();
    for (number, connection) in slow.iter_mut().enumerate() {
        let text = if number % 2 == 0 { known.text() } else { unknown.text() };
        connection.send(&text[..text.len() - 1]);
    }
    for _ in 0..20 {
        assert_eq!(served.ask(&known).status, 200);
        served.ask(&unknown).refused(401, "unauthorized");
    }
    for (number, connection) in slow.iter_mut().enumerate() {
        connection.send(b"}");
        assert_eq!(connection.answer().status, if number % 2 == 0 { 200 } else { 401 });
    }
}

#[test]
fn large_bodies_take_no_more_memory_than_they_may_and_stop_no_small_ones() {
    let served = Served::demo_with(&[("REJOINDER_SERVER__BODY_MEMORY", "1MiB")]);
    let mut body = call("counter", &json!({}));
    body.resize(900 << 10, b' ');
    let text = Request::call(body).text();
    // While both are read either may find no room; when the first has been read, the other does.
    until("one is read when another comes", || {
        let mut first = served.connect();
        let _ = first.try_send(&text[..text.len() - 1]);
        thread::sleep(Duration::from_millis(20));
        let other = served.connect().ask_bytes(&text);
        for _ in 0..10 {
            assert_eq!(served.call(call("counter", &json!({}))).status, 200, "a small one");
        }
        let refused = other.status == 503;
        if refused {
            shed(&other);
        }
        refused && first.ask_bytes(b" ").status == 200
    });
    until("there is room again", || served.connect().ask_bytes(&text).status == 200);
}

#[test]
fn every_call_of_a_crowd_is_answered_or_refused_and_none_is_lost() {
    let ran = Arc::new(AtomicUsize::new(0));
    let counting = ran.clone();
    let nap = move |_: Tag| {
        let ran = counting.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            ran.fetch_add(1, Ordering::SeqCst);
            "rested"
        }
    };
    let served = Served::start(
        || Rejoinder::new().tag("nap", nap),
        &[("REJOINDER_SERVER__MAX_IN_FLIGHT", "4"), ("REJOINDER_SERVER__MAX_WAITING", "2")],
    );
    let crowd: Vec<_> = (0..40)
        .map(|_| {
            let mut connection = served.connect();
            thread::spawn(move || {
                let mut answered = 0;
                for _ in 0..25 {
                    let answer = connection.ask(&Request::call(call("nap", &json!({}))));
                    if answer.status == 200 {
                        assert_eq!(answer.said(), "rested");
                        answered += 1;
                    } else {
                        shed(&answer);
                    }
                }
                answered
            })
        })
        .collect();
    let answered: usize = crowd.into_iter().map(|one| one.join().expect("no lost call")).sum();
    assert_eq!(answered, ran.load(Ordering::SeqCst), "what was handled was answered");
    assert!(answered >= 25, "some got through: {answered}");
    assert!(answered < 40 * 25, "and some did not");
    for _ in 0..20 {
        assert_eq!(served.call(call("nap", &json!({}))).said(), "rested", "the load is over");
    }
}

#[test]
fn a_handler_whose_caller_is_gone_keeps_its_place_until_it_ends() {
    let held = Held::new();
    let served =
        held.serve(&[("REJOINDER_SERVER__MAX_IN_FLIGHT", "1"), ("REJOINDER_SERVER__MAX_WAIT", "0s")]);
    let mut leaving = served.connect();
    leaving.send(&hold().text());
    until("it is handled", || held.begun() == 1);
    drop(leaving);
    for _ in 0..10 {
        shed(&served.ask(&quick()));
    }
    held.leave.add_permits(1);
    until("the place is free", || served.ask(&quick()).status == 200);
}
