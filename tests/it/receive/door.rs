//! Who is let in, and what is answered.

use std::time::Duration;

use rejoinder::Rejoinder;
use rejoinder::zendesk::signature::TEST_SECRET;
use serde_json::json;

use super::*;
use crate::kit::stores::stores;

/// Signed with the published secret; computed independently of this code.
fn values() -> [(&'static str, Vec<u8>, &'static str); 5] {
    [
        ("2021-03-25T05:09:27Z", Vec::new(), "wCdBvXaHttn0wRVIYctzZ9O6O0bnqWakJMEKZ9VoRWw="),
        (
            "2021-07-25T10:00:00Z",
            br#"{"say": "hello"}"#.to_vec(),
            "gf3v0LzLRHPUnIdhbvwRDVEvzSb07/QN0GYjSNlkBT0=",
        ),
        (
            "2026-01-02T03:04:05Z",
            r#"{"text":"café — olá"}"#.as_bytes().to_vec(),
            "6IMWmJYXc4vJPyGqR975oK0APgIqVUWrj02KRqF238k=",
        ),
        (
            "2026-01-02T03:04:05Z",
            b"<t><id>35436</id></t>".to_vec(),
            "7AtbECFc7lsUyIMGB6O8pZkeu+5KHwndqN7SlVcbdzU=",
        ),
        (
            "2026-01-02T03:04:05Z",
            b"id=35436&email=a%40example.com".to_vec(),
            "mHzgansbZynMaaRFJUrUoUtPVRk3YT8WCkuNQIpgktY=",
        ),
    ]
}

fn of(timestamp: &str, body: &[u8], signature: &str) -> Request {
    signed("", timestamp, body).header("X-Zendesk-Webhook-Signature", signature)
}

/// A server to whom all of these times are fresh.
fn patient(store: &TestStore, keys: &str) -> Served {
    let mut config = settings(store, keys, &[]);
    config.receive.zendesk[0].freshness = Duration::from_secs(100 * 366 * 24 * 3600);
    Served::start_config(Rejoinder::new, config).managed(store)
}

