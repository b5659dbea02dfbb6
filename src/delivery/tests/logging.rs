//! What is kept and shown of deliveries, and for how long.

use super::*;
use crate::activity::query::{self, Filter};
use crate::activity::status::{Kind, Status};
use crate::activity::view;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn an_ended_delivery_is_in_the_activity_log_once_with_all_attempts() {
    each("delivery_logged", async |store| {
        let world = World::of(store, "").await;
        let receiver =
            Receiver::start(|_, count| Answer::new(if count == 0 { 409 } else { 200 }).body("so")).await;
        let webhook = world.webhook(&receiver.url("/in"), json!({})).await;
        let id = world.tell(webhook, 1).await[0];
        world.until(webhook, id, |found| found.status_code == Some(409)).await;
        world.activity.flush().await;
        assert!(query::one(&world.store, id).await.expect("read").is_none(), "it has not ended");
        world.advance(2 * SECOND);
        world.ended(webhook, id).await;
        world.delivery.tidy().await;
        world.delivery.tidy().await;
        let filter = Filter { kinds: vec![Kind::Delivery], ..Filter::default() };
        let (count, _) = query::count(&world.store, &filter).await.expect("counted");
        assert_eq!(count, 1);
        let kept = query::one(&world.store, id).await.expect("read").expect("it is there");
        let messages = view::messages(&kept.messages);
        let attempts: Vec<_> = messages.attempts.iter().map(|attempt| attempt.status_code).collect();
        assert_eq!(attempts, [Some(409), Some(200)]);
        assert_eq!(messages.requests.len(), 2);
        assert_eq!(messages.requests[1].body.as_ref().expect("kept").text, "{\n  \"n\": 0\n}\n");
        assert_eq!(
            messages.attempts[1].response.as_ref().expect("kept").body.as_ref().expect("kept").text,
            "so"
        );
        let found = kept.found;
        assert_eq!((&*found.status, &*found.webhook, &*found.tag), ("success", "neighbour", "order"));
        assert_eq!((&*found.session, &*found.environment), ("s-1", "draft"));
    });
}

#[test]
fn what_was_not_sent_is_in_the_activity_log_with_its_reason() {
    each("delivery_logged_reason", async |store| {
        let world = World::of(store, "").await;
        let webhook = world.webhook("https://example.com/in", json!({ "status": "inactive" })).await;
        let id = world.tell(webhook, 1).await[0];
        world.ended(webhook, id).await;
        world.delivery.tidy().await;
        let kept = query::one(&world.store, id).await.expect("read").expect("it is there").found;
        assert_eq!((&*kept.status, &*kept.error_type), (Status::Cancelled.as_str(), "webhook_inactive"));
    });
}

#[test]
fn invocations_are_found_by_state_and_by_time() {
    each("delivery_filters", async |store| {
        let world = World::of(store, "invocations_per_minute = 2").await;
        let receiver = Receiver::start(|got, _| match &*got.path {
            "/500" => Answer::new(500),
            "/403" => Answer::new(403),
            _ => Answer::new(200),
        })
        .await;
        let webhook = world.webhook(&receiver.url("/200"), json!({})).await;
        let start = world.clock.unix_micros();
        let mut ids = Vec::new();
        for path in ["/200", "/500", "/403"] {
            world.change(webhook, json!({ "endpoint": receiver.url(path) })).await;
            let id = world.tell(webhook, 1).await[0];
            world.until(webhook, id, |found| found.state != State::Accepted).await;
            ids.push(id);
            world.clock.advance(30 * SECOND);
        }
        let found = async |states: &[State], from: Option<i64>, to: Option<i64>| -> Vec<InvocationId> {
            let filter = InvocationFilter { states: states.to_vec(), from, to };
            world.all(webhook, &filter).await.iter().map(|found| found.id).collect()
        };
        let newest_first = [ids[2], ids[1], ids[0]];
        assert_eq!(found(&[], None, None).await, newest_first);
        assert_eq!(found(&[State::Success], None, None).await, [ids[0]]);
        assert_eq!(found(&[State::ServerError], None, None).await, [ids[1]]);
        assert_eq!(found(&[State::Throttled], None, None).await, Vec::<InvocationId>::new());
        assert_eq!(found(&[State::Terminated, State::Success], None, None).await, [ids[2], ids[0]]);
        for state in [State::Failed, State::Timeout, State::CircuitBroken, State::ClientError, State::Unknown]
        {
            assert_eq!(found(&[state], None, None).await, Vec::<InvocationId>::new(), "{state:?}");
        }
        // A window of a second around the second one.
        let moment = start + 30_000_000;
        assert_eq!(found(&[], Some(moment), Some(moment + 1_000_000)).await, [ids[1]]);
        assert_eq!(found(&[], Some(moment + 1), Some(moment + 1_000_000)).await, Vec::<InvocationId>::new());
        assert_eq!(found(&[], None, Some(moment)).await, [ids[0]]);
        assert_eq!(world.delivery.counts().await.expect("counted")[&webhook], 3);
    });
}

