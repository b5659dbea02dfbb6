//! The test of a webhook.

use super::*;
use crate::activity::query;
use crate::zendesk::signature::{TEST_SECRET, verify};

fn unsaved(endpoint: &str) -> Webhook {
    let mut webhook = Webhook::of(endpoint);
    webhook.signing_secret = TEST_SECRET.to_owned().into();
    webhook
}

#[test]
fn it_is_one_attempt_whose_answer_is_given_back_and_kept_as_a_test() {
    each("delivery_test", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(409).header("x-a", "b").body("busy")).await;
        let request = TestRequest { webhook: unsaved(&receiver.url("/try")), content: event("{}") };
        let answer = world.delivery.test(request).await.expect("answered");
        assert_eq!((answer.status_code, &*answer.payload), (409, "busy"));
        assert!(answer.headers.contains(&("x-a".to_owned(), "b".to_owned())));
        let got = receiver.got().remove(0);
        assert_eq!(got.invocation(), answer.id.to_string());
        let (timestamp, signature) =
            (got.header("x-zendesk-webhook-signature-timestamp"), got.header("x-zendesk-webhook-signature"));
        assert!(verify([TEST_SECRET], timestamp, b"{}", signature));
        world.advance(Duration::from_secs(60));
        a_moment().await;
        assert_eq!(receiver.count(), 1, "it is not tried again");
        world.activity.flush().await;
        let kept = query::one(&world.store, answer.id).await.expect("read").expect("it is there").found;
        assert_eq!((kept.kind, kept.status_code), (Some(crate::activity::status::Kind::Test), Some(409)));
    });
}

#[test]
fn a_hundred_failed_tests_open_no_breaker() {
    each("delivery_tests_broken", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|got, _| Answer::new(if got.body == b"{}" { 500 } else { 200 })).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let saved = world.webhooks.get(webhook.as_str()).await.expect("there");
        for _ in 0..110 {
            let request = TestRequest { webhook: (*saved).clone(), content: event("{}") };
            assert_eq!(world.delivery.test(request).await.expect("answered").status_code, 500);
        }
        let id = world.tell(webhook, 1).await[0];
        assert_eq!(world.ended(webhook, id).await.state, State::Success);
    });
}

#[test]
fn a_late_answer_is_a_504_and_what_is_not_reached_is_told() {
    each("delivery_test_fails", async |store| {
        let world = World::of(store, "timeout = \"200ms\"").await;
        let receiver = Receiver::start(|_, _| Answer::new(200).after(PATIENCE)).await;
        let request = TestRequest { webhook: unsaved(&receiver.url("/")), content: event("{}") };
        let answer = world.delivery.test(request).await.expect("answered");
        assert_eq!((answer.status_code, answer.headers.len()), (504, 0));
        let request = TestRequest { webhook: unsaved("https://10.0.0.1/"), content: event("{}") };
        assert_eq!(world.delivery.test(request).await.expect_err("refused").code(), "destination_refused");
        let request =
            TestRequest { webhook: unsaved(&receiver.url("/")), content: event(&"x".repeat(262_144)) };
        assert_eq!(world.delivery.test(request).await.expect_err("refused").code(), "too_large");
    });
}