#[test]
fn worked_signatures_are_let_in_and_usual_mistakes_are_not() {
    let store = TestStore::memory();
    let served = patient(&store, "allow_test_secret = true");
    for (timestamp, body, signature) in values() {
        assert_eq!(outcome(&served.ask(&of(timestamp, &body, signature))), "stored", "{signature}");
    }
    // Rightly signed, byte for byte, by somebody whose clock tells no time.
    let published = std::fs::read("fixtures/zendesk/group_membership_created.body").expect("a body");
    let request = of("1234", &published, "10IqYzYTLHRftNsNE+im0DeOM6/JactIRuy0XCHJ9B8=");
    served.ask(&request).refused(401, "timestamp_invalid");
    assert_eq!(outcome(&served.ask(&signed(TEST_SECRET, &now(), &published))), "stored");
    for (mistake, signature) in [
        ("body then timestamp", "KDyYXCgcqHWHg4pTMI/kHQZSKTKWsZUsEa3ayobIPXk="),
        ("secret base64-decoded first", "oWyMAu8mhrKEgP17jEVt3HiPNEf3mOHs7gKNpPRmSLg="),
        ("a dot between timestamp and body", "+mg8eALJYPN6NJ4auRADnLop3mRTunBKeXLu308CzS0="),
        ("JSON re-serialised without the space", "ps1eFsudn/qI5ShevVeKpjtElchwdWhsAY7/QHllNv0="),
        ("a newline added to the body", "GpGvEdqS3xgOI37/pOWIWRSppNESuNHE8IB/w0H1rfI="),
        ("hex", "81fdefd0bccb4473d49c87616efc110d512fcd26f4eff40dd0662348d964053d"),
    ] {
        let answer = served.ask(&of("2021-07-25T10:00:00Z", br#"{"say": "hello"}"#, signature));
        assert_eq!(answer.status, 401, "{mistake}");
        answer.refused(401, "signature_wrong");
    }
    // What is signed and is no event is lost to nobody.
    let dead = listed(&served, "state=dead");
    assert_eq!(dead.len(), 3, "empty, XML and a form: {dead:?}");
    assert_eq!(listed(&served, "state=unhandled").len(), 3);
    let path = format!("/api/received/{}", dead[0]["id"].as_str().expect("an id"));
    let shown = served.manage(Request::get(path)).json();
    assert_eq!(shown["received"]["body"]["text"], "id=35436&email=a%40example.com");
}

#[test]
fn the_published_secret_opens_nothing_unless_it_may() {
    let store = TestStore::memory();
    let served = patient(&store, "");
    for (timestamp, body, signature) in values() {
        served.ask(&of(timestamp, &body, signature)).refused(401, "test_secret");
    }
    assert!(listed(&served, "").is_empty());
}

#[test]
fn any_of_the_secrets_will_do_and_nothing_else() {
    let store = TestStore::memory();
    let mut config = settings(&store, "", &[]);
    config.receive.zendesk[0].secrets = vec!["the-next-secret".to_owned().into(), SECRET.to_owned().into()];
    let served = Served::start_config(Rejoinder::new, config).managed(&store);
    let body = event("e-1", COMMENT_ADDED).to_string();
    assert_eq!(outcome(&served.ask(&signed("the-next-secret", &now(), body.as_bytes()))), "stored");
    let body = event("e-2", COMMENT_ADDED).to_string();
    assert_eq!(outcome(&served.ask(&signed(SECRET, &now(), body.as_bytes()))), "stored");
    served.ask(&signed("", &now(), body.as_bytes())).refused(401, "signature_wrong");
    let request = sent(&event("e-3", COMMENT_ADDED));
    served.ask(&request.clone().without("X-Zendesk-Webhook-Signature")).refused(401, "signature_missing");
    served
        .ask(&request.clone().without("X-Zendesk-Webhook-Signature-Timestamp"))
        .refused(401, "signature_missing");
    served.ask(&request.clone().path("/receive/zendesk/sales")).refused(404, "unknown_source");
    served.ask(&Request::get("/receive/zendesk/support")).refused(405, "method_not_allowed");
    served.ask(&request.header("Content-Encoding", "gzip")).refused(415, "unsupported_content_encoding");
    let huge = vec![b' '; 2 << 20];
    served.ask(&signed(SECRET, &now(), &huge)).refused(413, "too_large");
}

#[test]
fn a_signature_is_good_for_its_time_alone() {
    let store = TestStore::memory();
    let served = serve(&store, Rejoinder::new, "freshness = \"1m\"", &[]);
    let at = |seconds: i64| {
        let time = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
        let body = event(&format!("e{seconds}"), COMMENT_ADDED).to_string();
        served.ask(&signed(SECRET, &time.to_string(), body.as_bytes()))
    };
    for seconds in [-50, 0, 50] {
        assert_eq!(outcome(&at(seconds)), "stored", "{seconds}");
    }
    for seconds in [-70, 70] {
        at(seconds).refused(401, "timestamp_stale");
    }
}

#[test]
fn a_repetition_is_acknowledged_and_kept_once_by_either_id() {
    for store in stores("receive_repetitions") {
        let served = serve(&store, Rejoinder::new, "", &[]);
        let first = sent(&event("e-1", COMMENT_ADDED)).header("X-Zendesk-Webhook-Invocation-Id", "i-first");
        assert_eq!(outcome(&served.ask(&first)), "stored", "{}", store.name);
        assert_eq!(outcome(&served.ask(&first)), "duplicate");
        assert_eq!(
            outcome(&served.ask(&sent(&event("e-1", COMMENT_ADDED)))),
            "duplicate",
            "another invocation"
        );
        let other = sent(&event("e-2", COMMENT_ADDED)).header("X-Zendesk-Webhook-Invocation-Id", "i-first");
        assert_eq!(outcome(&served.ask(&other)), "duplicate", "the same invocation");
        let long = "e".repeat(5_000);
        assert_eq!(outcome(&served.ask(&sent(&event(&long, COMMENT_ADDED)))), "stored");
        assert_eq!(outcome(&served.ask(&sent(&event(&long, COMMENT_ADDED)))), "duplicate");
        // Without either id nobody knows.
        let bare = signed(SECRET, &now(), br#"{"a":1}"#);
        assert_eq!(
            (outcome(&served.ask(&bare)), outcome(&served.ask(&bare))),
            ("stored".into(), "stored".into())
        );
        assert_eq!(listed(&served, "").len(), 4);
        let numbers = served.ask(&Request::get("/metrics"));
        let numbers = String::from_utf8_lossy(&numbers.body);
        for line in [
            "rejoinder_received_total{source=\"support\",outcome=\"stored\"} 4",
            "rejoinder_received_total{source=\"support\",outcome=\"duplicate\"} 4",
        ] {
            assert!(numbers.contains(line), "{line}");
        }
    }
}

#[test]
fn what_cannot_be_kept_comes_again() {
    let store = TestStore::memory();
    let served = serve(&store, Rejoinder::new, "", &[("REJOINDER_STORE__MEMORY_LIMIT", "1MiB")]);
    let large = |id: usize| {
        let mut event = event(&format!("e-{id}"), COMMENT_ADDED);
        event["event"]["comment"]["body"] = "x".repeat(200_000).into();
        served.ask(&sent(&event))
    };
    let full = (0..20).map(large).find(|answer| answer.status != 200).expect("it is full");
    full.refused(503, "store_full");
    let again: u64 = full.header("Retry-After").and_then(|after| after.parse().ok()).expect("seconds");
    assert!((1..60).contains(&again), "{again}");
    if let Some(store) = TestStore::postgres("receive_not_kept") {
        let served = serve(&store, Rejoinder::new, "", &[]);
        let request = sent(&event("e-1", COMMENT_ADDED));
        assert_eq!(outcome(&served.ask(&sent(&event("e-0", COMMENT_ADDED)))), "stored");
        store.run("ALTER TABLE received RENAME TO gone");
        let refused = served.ask(&request);
        refused.refused(503, "store_query");
        assert_eq!(refused.header("Retry-After"), Some("5"));
        store.run("ALTER TABLE gone RENAME TO received");
        assert_eq!(outcome(&served.ask(&request)), "stored");
    }
}

#[test]
fn what_came_is_in_the_activity_log_without_its_signature() {
    let store = TestStore::memory();
    let served = serve(&store, Rejoinder::new, "", &[]);
    let request = sent(&event("e-1", COMMENT_ADDED)).header("X-Zendesk-Account-Id", "4001");
    assert_eq!(outcome(&served.ask(&request)), "stored");
    assert_eq!(outcome(&served.ask(&request)), "duplicate");
    served.ask(&request.header("X-Zendesk-Webhook-Signature", "wrong")).refused(401, "signature_wrong");
    let log = served.manage(Request::get("/api/invocations?kind=zendesk")).json();
    let seen: Vec<_> = log["invocations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            assert_eq!((&one["direction"], &one["webhook"]), (&json!("inbound"), &json!("support")));
            (one["status"].clone(), one["outcome"].clone(), one["tag"].clone())
        })
        .collect();
    assert_eq!(
        seen,
        [
            (json!("client_error"), json!("signature_wrong"), json!(null)),
            (json!("success"), json!("duplicate"), json!(COMMENT_ADDED)),
            (json!("success"), json!("stored"), json!(COMMENT_ADDED)),
        ]
    );
    let id = log["invocations"][2]["id"].as_str().expect("an id");
    let shown = served.manage(Request::get(format!("/api/invocations/{id}"))).json().to_string();
    assert!(shown.contains("4001") && !shown.contains("webhook-signature\""), "{shown}");
}