#[test]
fn pages_lead_from_one_to_the_next_and_back() {
    each("delivery_pages", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(200)).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let mut ids = Vec::new();
        for _ in 0..7 {
            let id = world.tell(webhook, 1).await[0];
            world.ended(webhook, id).await;
            ids.insert(0, id);
            world.clock.advance(SECOND);
        }
        let page = async |after, before, oldest_first| {
            let wanted = Wanted { size: 3, after, before, oldest_first };
            let page = world.delivery.invocations(&webhook, &InvocationFilter::default(), &wanted).await;
            let page = page.expect("read");
            let found: Vec<InvocationId> = page.invocations.iter().map(|found| found.id).collect();
            (found, page.after, page.before)
        };
        assert_eq!(page(None, None, false).await, (ids[..3].to_vec(), Some(ids[2]), None));
        assert_eq!(page(Some(ids[2]), None, false).await, (ids[3..6].to_vec(), Some(ids[5]), Some(ids[3])));
        assert_eq!(page(Some(ids[5]), None, false).await, (ids[6..].to_vec(), None, Some(ids[6])));
        assert_eq!(page(None, Some(ids[6]), false).await, (ids[3..6].to_vec(), Some(ids[5]), Some(ids[3])));
        assert_eq!(page(None, Some(ids[3]), false).await, (ids[..3].to_vec(), Some(ids[2]), None));
        ids.reverse();
        assert_eq!(page(None, None, true).await, (ids[..3].to_vec(), Some(ids[2]), None));
    });
}

#[test]
fn what_is_older_than_the_retention_is_gone_and_what_waits_is_not() {
    each("delivery_retention", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, count| Answer::new(if count == 0 { 200 } else { 409 })).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let old = world.tell(webhook, 1).await[0];
        world.ended(webhook, old).await;
        world.delivery.tidy().await;
        let waits = world.tell(webhook, 1).await[0];
        world.until(webhook, waits, |found| found.status_code == Some(409)).await;
        world.clock.advance(7 * 24 * 3600 * SECOND - SECOND);
        world.delivery.tidy().await;
        let all = async || -> Vec<InvocationId> {
            world.all(webhook, &InvocationFilter::default()).await.iter().map(|found| found.id).collect()
        };
        assert!(all().await.contains(&old));
        world.clock.advance(2 * SECOND);
        world.delivery.tidy().await;
        assert_eq!(all().await, [waits]);
        let gone = world.delivery.replay(&[old]).await.expect("read").remove(0).1;
        assert_eq!(gone, Err(NotReplayable::DeliveryGone));
        assert!(world.delivery.attempts(&webhook, old).await.expect("read").is_none());
    });
}

#[test]
fn a_session_is_erased_with_what_was_told_of_it() {
    each("delivery_erased", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(200)).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let id = world.tell(webhook, 1).await[0];
        world.ended(webhook, id).await;
        let mut other = world.job(webhook, event("{}\n"));
        other.place.session = "s-2".to_owned();
        let kept = other.id;
        world.add(vec![other]).await;
        world.ended(webhook, kept).await;
        let mut transaction = world.store.begin(Synced::Full).await.expect("begun");
        let name = "projects/p/locations/l/agents/a/sessions/s-1";
        assert_eq!(world.delivery.erase(&mut transaction, name).await.expect("erased"), 1);
        transaction.commit().await.expect("committed");
        let left = world.all(webhook, &InvocationFilter::default()).await;
        assert_eq!(left.iter().map(|found| found.id).collect::<Vec<_>>(), [kept]);
    });
}

#[test]
fn deliveries_are_counted() {
    each("delivery_metrics", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(200)).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        world.tell(webhook, 3).await;
        world.all_ended(webhook).await;
        until("they are counted", || {
            world
                .metrics
                .text(0)
                .contains("rejoinder_deliveries_total{webhook=\"neighbour\",state=\"success\"} 3")
        })
        .await;
        let text = world.metrics.text(0);
        assert!(
            text.contains("rejoinder_delivery_attempts_total{webhook=\"neighbour\",outcome=\"2xx\"} 3"),
            "{text}"
        );
        assert!(
            text.contains("rejoinder_delivery_breaker_state{webhook=\"neighbour\",state=\"closed\"} 1"),
            "{text}"
        );
    });
}
