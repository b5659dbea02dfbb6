//! An issuer's keys: rotation, outages, floods of unknown ones.

use std::thread;

use rejoinder::Rejoinder;
use rejoinder::testing::{Issuer, TokenOrder};

use crate::kit::{Judged, Request, Served, until};

fn check(issuer: &Issuer) -> String {
    format!(
        r#"[{{ kind = "service_agent", project_number = "42", audience = ["a"], jwks_url = "{}" }}]"#,
        issuer.jwks_url()
    )
}

fn good(issuer: &Issuer) -> TokenOrder<'_> {
    issuer.service_agent("42").audience("a")
}

fn with(token: &str) -> Request {
    Judged::request().header("Authorization", format!("Bearer {token}"))
}

fn served(issuer: &Issuer) -> Served {
    Served::start(
        Rejoinder::new,
        &[("REJOINDER_AUTH__ANY_OF", &check(issuer)), ("REJOINDER_DEMO__ENABLED", "true")],
    )
}

#[test]
fn a_rotation_while_calls_are_in_flight_loses_none() {
    let issuer = Issuer::start();
    let served = served(&issuer);
    let old = good(&issuer).sign();
    assert_eq!(served.ask(&with(&old)).status, 200);
    issuer.rotate();
    let new = good(&issuer).sign();
    // All at once, with the old and the new key.
    let statuses: Vec<u16> = thread::scope(|scope| {
        let callers: Vec<_> = (0..32)
            .map(|number| {
                let (served, token) = (&served, if number % 2 == 0 { &old } else { &new });
                scope.spawn(move || served.ask(&with(token)).status)
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().expect("it answers")).collect()
    });
    assert_eq!(statuses, [200; 32]);
    assert_eq!(issuer.key_fetches(), 2, "those who wait share one question");
}

#[test]
fn a_flood_of_unknown_keys_asks_once() {
    let issuer = Issuer::start();
    let served = served(&issuer);
    let good_token = good(&issuer).sign();
    for number in 0..30 {
        let forged = good(&issuer).key_id(format!("forged-{number}")).sign();
        assert_eq!(served.ask(&with(&forged)).status, 401);
        assert_eq!(served.ask(&with(&good_token)).status, 200, "valid ones are always judged");
    }
    assert_eq!(issuer.key_fetches(), 2);
    let metrics = String::from_utf8(served.ask(&Request::get("/metrics")).body).expect("UTF-8");
    for sample in [
        "key_fetches_total{issuer=\"127.0.0.1\",outcome=\"fetched\"} 2",
        "tokens_total{outcome=\"refused\"} 30",
        "tokens_total{outcome=\"cached\"} 29",
        "tokens_total{outcome=\"verified\"} 1",
    ] {
        assert!(metrics.contains(sample), "{sample} in\n{metrics}");
    }
}

#[test]
fn keys_go_on_while_the_issuer_is_down() {
    let issuer = Issuer::start();
    let judged = Judged::by(&check(&issuer));
    judged.accepts(&good(&issuer).sign());
    issuer.fail_with(503);
    judged.accepts(&good(&issuer).claim("sub", "another token").sign());
    let unknown = good(&issuer).key_id("new").sign();
    judged.refuses(&unknown, 401, "asking again failed");
    until("it is told", || judged.program().log().contains("those of before go on"));
}

#[test]
fn without_any_keys_nobody_is_judged_and_the_caller_may_try_again() {
    let issuer = Issuer::start();
    issuer.fail_with(500);
    let judged = Judged::by(&check(&issuer));
    let answer = judged.refuses(&good(&issuer).sign(), 503, "no keys could be had from http://127.0.0.1:");
    assert_eq!(answer.header("Retry-After"), Some("1"));
    assert_eq!(answer.json()["error"]["code"], "cannot_judge_caller");
    // What is wrong by itself is refused all the same.
    judged.refuses(&good(&issuer).expires_in(-100).sign(), 401, "expired");
}

#[test]
fn checks_that_share_an_issuer_share_its_keys() {
    let issuer = Issuer::start();
    let two = format!("[{0}, {1}]", inner(&issuer, "42"), inner(&issuer, "43"));
    let judged = Judged::by(&two);
    assert_eq!(judged.accepts(&good(&issuer).sign()), "service_agent:42");
    assert_eq!(judged.accepts(&issuer.service_agent("43").audience("a").sign()), "service_agent:43");
    judged.refuses(
        &issuer.service_agent("44").audience("a").sign(),
        403,
        "service_agent: wrong e-mail: expected \"service-43@",
    );
    assert_eq!(issuer.key_fetches(), 1);
}

fn inner(issuer: &Issuer, number: &str) -> String {
    check(issuer).replace("\"42\"", &format!("\"{number}\"")).trim_matches(['[', ']']).to_owned()
}
