//! A call's time: what the agent is told when it ends, and what becomes of the handler.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rejoinder::config::{Config, Sources};
use rejoinder::{
    Deadline, Error, ErrorKind, OnDeadline, OnError, Rejoinder, Reply, Result, Route, Tag, blocking,
};
use serde_json::json;
use tokio::sync::Notify;

use crate::kit::{PATIENCE, Request, Served, Upstream, call, until};
use crate::routes::{flexible, folder};

/// A handler that waits until it is let go, and tells what becomes of it.
#[derive(Clone)]
struct Watched {
    go: Arc<Notify>,
    tell: Sender<&'static str>,
}

/// Tells that a handler was dropped before its end.
struct Dropped(Option<Sender<&'static str>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        if let Some(tell) = self.0.take() {
            let _ = tell.send("ended");
        }
    }
}

impl Watched {
    fn new() -> (Self, Receiver<&'static str>) {
        let (tell, told) = channel();
        (Self { go: Arc::default(), tell }, told)
    }

    async fn run(self) -> &'static str {
        let _ = self.tell.send("began");
        let mut dropped = Dropped(Some(self.tell.clone()));
        self.go.notified().await;
        dropped.0 = None;
        let _ = self.tell.send("finished");
        "done"
    }

    fn route(&self, tag: &str) -> Route {
        let watched = self.clone();
        Route::new(tag, move || watched.clone().run())
    }
}

#[track_caller]
fn next(told: &Receiver<&'static str>) -> &'static str {
    told.recv_timeout(PATIENCE).expect("the handler tells")
}

/// Both kinds of thread that a handler may run on.
fn both(route: impl Fn() -> Route) -> [Route; 2] {
    [route(), route().inline()]
}

const SHORT: [(&str, &str); 1] = [("REJOINDER_SERVER__DEADLINE", "60ms")];
/// For handlers that never end: one that runs on would hold the shutdown.
const ENDING: [(&str, &str); 2] = [SHORT[0], ("REJOINDER_SERVER__ON_DEADLINE", "cancel")];

#[test]
fn a_call_whose_deadline_passes_is_a_504_and_others_go_on() {
    async fn never() -> Reply {
        std::future::pending().await
    }
    fn blocks(_: Tag) -> &'static str {
        std::thread::sleep(Duration::from_millis(300));
        "late"
    }
    let rejoinder = || {
        Rejoinder::new()
            .tag("never", never)
            .route(Route::new("inline", never).inline())
            .tag("holds-its-thread", async || blocks(Tag(String::new())))
            .tag("blocks", blocking(blocks))
            .tag("quick", async || "quick")
    };
    let served = Served::start(rejoinder, &ENDING);
    let mut connection = served.connect();
    for tag in ["never", "inline", "holds-its-thread", "blocks"] {
        let begun = Instant::now();
        let answer = connection.ask(&Request::call(call(tag, &json!({}))));
        let message = answer.refused(504, "deadline_exceeded");
        assert_eq!(message, "The handler did not answer in time.", "{tag}");
        let took = begun.elapsed();
        assert!((60..290).contains(&took.as_millis()), "{tag}: {took:?}");
        let quick = connection.ask(&Request::call(call("quick", &json!({}))));
        assert_eq!(quick.said(), "quick", "the connection goes on after {tag}");
    }
}

#[test]
fn a_route_has_a_deadline_of_its_own() {
    async fn left(deadline: Deadline) -> String {
        assert!(deadline.instant() > Instant::now());
        deadline.left().as_millis().to_string()
    }
    async fn slow() -> &'static str {
        tokio::time::sleep(Duration::from_millis(120)).await;
        "slow"
    }
    let rejoinder = || {
        Rejoinder::new()
            .tag("usual", left)
            .route(Route::new("long", left).deadline(Duration::from_secs(20)))
            .route(Route::new("slow", slow).deadline(Duration::from_secs(20)))
    };
    let served = Served::start(rejoinder, &SHORT);
    let ms = |tag| served.call(call(tag, &json!({}))).said().parse::<u64>().expect("a number");
    assert!(ms("usual") <= 60);
    assert!((15_000..20_000).contains(&ms("long")));
    assert_eq!(served.call(call("slow", &json!({}))).said(), "slow");
    let default = Config::load(&Sources::default()).expect("valid");
    assert!(default.effective.contains("deadline = \"4.5s\""), "{}", default.effective);
}

