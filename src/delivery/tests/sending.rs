//! What a receiver gets, and what is kept of it.

use super::*;
use crate::zendesk::signature::verify;

#[test]
fn an_event_arrives_byte_for_byte_and_signed() {
    each("delivery_arrives", async |store| {
        let world = World::of(store, "account_id = 42").await;
        let receiver = Receiver::start(|_, _| Answer::new(200).body("thanks")).await;
        let webhook = world.webhook(&receiver.url("/in?a=b"), json!({})).await;
        let text = "{\n  \"text\": \"café\"\n}\n";
        let job = world.job(webhook, event(text));
        let id = job.id;
        world.add(vec![job]).await;
        let ended = world.ended(webhook, id).await;
        assert_eq!((ended.state, ended.status_code, ended.attempts), (State::Success, Some(200), 1));
        let got = receiver.got().remove(0);
        assert_eq!((&*got.method, &*got.path, &*got.body), ("POST", "/in?a=b", text.as_bytes()));
        for (name, value) in [
            ("content-type", "application/json; charset=utf-8"),
            ("user-agent", concat!("Rejoinder/", env!("CARGO_PKG_VERSION"))),
            ("x-zendesk-account-id", "42"),
            ("x-zendesk-webhook-id", webhook.as_str()),
            ("x-zendesk-webhook-invocation-id", &id.to_string()),
        ] {
            assert_eq!(got.header(name), value, "{name}");
        }
        let secret = world.webhooks.get(webhook.as_str()).await.expect("there").signing_secret.clone();
        let (timestamp, signature) =
            (got.header("x-zendesk-webhook-signature-timestamp"), got.header("x-zendesk-webhook-signature"));
        assert!(verify([&*secret.expose()], timestamp, text.as_bytes(), signature));
        let attempt = world.attempts(webhook, id).await.remove(0);
        let (request, response) = (attempt.request.expect("sent"), attempt.response.expect("answered"));
        assert_eq!((&*request.payload, request.truncated), (text, false));
        assert!(request.headers.contains(&("x-zendesk-webhook-signature".to_owned(), signature.to_owned())));
        assert_eq!((&*response.payload, response.truncated), ("thanks", false));
    });
}

#[test]
fn credentials_are_sent_and_kept_nowhere() {
    each("delivery_credentials", async |store| {
        let world = World::with(&store.store, Clock::manual(), "", "dangerous_allow_http = true").await;
        // One that tells what it was told.
        let receiver = Receiver::start(|got, _| {
            let told = got.header("authorization").to_owned();
            Answer::new(200).header("x-echo", &told).body(told)
        })
        .await;
        let webhook = world
            .webhook(
                &receiver.url("/"),
                json!({ "authentication": { "type": "basic_auth", "add_position": "header",
                    "data": { "username": "ada", "password": "pa55word-of-ada" } } }),
            )
            .await;
        let id = world.tell(webhook, 1).await[0];
        assert_eq!(world.ended(webhook, id).await.state, State::Success);
        let sent = receiver.got().remove(0).header("authorization").to_owned();
        assert_eq!(sent, "Basic YWRhOnBhNTV3b3JkLW9mLWFkYQ==");
        let shown = format!("{:?}", world.attempts(webhook, id).await);
        assert!(!shown.contains("YWRhOnBhNTV3b3JkLW9mLWFkYQ") && shown.contains("***"), "{shown}");
        assert!(!format!("{:?}", world.delivery).contains("pa55word"));
    });
}

#[test]
fn a_form_is_sent_as_one_and_parameters_of_a_get_in_its_address() {
    each("delivery_parameters", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(204)).await;
        let rules =
            json!({ "subscriptions": ["conditional_ticket_events"], "request_format": "form_encoded" });
        let form = world.webhook(&receiver.url("/form"), rules).await;
        let rules = json!({ "subscriptions": ["conditional_ticket_events"], "http_method": "GET" });
        let get = world.webhook(&receiver.url("/get"), rules).await;
        let pairs = [("id", "7"), ("mail", "a@b.example"), ("id", "8")];
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        for webhook in [form, get] {
            let job = world.job(webhook, Content::Parameters(pairs.clone()));
            let id = job.id;
            world.add(vec![job]).await;
            assert_eq!(world.ended(webhook, id).await.state, State::Success);
        }
        let got = receiver.got();
        assert_eq!((&*got[0].path, &*got[0].body), ("/form", &b"id=7&mail=a%40b.example&id=8"[..]));
        assert_eq!((&*got[1].method, &*got[1].path), ("GET", "/get?id=7&mail=a%40b.example&id=8"));
        assert!(got[1].body.is_empty() && got[1].header("content-type").is_empty());
    });
}

#[test]
fn what_is_too_large_is_recorded_with_its_reason_and_one_byte_less_is_sent() {
    each("delivery_large", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(200)).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let large = world.job(webhook, event(&"x".repeat(262_144)));
        let fits = world.job(webhook, event(&"x".repeat(262_143)));
        let (too_large, sent) = (large.id, fits.id);
        world.add(vec![large, fits]).await;
        assert_eq!(world.ended(webhook, sent).await.state, State::Success);
        assert_eq!(receiver.got()[0].body.len(), 262_143);
        let ended = world.ended(webhook, too_large).await;
        assert_eq!(
            (ended.state, ended.reason.as_deref(), ended.status_code, ended.attempts),
            (State::Terminated, Some("too_large"), None, 0)
        );
        // It can be asked for again, and is as large as it was.
        let again = world.delivery.replay(&[too_large]).await.expect("read").remove(0).1.expect("made");
        let again = world.ended(webhook, again).await;
        assert_eq!((again.reason.as_deref(), again.origin), (Some("too_large"), Some(too_large)));
        assert_eq!(receiver.count(), 1);
    });
}

#[test]
fn an_answer_of_any_size_is_a_success_of_which_the_beginning_is_kept() {
    each("delivery_large_answer", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(200).body("y".repeat(300_000))).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let id = world.tell(webhook, 1).await[0];
        assert_eq!(world.ended(webhook, id).await.state, State::Success);
        let response = world.attempts(webhook, id).await.remove(0).response.expect("answered");
        assert_eq!((response.payload.len(), response.truncated), (20 << 10, true));
    });
}

#[test]
fn a_private_address_is_refused_at_once() {
    each("delivery_guard", async |store| {
        let world = World::of(store, "").await;
        let webhook = world.webhook("https://10.1.2.3/in", json!({})).await;
        let id = world.tell(webhook, 1).await[0];
        let ended = world.ended(webhook, id).await;
        assert_eq!(
            (ended.state, ended.reason.as_deref(), ended.attempts),
            (State::Terminated, Some("destination_refused"), 1)
        );
        let error = world.attempts(webhook, id).await.remove(0).error.expect("told");
        assert!(error.contains("allow_networks"), "{error}");
    });
}

#[test]
fn a_redirect_is_not_followed() {
    each("delivery_redirect", async |store| {
        let world = World::of(store, "").await;
        let receiver = Receiver::start(|_, _| Answer::new(307).header("location", "/elsewhere")).await;
        let webhook = world.webhook(&receiver.url("/"), json!({})).await;
        let id = world.tell(webhook, 1).await[0];
        let ended = world.ended(webhook, id).await;
        assert_eq!((ended.state, ended.status_code), (State::Terminated, Some(307)));
        a_moment().await;
        assert_eq!(receiver.count(), 1);
    });
}
