//! Attempts over time: how many, when, under which id.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_conflict_is_tried_four_times_under_one_id_with_growing_pauses() {
    each("delivery_conflict", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(409)).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let id = world.tell(webhook, 1).await[0];
        for (sent, shortest, longest) in [(1, 0.8, 1.2), (2, 4.0, 6.0), (3, 20.0, 30.0)] {
            world.until(webhook, id, |found| found.attempts == sent && found.status_code == Some(409)).await;
            let written = |found: &[ShownAttempt]| found.len() == sent as usize;
            while !written(&world.attempts(webhook, id).await) {
                a_moment().await;
            }
            world.advance(Duration::from_secs_f64(shortest) - Duration::from_millis(1));
            a_moment().await;
            assert_eq!(receiver.count(), sent as usize, "not before its pause is over");
            world.advance(Duration::from_secs_f64(longest - shortest) + Duration::from_millis(2));
        }
        let ended = world.ended(webhook, id).await;
        assert_eq!((ended.state, ended.status_code, ended.attempts), (State::ClientError, Some(409), 4));
        world.advance(3600 * SECOND);
        a_moment().await;
        let got = receiver.got();
        assert_eq!(got.len(), 4);
        assert!(got.iter().all(|got| got.invocation() == id.to_string()));
        // Each is signed anew.
        let mut timestamps: Vec<&str> =
            got.iter().map(|got| got.header("x-zendesk-webhook-signature-timestamp")).collect();
        timestamps.dedup();
        assert!(timestamps.len() >= 3, "{timestamps:?}");
    });
}

#[test]
fn a_server_error_is_tried_once() {
    each("delivery_error", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(500)).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let id = world.tell(webhook, 1).await[0];
        let ended = world.ended(webhook, id).await;
        assert_eq!((ended.state, ended.status_code, ended.attempts), (State::ServerError, Some(500), 1));
        world.advance(60 * SECOND);
        a_moment().await;
        assert_eq!(receiver.count(), 1);
    });
}

#[test]
fn a_refusal_terminates() {
    each("delivery_refusal", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(403)).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let id = world.tell(webhook, 1).await[0];
        let ended = world.ended(webhook, id).await;
        assert_eq!((ended.state, ended.status_code, ended.attempts), (State::Terminated, Some(403), 1));
    });
}

#[test]
fn the_receiver_says_when_and_a_minute_is_too_long() {
    each("delivery_retry_after", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|got, count| match (&*got.path, count) {
            ("/soon", 0) => Answer::new(503).header("Retry-After", "2"),
            ("/late", _) => Answer::new(503).header("Retry-After", "60"),
            ("/silent", _) => Answer::new(503),
            _ => Answer::new(200),
        })
        .await;
        let soon = world.webhook(&receiver.url("/soon"), json!({})).await;
        let id = world.tell(soon, 1).await[0];
        world.until(soon, id, |found| found.status_code == Some(503)).await;
        world.advance(Duration::from_millis(1999));
        a_moment().await;
        assert_eq!(receiver.count(), 1, "not before the two seconds that were asked for");
        world.advance(Duration::from_millis(2));
        let ended = world.ended(soon, id).await;
        assert_eq!((ended.state, ended.attempts), (State::Success, 2));
        for path in ["/late", "/silent"] {
            let webhook = world.webhook(&receiver.url(path), json!({})).await;
            let id = world.tell(webhook, 1).await[0];
            let ended = world.ended(webhook, id).await;
            assert_eq!((ended.state, ended.status_code, ended.attempts), (State::ServerError, Some(503), 1));
        }
    });
}

#[test]
fn an_answer_just_in_time_succeeds_and_one_just_late_is_a_504_of_ours() {
    each("delivery_timeout", async |store| {
        let world = World::of(store, "timeout = \"1s\"\nretry_delays = []").await;
        let late = Duration::from_millis(1010);
        let receiver = Receiver::start(move |got, _| match &*got.path {
            "/in-time" => Answer::new(200).after(Duration::from_millis(900)),
            _ => Answer::new(200).after(late),
        })
        .await;
        let in_time = world.webhook(&receiver.url("/in-time"), json!({})).await;
        let late = world.webhook(&receiver.url("/late"), json!({})).await;
        let (first, second) = (world.tell(in_time, 1).await[0], world.tell(late, 1).await[0]);
        let ended = world.ended(in_time, first).await;
        assert_eq!((ended.state, ended.status_code), (State::Success, Some(200)));
        let ended = world.ended(late, second).await;
        assert_eq!((ended.state, ended.status_code, ended.attempts), (State::Timeout, Some(504), 1));
        let attempt = world.attempts(late, second).await.remove(0);
        assert_eq!((attempt.state, attempt.status_code), (State::Timeout, Some(504)));
        assert!(attempt.request.is_some() && attempt.response.is_none());
        assert!(attempt.error.expect("told").contains("took longer than 1s"));
    });
}

#[test]
fn a_receiver_that_is_not_there_is_tried_again_until_it_is() {
    each("delivery_unreachable", async |store| {
        let world = World::of(store, "").await;
        let port = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            listener.local_addr().expect("an address")
        };
        let webhook = world.webhook(&format!("http://{port}/"), json!({})).await;
        let id = world.tell(webhook, 1).await[0];
        for sent in 1..=4_usize {
            while world.attempts(webhook, id).await.len() < sent {
                a_moment().await;
            }
            world.advance(30 * SECOND);
        }
        let ended = world.ended(webhook, id).await;
        assert_eq!((ended.state, ended.status_code, ended.attempts), (State::Failed, None, 4));
        assert_eq!(world.states(webhook, id).await, [State::Failed; 4]);
    });
}