#[test]
fn the_time_that_sending_took_is_gone_and_a_call_without_any_left_runs_no_handler() {
    static RAN: AtomicUsize = AtomicUsize::new(0);
    async fn left(deadline: Deadline) -> String {
        RAN.fetch_add(1, Ordering::SeqCst);
        deadline.left().as_millis().to_string()
    }
    let rejoinder = || {
        Rejoinder::new()
            .route(Route::new("a", left).deadline(Duration::from_secs(20)))
            .route(Route::new("b", left).deadline(Duration::from_millis(50)))
    };
    let served = Served::start(rejoinder, &[]);
    let slowly = |tag, pause| {
        let request = Request::call(call(tag, &json!({}))).text();
        let (first, rest) = request.split_at(request.len() - 1);
        let mut connection = served.connect();
        connection.send(first);
        std::thread::sleep(Duration::from_millis(pause));
        connection.send(rest);
        connection.answer()
    };
    let left: u64 = slowly("a", 200).said().parse().expect("a number");
    assert!(left < 19_850, "{left}");
    assert_eq!(RAN.load(Ordering::SeqCst), 1);
    slowly("b", 100).refused(504, "deadline_exceeded");
    assert_eq!(RAN.load(Ordering::SeqCst), 1, "the handler did not run");
}

#[test]
fn the_routes_policy_says_what_the_agent_is_told() {
    async fn never() -> Reply {
        std::future::pending().await
    }
    async fn own_timeout() -> Result<Reply> {
        Err(Error::timed_out("The bank is slow."))
    }
    async fn fails() -> Result<Reply> {
        Err(Error::internal("Broken."))
    }
    let rejoinder = || {
        let apology = || OnError::apologise("That takes too long.");
        let unavailable = OnError::RaiseAs(ErrorKind::Unavailable);
        Rejoinder::new()
            .on_error(OnError::apologise("Something is wrong."))
            .tag("router", never)
            .route(Route::new("raise", never).on_error(OnError::Raise))
            .route(Route::new("raise-as", never).on_error(unavailable.clone()))
            .route(Route::new("raise-as-in-time", never).on_timeout(unavailable))
            .route(Route::new("apology", never).on_timeout(apology()))
            .route(Route::new("own", own_timeout).on_timeout(apology()))
            .route(Route::new("fails", fails).on_timeout(apology()))
            .route(Route::new("raise-late", never).on_timeout(OnError::Raise))
    };
    let served = Served::start(rejoinder, &ENDING);
    let ask = |tag| served.call(call(tag, &json!({})));
    assert_eq!(ask("router").said(), "Something is wrong.");
    ask("raise").refused(504, "deadline_exceeded");
    for tag in ["raise-as", "raise-as-in-time"] {
        let answer = ask(tag);
        answer.refused(503, "deadline_exceeded");
        assert_eq!(answer.header("Retry-After"), Some("1"));
    }
    assert_eq!(ask("apology").said(), "That takes too long.");
    assert_eq!(ask("own").said(), "That takes too long.");
    assert_eq!(ask("fails").said(), "Something is wrong.", "it did not run out of time");
    ask("raise-late").refused(504, "deadline_exceeded");
}

#[test]
fn a_handler_whose_deadline_has_passed_runs_on_or_ends() {
    for index in 0..2 {
        for (then, end) in [(OnDeadline::Detach, "finished"), (OnDeadline::Cancel, "ended")] {
            let (watched, told) = Watched::new();
            let go = Arc::clone(&watched.go);
            let [spawned, inline] = both(|| watched.route("t").on_deadline(then));
            let route = if index == 0 { spawned } else { inline };
            let served = Served::start(|| Rejoinder::new().route(route), &SHORT);
            served.call(call("t", &json!({}))).refused(504, "deadline_exceeded");
            assert_eq!(next(&told), "began");
            go.notify_one();
            assert_eq!(next(&told), end, "{then:?}");
        }
    }
}

#[test]
fn a_handler_whose_client_hangs_up_runs_on_or_ends() {
    for index in 0..2 {
        for (then, end) in [(OnDeadline::Detach, "finished"), (OnDeadline::Cancel, "ended")] {
            let (watched, told) = Watched::new();
            let go = Arc::clone(&watched.go);
            let [spawned, inline] = both(|| watched.route("t").on_deadline(then));
            let route = if index == 0 { spawned } else { inline };
            let route = route.deadline(Duration::from_secs(30));
            let rejoinder = || Rejoinder::new().route(route).tag("quick", async || "quick");
            let served = Served::start(rejoinder, &[]);
            let mut connection = TcpStream::connect(served.address).expect("the server listens");
            let quick = Request::call(call("quick", &json!({}))).text();
            let both = [quick, Request::call(call("t", &json!({}))).text()].concat();
            connection.write_all(&both).expect("the server reads");
            assert_eq!(next(&told), "began");
            // Most of the first answer stays unread, so the connection is reset: a mere end of what
            // is sent could come from a client that still listens.
            connection.read_exact(&mut [0]).expect("the first answer");
            drop(connection);
            if then == OnDeadline::Detach {
                go.notify_one();
            }
            assert_eq!(next(&told), end, "{then:?}");
        }
    }
}

