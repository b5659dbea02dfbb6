//! Webhooks that change while something waits for them, or is on its way.

use super::*;

/// A webhook with one delivery on the wire, answered a moment later, and one that waits for its second
/// attempt.
async fn in_flight(world: &World, receiver: &Receiver) -> (WebhookId, InvocationId, InvocationId) {
    let webhook = world.webhook(&receiver.url("/old"), json!({})).await;
    let waits = world.tell(webhook, 1).await[0];
    world.until(webhook, waits, |found| found.status_code == Some(409)).await;
    let count = receiver.count();
    let on_wire = world.tell(webhook, 1).await[0];
    until("it is on the wire", || receiver.count() == count + 1).await;
    (webhook, on_wire, waits)
}

async fn slow_after_the_first() -> Receiver {
    Receiver::start(|_, count| match count {
        0 => Answer::new(409),
        _ => Answer::new(200).after(Duration::from_millis(150)),
    })
    .await
}

#[test]
fn deactivated_it_gets_nothing_more_and_what_is_on_the_wire_ends() {
    each("delivery_inactive", async |store| {
        let world = World::of(store, "").await;
        let receiver = slow_after_the_first().await;
        let (webhook, on_wire, waits) = in_flight(&world, &receiver).await;
        world.change(webhook, json!({ "status": "inactive" })).await;
        let never = world.tell(webhook, 1).await[0];
        world.advance(Duration::from_secs(2));
        assert_eq!(world.ended(webhook, on_wire).await.state, State::Success);
        for (id, attempts) in [(waits, 1), (never, 0)] {
            let ended = world.ended(webhook, id).await;
            assert_eq!(
                (ended.state, ended.reason.as_deref(), ended.attempts),
                (State::Terminated, Some("webhook_inactive"), attempts)
            );
        }
        assert_eq!(receiver.count(), 2);
        let refused = world.delivery.replay(&[never]).await.expect("read").remove(0).1;
        assert_eq!(refused, Err(NotReplayable::WebhookInactive));
        world.change(webhook, json!({ "status": "active" })).await;
        let again = world.delivery.replay(&[never]).await.expect("read").remove(0).1.expect("made");
        assert_eq!(world.ended(webhook, again).await.state, State::Success);
    });
}

#[test]
fn edited_its_next_attempts_go_where_it_leads_now() {
    each("delivery_edited", async |store| {
        let world = World::of(store, "").await;
        let receiver = slow_after_the_first().await;
        let (webhook, on_wire, waits) = in_flight(&world, &receiver).await;
        world.change(webhook, json!({ "endpoint": receiver.url("/new") })).await;
        world.advance(Duration::from_secs(2));
        assert_eq!(world.ended(webhook, on_wire).await.state, State::Success);
        assert_eq!(world.ended(webhook, waits).await.state, State::Success);
        let got = receiver.got();
        let to = |id: InvocationId| -> Vec<&str> {
            let sent = got.iter().filter(|got| got.invocation() == id.to_string());
            sent.map(|got| &*got.path).collect()
        };
        assert_eq!((to(on_wire), to(waits)), (vec!["/old"], vec!["/old", "/new"]));
    });
}

#[test]
fn content_that_no_longer_fits_is_not_sent() {
    each("delivery_unfit", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(409)).await;
        let rules = json!({ "subscriptions": ["conditional_ticket_events"] });
        let webhook = world.webhook(&receiver.url("/"), rules).await;
        let id = world.tell(webhook, 1).await[0];
        world.until(webhook, id, |found| found.status_code == Some(409)).await;
        world.change(webhook, json!({ "http_method": "GET" })).await;
        world.advance(Duration::from_secs(2));
        let ended = world.ended(webhook, id).await;
        assert_eq!((ended.state, ended.reason.as_deref()), (State::Terminated, Some("content_unfit")));
        let error = world.attempts(webhook, id).await.pop().expect("noted").error.expect("told");
        assert_eq!(error, "it was made as a body, and the webhook has GET with json by now");
        assert_eq!(receiver.count(), 1);
    });
}

#[test]
fn deleted_what_waits_ends_with_it_and_what_is_on_the_wire_ends() {
    each("delivery_deleted", async |store| {
        let world = World::of(store, "").await;
        let receiver = slow_after_the_first().await;
        let (webhook, on_wire, waits) = in_flight(&world, &receiver).await;
        world.webhooks.delete(webhook.as_str(), &world.delivery, &World::edit()).await.expect("deleted");
        let ended = world.ended(webhook, waits).await;
        assert_eq!((ended.state, ended.reason.as_deref()), (State::Terminated, Some("webhook_deleted")));
        assert_eq!(world.ended(webhook, on_wire).await.state, State::Success);
        // What was added in the last moment is not there for ever.
        let late = world.tell(webhook, 1).await[0];
        let ended = world.ended(webhook, late).await;
        assert_eq!((ended.reason.as_deref(), ended.attempts), (Some("webhook_deleted"), 0));
        assert_eq!(receiver.count(), 2);
        let refused = world.delivery.replay(&[late]).await.expect("read").remove(0).1;
        assert_eq!(refused, Err(NotReplayable::WebhookDeleted));
    });
}
