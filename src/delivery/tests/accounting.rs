//! A receiver that fails at random, and an account of everything that it was sent.
//!
//! `DELIVERIES` says how many it is sent, 1,000 unless it says otherwise.

use std::collections::HashMap;

use super::*;
use crate::store::testing::each_durable;

#[test]
fn whatever_the_receiver_does_each_delivery_can_be_accounted_for() {
    let most = std::env::var("DELIVERIES").ok().and_then(|most| most.parse().ok()).unwrap_or(1000);
    each_durable("delivery_account", async |store| {
        let settings = "timeout = \"500ms\"\nretry_delays = [\"10ms\", \"20ms\", \"30ms\"]";
        let world = World::with(&store.store, Clock::system(), settings, "").await;
        let chance = Chance::seeded(11);
        let receiver = Receiver::start(move |_, _| match chance.bits() % 100 {
            0..3 => Answer::new(409),
            3..6 => Answer::new(503).header("Retry-After", "0"),
            6..8 => Answer::new(500),
            8..10 => Answer::new(404),
            10 => Answer::new(200).after(Duration::from_millis(600)),
            _ => Answer::new(200),
        })
        .await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let mut told = Vec::new();
        while told.len() < most {
            told.extend(world.tell(webhook, 100).await);
        }
        let all = world.all_ended(webhook).await;
        let mut ids: Vec<_> = all.iter().map(|found| found.id).collect();
        ids.sort_unstable();
        told.sort_unstable();
        assert!(ids == told, "each one has ended, and no other");
        let mut came: HashMap<String, u32> = HashMap::new();
        for got in receiver.got() {
            *came.entry(got.invocation().to_owned()).or_default() += 1;
        }
        let mut by_state: HashMap<&str, usize> = HashMap::new();
        for found in &all {
            let times = came.get(&found.id.to_string()).copied().unwrap_or_default();
            assert_eq!(times, found.attempts, "{found:?}");
            assert!(times <= 4, "{found:?}");
            let broken = found.state == State::CircuitBroken;
            assert!(
                (found.state == State::Success) == matches!(found.status_code, Some(200)) || broken,
                "{found:?}"
            );
            *by_state.entry(found.state.as_str()).or_default() += 1;
        }
        assert!(by_state["success"] * 10 > all.len() * 8, "{by_state:?}");
        world.delivery.tidy().await;
        let filter = crate::activity::query::Filter {
            kinds: vec![crate::activity::status::Kind::Delivery],
            ..Default::default()
        };
        let (logged, _) = crate::activity::query::count(&world.store, &filter).await.expect("counted");
        assert_eq!(usize::try_from(logged).expect("a count"), all.len().min(10_000));
    });
}
