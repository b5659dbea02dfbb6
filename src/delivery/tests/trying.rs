//! The test of a webhook.

use super::*;
use crate::activity::query;
use crate::delivery::trial::TestRequest;
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
        let tested = world.delivery.test(request).await.expect("sent");
        let answer = tested.outcome.expect("answered");
        assert_eq!((answer.status_code, &*answer.payload), (409, "busy"));
        assert!(answer.headers.contains(&("x-a".to_owned(), "b".to_owned())));
        let got = receiver.got().remove(0);
        assert_eq!(got.invocation(), tested.id.to_string());
        assert_eq!((&*tested.request.method, &*tested.request.payload), ("POST", "{}"));
        assert!(tested.request.url.ends_with("/try"), "{}", tested.request.url);
        let (timestamp, signature) =
            (got.header("x-zendesk-webhook-signature-timestamp"), got.header("x-zendesk-webhook-signature"));
        assert!(verify([TEST_SECRET], timestamp, b"{}", signature));
        let shown = |name: &str| tested.request.headers.iter().find(|(known, _)| known == name);
        assert_eq!(shown("x-zendesk-webhook-signature").expect("shown").1, signature);
        world.advance(Duration::from_secs(60));
        a_moment().await;
        assert_eq!(receiver.count(), 1, "it is not tried again");
        world.activity.flush().await;
        let kept = query::one(&world.store, tested.id).await.expect("read").expect("it is there").found;
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
            let answer = world.delivery.test(request).await.expect("sent").outcome.expect("answered");
            assert_eq!(answer.status_code, 500);
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
        let answer = world.delivery.test(request).await.expect("sent").outcome.expect("answered");
        assert_eq!((answer.status_code, answer.headers.len()), (504, 0));
        let request = TestRequest { webhook: unsaved("https://10.0.0.1/"), content: event("{}") };
        let outcome = world.delivery.test(request).await.expect("composed").outcome;
        assert_eq!(outcome.expect_err("refused").code(), "destination_refused");
        let request =
            TestRequest { webhook: unsaved(&receiver.url("/")), content: event(&"x".repeat(262_144)) };
        let refused = world.delivery.test(request).await.expect_err("refused");
        assert!(matches!(&refused, TestRefused::Unfit(unfit) if unfit.code() == "too_large"), "{refused}");
    });
}
