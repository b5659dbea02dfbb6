//! Webhooks do not slow each other.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

#[test]
fn a_dead_endpoint_does_not_delay_another() {
    each("delivery_isolation", async |store| {
        let world = World::of(store, "timeout = \"5s\"\nmax_concurrent = 20").await;
        let dead = Receiver::start(|_, _| Answer::new(200).after(PATIENCE)).await;
        let healthy = Receiver::start(|_, _| Answer::new(200)).await;
        let (slow, quick) = (
            world.webhook(&dead.url("/"), json!({})).await,
            world.webhook(&healthy.url("/"), json!({})).await,
        );
        world.tell(slow, 500).await;
        until("its places are taken", || dead.count() == 16).await;
        let begun = std::time::Instant::now();
        world.tell(quick, 100).await;
        world.all_ended(quick).await;
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        assert_eq!((healthy.count(), dead.count()), (100, 16), "no webhook has more than its places");
        world.delivery.close(Duration::ZERO).await;
    });
}

#[test]
fn no_more_are_under_way_than_may_be() {
    each("delivery_bounds", async |store| {
        let world = World::of(store, "max_concurrent = 6\nmax_concurrent_per_webhook = 4").await;
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counting, highest) = (Arc::clone(&now), Arc::clone(&most));
        // Counted from the request's coming to the next one on any connection after its answer's pause.
        let receiver = Receiver::start(move |_, _| {
            let running = counting.fetch_add(1, Ordering::SeqCst) + 1;
            highest.fetch_max(running, Ordering::SeqCst);
            let counting = Arc::clone(&counting);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(18)).await;
                counting.fetch_sub(1, Ordering::SeqCst);
            });
            Answer::new(200).after(Duration::from_millis(20))
        })
        .await;
        let mut webhooks = Vec::new();
        for path in ["/a", "/b", "/c"] {
            let webhook = world.webhook(&receiver.url(path), json!({})).await;
            world.tell(webhook, 20).await;
            webhooks.push(webhook);
        }
        for webhook in webhooks {
            world.all_ended(webhook).await;
        }
        assert_eq!(receiver.count(), 60);
        assert!((4..=6).contains(&most.load(Ordering::SeqCst)), "{most:?}");
    });
}

#[test]
fn every_webhook_gets_its_turn_whatever_waits_for_others() {
    each("delivery_fairness", async |store| {
        let world = World::of(store, "max_concurrent = 2").await;
        let receiver = Receiver::start(|_, _| Answer::new(200)).await;
        let busy = world.webhook(&receiver.url("/busy"), json!({})).await;
        let other = world.webhook(&receiver.url("/other"), json!({})).await;
        world.tell(busy, 400).await;
        let id = world.tell(other, 1).await[0];
        world.ended(other, id).await;
        let filter = InvocationFilter { states: vec![State::Accepted], ..InvocationFilter::default() };
        assert!(world.all(busy, &filter).await.len() > 50, "it did not wait for all of the other's");
        world.all_ended(busy).await;
    });
}
