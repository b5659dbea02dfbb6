//! Several instances, and such as end in the middle: what is in memory alone has no other one.

use std::collections::HashMap;

use super::*;
use crate::store::testing::each_durable;

const LEASE: Duration = Duration::from_secs(30);

#[test]
fn what_an_instance_left_is_sent_again_when_its_lease_is_over() {
    each_durable("delivery_lease", async |store| {
        let clock = Clock::manual();
        let first = World::with(&store.store, clock.clone(), "", "").await;
        let receiver = Receiver::start(|_, count| match count {
            0 => Answer::new(200).after(PATIENCE),
            _ => Answer::new(200),
        })
        .await;
        let webhook = first.webhook(&receiver.url("/"), json!({})).await;
        let id = first.tell(webhook, 1).await[0];
        until("it is being sent", || receiver.count() == 1).await;
        // Dropped, it ends as a process does that is killed.
        drop(first);
        let second = World::with(&store.store, clock, "", "").await;
        second.webhooks.refresh().await.expect("read");
        second.advance(LEASE - Duration::from_secs(1));
        a_moment().await;
        assert_eq!(receiver.count(), 1, "nobody sends it while its lease holds");
        second.advance(Duration::from_secs(2));
        let ended = second.ended(webhook, id).await;
        assert_eq!((ended.state, ended.attempts), (State::Success, 2));
        assert_eq!(second.states(webhook, id).await, [State::Unknown, State::Success]);
        assert!(receiver.got().iter().all(|got| got.invocation() == id.to_string()));
    });
}

#[test]
fn ends_in_the_middle_add_no_attempts_to_those_it_may_have() {
    each_durable("delivery_lease_limit", async |store| {
        let clock = Clock::manual();
        let receiver = Receiver::start(|_, _| Answer::new(200).after(PATIENCE)).await;
        let mut made = None;
        for sent in 1..=4 {
            let world = World::with(&store.store, clock.clone(), "", "").await;
            world.webhooks.refresh().await.expect("read");
            if made.is_none() {
                let webhook = world.webhook(&receiver.url("/"), json!({})).await;
                made = Some((webhook, world.tell(webhook, 1).await[0]));
            }
            world.delivery.wake();
            until("it is being sent", || receiver.count() == sent).await;
            drop(world);
            clock.advance(LEASE + Duration::from_secs(1));
        }
        let (webhook, id) = made.expect("made");
        let last = World::with(&store.store, clock, "", "").await;
        last.webhooks.refresh().await.expect("read");
        last.delivery.wake();
        let ended = last.ended(webhook, id).await;
        assert_eq!(
            (ended.state, ended.reason.as_deref(), ended.attempts),
            (State::Unknown, Some("interrupted"), 4)
        );
        assert_eq!(last.states(webhook, id).await, [State::Unknown; 4]);
        assert_eq!(receiver.count(), 4);
    });
}

#[test]
fn an_instance_that_is_stopped_gives_back_what_it_has_not_ended() {
    each_durable("delivery_close", async |store| {
        let clock = Clock::manual();
        let first = World::with(&store.store, clock.clone(), "", "").await;
        let receiver = Receiver::start(|_, count| match count {
            0 => Answer::new(200).after(PATIENCE),
            1 => Answer::new(200).after(Duration::from_millis(200)),
            _ => Answer::new(200),
        })
        .await;
        let webhook = first.webhook(&receiver.url("/"), json!({})).await;
        let stuck = first.tell(webhook, 1).await[0];
        until("it is being sent", || receiver.count() == 1).await;
        let ends = first.tell(webhook, 1).await[0];
        until("both are", || receiver.count() == 2).await;
        first.delivery.close(Duration::from_millis(1800)).await;
        assert_eq!(first.invocation(webhook, ends).await.state, State::Success);
        let given_back = first.tell(webhook, 1).await[0];
        a_moment().await;
        assert_eq!(receiver.count(), 2, "nothing more is taken");
        drop(first);
        let second = World::with(&store.store, clock, "", "").await;
        second.webhooks.refresh().await.expect("read");
        second.delivery.wake();
        for id in [stuck, given_back] {
            assert_eq!(second.ended(webhook, id).await.state, State::Success, "without waiting for a lease");
        }
        assert_eq!(second.states(webhook, stuck).await, [State::Unknown, State::Success]);
    });
}

#[test]
fn two_instances_share_the_work_and_send_nothing_twice() {
    each_durable("delivery_shared", async |store| {
        let clock = Clock::system();
        let settings = "max_concurrent_per_webhook = 8\nretry_delays = [\"10ms\", \"20ms\", \"40ms\"]";
        let first = World::with(&store.store, clock.clone(), settings, "").await;
        let second = World::with(&store.again(), clock, settings, "").await;
        let receiver = Receiver::start(|_, count| match count % 10 {
            0 => Answer::new(409),
            _ => Answer::new(200).after(Duration::from_millis(2)),
        })
        .await;
        let webhook = first.webhook(&receiver.url("/"), json!({})).await;
        second.webhooks.refresh().await.expect("read");
        for _ in 0..10 {
            first.tell(webhook, 25).await;
            second.tell(webhook, 25).await;
        }
        let all = first.all_ended(webhook).await;
        assert_eq!(all.len(), 500);
        assert!(all.iter().all(|found| found.state == State::Success));
        let mut sent: HashMap<String, u32> = HashMap::new();
        for got in receiver.got() {
            *sent.entry(got.invocation().to_owned()).or_default() += 1;
        }
        for found in all {
            assert_eq!(sent[&found.id.to_string()], found.attempts, "{found:?}");
        }
    });
}

#[test]
fn an_instance_that_does_not_send_leaves_that_to_others() {
    each_durable("delivery_left", async |store| {
        let clock = Clock::manual();
        let first = World::with(&store.store, clock.clone(), "send = false", "").await;
        let receiver = Receiver::start(|_, _| Answer::new(200)).await;
        let webhook = first.webhook(&receiver.url("/"), json!({})).await;
        let ids = first.tell(webhook, 40).await;
        first.advance(LEASE * 2);
        a_moment().await;
        assert_eq!(receiver.count(), 0);
        let second = World::with(&store.again(), clock, "", "").await;
        second.webhooks.refresh().await.expect("read");
        second.delivery.wake();
        let all = first.all_ended(webhook).await;
        assert_eq!((all.len(), receiver.count()), (ids.len(), ids.len()));
        assert!(all.iter().all(|found| found.state == State::Success && found.attempts == 1));
        first.delivery.close(Duration::from_secs(2)).await;
    });
}
