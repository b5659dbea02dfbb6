//! Several instances tell each thing once.

use std::thread;

use rejoinder::{Rejoinder, Reply};

use super::{Receiver, of_type, request, serve, session, types};
use crate::kit::stores::TestStore;
use crate::kit::until;

fn desk() -> Rejoinder {
    Rejoinder::new().fallback(async || Reply::text("Hello."))
}

#[test]
fn two_instances_tell_each_thing_once() {
    let Some(store) = TestStore::postgres("events of two instances") else { return };
    let settings = [("REJOINDER_EVENTS__IDLE_AFTER", "1s")];
    let instances = [serve(&store, desk, &settings), serve(&store, desk, &settings)];
    let receiver = Receiver::of(&instances[0], &["conversation.*"]);
    // The other one knows of the subscription when it tells of something.
    until("both tell", || {
        instances[1].call(request(&session("first"), "", "t").to_string()).reply();
        !receiver.upstream.requests().is_empty()
    });
    let (sessions, turns) = (8, 6);
    thread::scope(|scope| {
        for instance in &instances {
            scope.spawn(move || {
                let mut connection = instance.connect();
                for turn in 0..turns {
                    for number in 0..sessions {
                        let call = request(&session(&format!("s-{number}")), &format!("r-{turn}"), "t");
                        connection.ask(&crate::kit::Request::call(call.to_string())).reply();
                    }
                }
            });
        }
    });
    let own = |events: &[serde_json::Value]| -> Vec<serde_json::Value> {
        events.iter().filter(|event| event["detail"]["id"] != "first").cloned().collect()
    };
    let expected = sessions + sessions * turns + sessions;
    until("all have ended", || own(&receiver.events(0)).len() >= expected);
    let events = own(&receiver.events(0));
    let count = |event_type: &str| of_type(&events, event_type).len();
    assert_eq!(
        (count("conversation.started"), count("conversation.turn"), count("conversation.ended")),
        (sessions, sessions * turns, sessions),
        "{:?}",
        types(&events)
    );
    let ended = of_type(&events, "conversation.ended");
    assert!(ended.iter().all(|event| event["event"]["calls"] == 2 * turns), "{ended:?}");
}
