//! What is counted of deliveries: days, rules, and what failed since a time.

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn deliveries_are_counted_by_day_and_by_the_rule_that_caused_them() {
    each("delivery_days", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(200)).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let other = world.webhook(&receiver.url("/other"), json!({})).await;
        let by = |source: Source| Job { source, ..world.job(webhook, event("{}")) };
        world.add(vec![by(Source::Trigger("4".to_owned())), by(Source::Automation("9".to_owned()))]).await;
        world.all_ended(webhook).await;
        world.advance(49 * HOUR);
        let last = by(Source::Trigger("4".to_owned()));
        let at = last.id.micros();
        world.add(vec![last]).await;
        world.tell(webhook, 1).await;
        world.tell(other, 5).await;
        world.all_ended(webhook).await;
        world.all_ended(other).await;
        assert_eq!(world.delivery.days(&webhook).await.expect("counted"), [0, 0, 0, 0, 2, 0, 2]);
        // What somebody makes again, no rule did.
        let again = world.all(webhook, &InvocationFilter::default()).await.pop().expect("some");
        world.delivery.replay(&[again.id]).await.expect("made");
        world.all_ended(webhook).await;
        let firings = world.delivery.firings(&[webhook, other]).await.expect("counted");
        assert!(!firings.more && firings.of.len() == 2, "{firings:?}");
        assert_eq!((firings.of["4"], firings.of["9"].1), ((at, 2), 1));
        world.advance(125 * HOUR);
        assert_eq!(world.delivery.days(&webhook).await.expect("counted"), [0, 3, 0, 0, 0, 0, 0]);
        assert_eq!(world.delivery.firings(&[webhook]).await.expect("counted").of["4"].1, 1);
        assert!(world.delivery.firings(&[]).await.expect("counted").of.is_empty());
    });
}

#[test]
fn what_failed_since_a_time_is_found_unless_it_was_made_again() {
    each("delivery_failed_since", async |store| {
        let world = World::of(store, "").await;
        let receiver =
            Receiver::start(|got, _| Answer::new(if got.path == "/good" { 200 } else { 500 })).await;
        let webhook = world.webhook(&receiver.url("/bad"), json!({})).await;
        world.tell(webhook, 1).await;
        world.all_ended(webhook).await;
        world.advance(HOUR);
        let since = world.clock.unix_micros();
        let ids = world.tell(webhook, 3).await;
        world.all_ended(webhook).await;
        let failed = async || {
            let (mut failed, more) = world.delivery.failed_since(&webhook, since).await.expect("found");
            failed.sort_unstable();
            assert!(!more);
            failed
        };
        assert_eq!(failed().await, ids);
        // One that fails again is there as what it was made as; one that arrives is not there.
        let again = world.delivery.replay(&ids[..1]).await.expect("made").remove(0).1.expect("made");
        world.all_ended(webhook).await;
        assert_eq!(failed().await, [ids[1], ids[2], again]);
        world.change(webhook, json!({ "endpoint": receiver.url("/good") })).await;
        world.delivery.replay(&[ids[1]]).await.expect("made");
        world.all_ended(webhook).await;
        assert_eq!(failed().await, [ids[2], again]);
        world.advance(HOUR);
        let now = world.clock.unix_micros();
        assert!(world.delivery.failed_since(&webhook, now).await.expect("found").0.is_empty());
    });
}
