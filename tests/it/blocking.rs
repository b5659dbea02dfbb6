//! Handlers that hold their thread.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rejoinder::{Rejoinder, Route, Tag, blocking};
use serde_json::json;
use tokio::runtime::Builder;

use crate::kit::{PATIENCE, Request, Served, call, until};

/// A door that handlers wait at, holding their thread.
#[derive(Clone)]
struct Gate {
    arrived: Sender<()>,
    open: Arc<(Mutex<bool>, Condvar)>,
}

impl Gate {
    fn new() -> (Self, Receiver<()>) {
        let (arrived, arrivals) = channel();
        (Self { arrived, open: Arc::default() }, arrivals)
    }

    /// Waits for as long as the test needs: what it waits for itself is bounded, step by step.
    fn pass(&self) -> &'static str {
        self.arrived.send(()).expect("the test counts");
        let (open, changed) = &*self.open;
        let held = open.lock().expect("no panic");
        let _open = changed.wait_while(held, |open| !*open).expect("no panic");
        "passed"
    }

    /// Opens it when this is dropped, also by a test that fails: to be had after the server, which
    /// waits for the handlers when it ends.
    fn opens(&self) -> Opens {
        Opens(self.open.clone())
    }
}

struct Opens(Arc<(Mutex<bool>, Condvar)>);

impl Drop for Opens {
    fn drop(&mut self) {
        let (open, changed) = &*self.0;
        if let Ok(mut open) = open.lock() {
            *open = true;
        }
        changed.notify_all();
    }
}

/// Holds `count` calls of the blocking handler that `hold` makes; everything else must go on.
fn others_go_on(runtime: Builder, count: usize, hold: impl FnOnce(Gate) -> Rejoinder + Send + 'static) {
    let (gate, arrivals) = Gate::new();
    let holding = gate.clone();
    let rejoinder = move || {
        hold(holding).tag("quick", async || "quick").tag("nap", async || {
            tokio::time::sleep(Duration::from_millis(20)).await;
            "awake"
        })
    };
    let served = Served::start_on(runtime, rejoinder, &[]);
    let opens = gate.opens();
    let mut held: Vec<_> = (0..count).map(|_| served.connect()).collect();
    for connection in &mut held {
        connection.send(&Request::call(call("hold", &json!({}))).text());
        arrivals.recv_timeout(PATIENCE).expect("the handler runs");
    }
    // Often enough to meet the connection threads that the held calls came through.
    for _ in 0..8 {
        assert_eq!(served.ask(&Request::get("/healthz")).status, 200);
        assert_eq!(served.ask(&Request::get("/readyz")).status, 200);
        assert_eq!(served.call(call("quick", &json!({}))).said(), "quick");
        assert_eq!(served.call(call("nap", &json!({}))).said(), "awake");
    }
    drop(opens);
    for connection in &mut held {
        assert_eq!(connection.answer().said(), "passed");
    }
}

fn several_threads() -> Builder {
    let mut runtime = Builder::new_multi_thread();
    runtime.worker_threads(4);
    runtime
}

#[test]
fn three_handlers_that_block_stop_nobody() {
    others_go_on(several_threads(), 3, |gate| {
        Rejoinder::new().tag("hold", move || {
            let gate = gate.clone();
            async move { gate.pass() }
        })
    });
}

#[test]
fn three_handlers_that_block_stop_nobody_in_a_program_of_one_thread() {
    // `#[tokio::main]` on one core, or with `flavor = "current_thread"`.
    others_go_on(Builder::new_current_thread(), 3, |gate| {
        Rejoinder::new().tag("hold", move || {
            let gate = gate.clone();
            async move { gate.pass() }
        })
    });
}

#[test]
fn any_number_of_handlers_may_block_on_threads_made_for_it() {
    others_go_on(several_threads(), 20, |gate| {
        Rejoinder::new().tag("hold", blocking(move |_: Tag| gate.pass()))
    });
}

