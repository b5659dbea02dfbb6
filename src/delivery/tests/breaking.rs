//! A receiver that fails most of what it is sent.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

#[test]
fn a_hundred_failures_open_it_what_comes_then_is_not_sent_and_a_success_closes_it() {
    each("delivery_breaker", async |store| {
        let world = World::of(store, "").await;
        let works = Arc::new(AtomicBool::new(false));
        let now = Arc::clone(&works);
        let receiver =
            Receiver::start(move |_, _| Answer::new(if now.load(Ordering::SeqCst) { 200 } else { 500 }))
                .await;
        let told: Arc<Mutex<Vec<bool>>> = Arc::default();
        let noted = Arc::clone(&told);
        world.delivery.on_circuit(move |change| noted.lock().expect("unharmed").push(change.open));
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        world.tell(webhook, 99).await;
        world.all_ended(webhook).await;
        assert!(told.lock().expect("unharmed").is_empty(), "99 leave it closed");
        let hundredth = world.tell(webhook, 1).await[0];
        assert_eq!(world.ended(webhook, hundredth).await.state, State::ServerError);
        until("it is told", || *told.lock().expect("unharmed") == [true]).await;
        let broken = world.tell(webhook, 300).await;
        world.all_ended(webhook).await;
        assert_eq!(receiver.count(), 100, "nothing is sent while it is open");
        let ended = world.invocation(webhook, broken[0]).await;
        assert_eq!(
            (ended.state, ended.reason.as_deref(), ended.status_code, ended.attempts),
            (State::CircuitBroken, Some("circuit_open"), None, 0)
        );
        assert_eq!(world.states(webhook, broken[0]).await, [State::CircuitBroken]);
        works.store(true, Ordering::SeqCst);
        world.advance(Duration::from_secs(5));
        let trial = world.tell(webhook, 1).await[0];
        assert_eq!(world.ended(webhook, trial).await.state, State::Success);
        until("it is told", || *told.lock().expect("unharmed") == [true, false]).await;
        // What was not sent can be asked for again.
        let failed: Vec<_> = world.all(webhook, &InvocationFilter::default()).await;
        let failed = failed.iter().filter(|found| found.state.is_failure()).map(|found| found.id);
        let failed: Vec<InvocationId> = failed.collect();
        assert_eq!(failed.len(), 400);
        let made = world.delivery.replay(&failed).await.expect("made");
        assert!(made.iter().all(|(_, made)| made.is_ok()));
        let all = world.all_ended(webhook).await;
        let sent = all.iter().filter(|found| found.state == State::Success).count();
        assert_eq!((sent, receiver.count()), (401, 501));
        let again = all.iter().find(|found| found.origin == Some(broken[0])).expect("made again");
        assert_eq!(again.state, State::Success);
    });
}

#[test]
fn while_one_request_tries_it_the_others_wait() {
    each("delivery_half_open", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, count| match count {
            ..100 => Answer::new(500),
            _ => Answer::new(200).after(Duration::from_millis(100)),
        })
        .await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        world.tell(webhook, 100).await;
        world.all_ended(webhook).await;
        world.clock.advance(Duration::from_secs(5));
        world.tell(webhook, 20).await;
        until("one tries it", || receiver.count() == 101).await;
        assert_eq!(receiver.count(), 101);
        world.all_ended(webhook).await;
        assert_eq!(receiver.count(), 120, "all are sent once it has closed");
    });
}
