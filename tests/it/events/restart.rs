//! What was told of calls that were answered outlives the process that is stopped.

use rejoinder::{Rejoinder, Reply};
use serde_json::json;

use super::{Receiver, Told, request, serve, session};
use crate::kit::Request;
use crate::kit::stores::{TestStore, durable, stores};

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
    assert!(json!(ready.status).is_number());
}