#[test]
fn a_panic_on_a_blocking_thread_is_one_500() {
    fn panics(_: Tag) -> &'static str {
        panic!("blocked and panicked")
    }
    let served = Served::start(|| Rejoinder::new().tag("panics", blocking(panics)), &[]);
    let mut connection = served.connect();
    for _ in 0..2 {
        let answer = connection.ask(&Request::call(call("panics", &json!({}))));
        assert_eq!(answer.refused(500, "panic"), "The handler failed.");
    }
}

/// Serves a handler whose first call holds its thread for a moment; once that was seen
/// any number of calls may hold theirs.
fn seen_once(tag: &'static str, shape: fn(Route) -> Route) {
    let (gate, arrivals) = Gate::new();
    let (holding, seen) = (gate.clone(), Arc::new(AtomicBool::new(false)));
    let rejoinder = move || {
        let hold = move || {
            let (gate, seen) = (holding.clone(), seen.clone());
            async move {
                if seen.swap(true, Ordering::SeqCst) {
                    return gate.pass();
                }
                std::thread::sleep(Duration::from_millis(40));
                "seen"
            }
        };
        Rejoinder::new().route(shape(Route::new(tag, hold))).tag("quick", async || "quick")
    };
    let served =
        Served::start_on(several_threads(), rejoinder, &[("REJOINDER_SERVER__BLOCKING_WARNING", "20ms")]);
    let opens = gate.opens();
    assert_eq!(served.call(call(tag, &json!({}))).said(), "seen");
    let mut held: Vec<_> = (0..20).map(|_| served.connect()).collect();
    for connection in &mut held {
        connection.send(&Request::call(call(tag, &json!({}))).text());
        arrivals.recv_timeout(PATIENCE).expect("it gets a thread, whatever the others hold");
    }
    for _ in 0..8 {
        assert_eq!(served.ask(&Request::get("/healthz")).status, 200);
        assert_eq!(served.call(call("quick", &json!({}))).said(), "quick");
    }
    drop(opens);
    for connection in &mut held {
        assert_eq!(connection.answer().said(), "passed");
    }
}

#[test]
fn a_tag_that_was_seen_to_block_gets_threads_of_its_own() {
    // Tags of their own: what was seen is known in the whole process.
    seen_once("seen-on-a-handlers-thread", |route| route);
    seen_once("seen-inline", Route::inline);
}

#[test]
fn when_all_threads_are_held_calls_get_spare_ones() {
    let (gate, arrivals) = Gate::new();
    let holding = gate.clone();
    let rejoinder = move || {
        let hold = move || {
            let gate = holding.clone();
            async move { gate.pass() }
        };
        Rejoinder::new().tag("holds-all", hold).tag("nap", async || {
            tokio::time::sleep(Duration::from_millis(5)).await;
            "awake"
        })
    };
    let served =
        Served::start_on(several_threads(), rejoinder, &[("REJOINDER_SERVER__BLOCKING_WARNING", "20ms")]);
    let opens = gate.opens();
    let mut held: Vec<_> = (0..4).map(|_| served.connect()).collect();
    for connection in &mut held {
        connection.send(&Request::call(call("holds-all", &json!({}))).text());
    }
    for _ in &held {
        arrivals.recv_timeout(PATIENCE).expect("the handler runs");
    }
    // Until that is seen a call may wait for one of the four, and goes on doing so.
    until("it is seen that all are held", || {
        let mut asking = TcpStream::connect(served.address).expect("the server listens");
        asking.write_all(&Request::call(call("nap", &json!({}))).text()).expect("sent");
        asking.set_read_timeout(Some(Duration::from_millis(200))).expect("a time");
        asking.read_exact(&mut [0]).is_ok()
    });
    for _ in 0..8 {
        assert_eq!(served.call(call("nap", &json!({}))).said(), "awake");
    }
    drop(opens);
    for connection in &mut held {
        assert_eq!(connection.answer().said(), "passed");
    }
}
