//! More than may be begun within a minute.

use super::*;

#[test]
fn the_sixty_first_in_a_minute_is_throttled_and_sent_later_under_its_id() {
    each("delivery_throttle", async |store| {
        let world = World::of(store, "invocations_per_minute = 60").await;
        let receiver = Receiver::start(|_, _| Answer::new(200)).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let ids = world.tell(webhook, 62).await;
        until("sixty are sent", || receiver.count() == 60).await;
        let mut throttled = Vec::new();
        for id in &ids {
            let found = world.until(webhook, *id, |found| found.state != State::Accepted).await;
            if found.state == State::Throttled {
                assert_eq!((found.status_code, found.attempts), (None, 0));
                throttled.push(*id);
            }
        }
        assert_eq!(throttled.len(), 2);
        let attempt = world.attempts(webhook, throttled[0]).await.remove(0);
        assert_eq!(attempt.state, State::Throttled);
        assert!(attempt.request.is_none() && attempt.response.is_none());
        world.advance(Duration::from_secs(59));
        a_moment().await;
        assert_eq!(receiver.count(), 60);
        world.advance(Duration::from_secs(2));
        for id in &throttled {
            let ended = world.ended(webhook, *id).await;
            assert_eq!((ended.state, ended.attempts), (State::Success, 1));
            assert_eq!(world.states(webhook, *id).await, [State::Throttled, State::Success]);
        }
        assert_eq!(receiver.count(), 62);
    });
}

#[test]
fn what_is_tried_again_is_not_throttled() {
    each("delivery_throttle_retry", async |store| {
        let world = World::of(store, "invocations_per_minute = 1").await;
        let receiver = Receiver::start(|_, count| Answer::new(if count == 0 { 409 } else { 200 })).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let id = world.tell(webhook, 1).await[0];
        world.until(webhook, id, |found| found.status_code == Some(409)).await;
        world.advance(Duration::from_secs(2));
        assert_eq!(world.ended(webhook, id).await.state, State::Success);
        assert_eq!(world.states(webhook, id).await, [State::ClientError, State::Success]);
    });
}
