//! What was told of calls that were answered outlives the process that is stopped.

use rejoinder::{Rejoinder, Reply};

use super::{Receiver, Told, request, serve, session};
use crate::kit::stores::{TestStore, durable, stores};
use crate::kit::{Request, until};

fn desk() -> Rejoinder {
    Rejoinder::new().fallback(async || Reply::text("Hello."))
}

#[test]
fn the_last_calls_before_a_stop_are_told_after_it() {
    for store in durable("events over a restart") {
        let mut served = serve(&store, desk, &[]);
        let receiver = Receiver::of(&served, &["conversation.turn"]);
        let mut connection = served.connect();
        for number in 0..20 {
            let call = request(&session("s"), &format!("r-{number}"), "t").to_string();
            connection.ask(&Request::call(call)).reply();
        }
        // No pause in which anything could be written in the background.
        served.stop();
        drop(served);
        let _again = serve(&store, desk, &[]);
        assert!(receiver.events(20).len() >= 20, "{}", store.name);
    }
}

#[test]
fn a_session_that_is_erased_begins_anew() {
    for store in stores("events of erased sessions") {
        let told =
            Told::over(&store, desk, &["conversation.started"], &[("REJOINDER_ACTIVITY__ENABLED", "on")]);
        told.call(&session("s"), "r-1", "t");
        told.events(1);
        let erased = told.served.manage(Request::new("DELETE", "/api/sessions/s"));
        assert_eq!(erased.status, 200);
        told.call(&session("s"), "r-2", "t");
        assert_eq!(told.events(2).len(), 2, "{}", store.name);
    }
}

/// How the server's store becomes one that cannot be written, or is mended.
fn read_only(store: &TestStore, on: &str) {
    store.run(&format!(
        "SET TRANSACTION READ WRITE; \
         DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {on}', \
         current_database()); END $$; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ));
}

#[test]
fn what_waits_during_an_outage_is_told_after_it_and_the_rest_is_counted() {
    let Some(store) = TestStore::postgres("events in an outage") else { return };
    let told =
        Told::over(&store, desk, &["conversation.turn"], &[("REJOINDER_EVENTS__QUEUE_MEMORY", "64KiB")]);
    told.call(&session("s"), "r", "t");
    told.events(1);
    read_only(&store, "on");
    for number in 0..200 {
        let call = request(&session("s"), &format!("r-{number}"), "t").to_string();
        told.served.call(call).reply();
    }
    let number = |name: &str| -> usize {
        let text = String::from_utf8(told.served.ask(&Request::get("/metrics")).body).expect("text");
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        found.unwrap_or_default()
    };
    read_only(&store, "off");
    let lost = number("rejoinder_events_lost_total{why=\"full\"}");
    assert!(lost > 0 && lost < 200, "{lost}");
    until("the rest is told", || {
        number("rejoinder_events_told_total{type=\"conversation.turn\"}") == 201 - lost
    });
    told.events(201 - lost);
    assert_eq!(number("rejoinder_events_lost_total{why=\"store\"}"), 0);
}

#[test]
fn the_agent_is_answered_while_the_store_is_away() {
    // Nobody listens there.
    let away = TestStore::memory();
    let url = ("REJOINDER_STORE__URL", "postgres://u:s3cret@127.0.0.1:1/d");
    let served = crate::kit::Served::start(desk, &[url]).managed(&away);
    for number in 0..20 {
        let call = request(&session("s"), &format!("r-{number}"), "t").to_string();
        served.call(call).reply();
    }
    let ready = served.ask(&Request::get("/healthz"));
    assert_eq!((ready.status, served.ask(&Request::get("/readyz")).status), (200, 200));
}