#[test]
fn what_runs_on_is_bounded_in_number() {
    let (watched, told) = Watched::new();
    let go = Arc::clone(&watched.go);
    let (other, other_told) = Watched::new();
    let settings =
        [SHORT[0], ("REJOINDER_SERVER__ON_DEADLINE", "detach"), ("REJOINDER_SERVER__MAX_DETACHED", "1")];
    let routes = [watched.route("first"), other.route("second")];
    let [first, second] = routes;
    let served = Served::start(|| Rejoinder::new().route(first).route(second), &settings);
    served.call(call("first", &json!({}))).refused(504, "deadline_exceeded");
    served.call(call("second", &json!({}))).refused(504, "deadline_exceeded");
    assert_eq!((next(&other_told), next(&other_told)), ("began", "ended"), "there is no place for it");
    go.notify_one();
    assert_eq!((next(&told), next(&told)), ("began", "finished"));
    // Its place is free again, as soon as it has been given back.
    until("a third one runs on", || {
        served.call(call("second", &json!({}))).refused(504, "deadline_exceeded");
        assert_eq!(next(&other_told), "began");
        other.go.notify_one();
        next(&other_told) == "finished"
    });
}

#[test]
fn what_runs_on_is_bounded_in_time() {
    let [spawned, inline] = ["spawned", "inline"].map(|_| Watched::new());
    let settings = [
        SHORT[0],
        ("REJOINDER_SERVER__ON_DEADLINE", "detach"),
        ("REJOINDER_SERVER__DETACHED_TIMEOUT", "80ms"),
    ];
    let routes = (spawned.0.route("spawned"), inline.0.route("inline").inline());
    let served = Served::start(|| Rejoinder::new().route(routes.0).route(routes.1), &settings);
    for (tag, told) in [("spawned", &spawned.1), ("inline", &inline.1)] {
        let begun = Instant::now();
        served.call(call(tag, &json!({}))).refused(504, "deadline_exceeded");
        assert_eq!((next(told), next(told)), ("began", "ended"), "{tag}");
        assert!(begun.elapsed() >= Duration::from_millis(140), "{tag}: {:?}", begun.elapsed());
    }
}

#[test]
fn shutdown_waits_for_what_runs_on() {
    for inline in [false, true] {
        let (watched, told) = Watched::new();
        let go = Arc::clone(&watched.go);
        let route = watched.route("t").on_deadline(OnDeadline::Detach);
        let route = if inline { route.inline() } else { route };
        let mut served = Served::start(|| Rejoinder::new().route(route), &SHORT);
        served.call(call("t", &json!({}))).refused(504, "deadline_exceeded");
        assert_eq!(next(&told), "began");
        let mut watching = served.connect();
        assert_eq!(watching.ask(&Request::get("/readyz")).status, 200);
        served.stop();
        until("not ready", || watching.ask(&Request::get("/readyz")).status == 503);
        go.notify_one();
        drop(watching);
        // Dropping waits for the end of the server; what ran on has finished by then.
        drop(served);
        assert_eq!(told.try_recv(), Ok("finished"), "inline: {inline}");
    }
}

#[test]
fn calls_out_inherit_what_is_left() {
    let upstream = Upstream::start(|_| crate::kit::Reply::silence());
    let mut webhook = flexible("Slow API", &upstream.url("/"), &json!({}));
    webhook["timeout"] = json!("0.600s");
    let settings = "[routes.plain]\nwebhook = \"Slow API\"\ndeadline = \"150ms\"\n\
         [routes.status]\nwebhook = \"Slow API\"\ndeadline = \"150ms\"\non_timeout = 503\n\
         [routes.text]\nwebhook = \"Slow API\"\ndeadline = \"150ms\"\non_error = 500\non_timeout = \"It is slow.\"\n\
         [routes.own]\nwebhook = \"Slow API\"\non_timeout = \"It is slow.\"\n";
    let folder = folder(settings, &[webhook], &[]);
    let environment = vec![("REJOINDER_SERVER__BIND".to_owned(), "127.0.0.1:0".to_owned())];
    let file = Some(folder.path().join("rejoinder.toml"));
    let config = Config::load(&Sources { file, environment, ..Sources::default() });
    let served = Served::start_config(Rejoinder::new, config.unwrap_or_else(|error| panic!("{error}")));
    let times = Mutex::new(Vec::new());
    let ask = |tag| {
        let begun = Instant::now();
        let answer = served.call(call(tag, &json!({})));
        times.lock().expect("no panic").push(begun.elapsed());
        answer
    };
    let message = ask("plain").refused(504, "deadline_exceeded");
    assert_eq!(message, "The upstream of the webhook \"Slow API\" did not answer in time.");
    ask("status").refused(503, "deadline_exceeded");
    assert_eq!(ask("text").said(), "It is slow.");
    for time in times.lock().expect("no panic").drain(..) {
        assert!((100..550).contains(&time.as_millis()), "{time:?}");
    }
    // The webhook's own timeout, 0.6 s, ends before the call's: the upstream is unavailable.
    ask("own").refused(503, "timed_out");
}
