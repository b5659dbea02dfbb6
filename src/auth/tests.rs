//! Remembered tokens and kept keys, with a clock that is set by hand.

use std::time::Duration;

use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use crate::auth::{Auth, Presented, Refusal};
use crate::clock::Clock;
use crate::config::{Config, Sources};
use crate::outbound::Outbound;
use crate::testing::Issuer;

struct Judge {
    auth: Auth,
    clock: Clock,
}

impl Judge {
    fn of(issuer: &Issuer) -> Self {
        let check = format!(
            r#"[{{ kind = "service_agent", project_number = "42", audience = ["a"], jwks_url = "{}" }}]"#,
            issuer.jwks_url()
        );
        let environment = vec![("REJOINDER_AUTH__ANY_OF".to_owned(), check)];
        let config = Config::load(&Sources { environment, ..Sources::default() }).expect("valid");
        let clock = Clock::manual();
        let auth = Auth::with_clock(&config.auth, &Outbound::new(&config.outbound), clock.clone());
        Self { auth, clock }
    }

    async fn ask(&self, token: &str) -> Result<(), (Refusal, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).expect("a header"));
        let presented = Presented { headers: &headers, peer_certificate: None, path: "/webhook" };
        let verified = self.auth.verify(&presented).await;
        verified.map(drop).map_err(|refused| (refused.refusal(), refused.to_string()))
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn token(issuer: &Issuer) -> String {
    issuer.service_agent("42").audience("a").sign()
}

#[tokio::test]
async fn a_remembered_token_expires_all_the_same() {
    let issuer = Issuer::start();
    let judge = Judge::of(&issuer);
    let token = token(&issuer);
    assert_eq!(judge.ask(&token).await, Ok(()));
    judge.pass(3590);
    assert_eq!(judge.ask(&token).await, Ok(()));
    judge.pass(60);
    let (refusal, reason) = judge.ask(&token).await.expect_err("expired");
    assert_eq!(refusal, Refusal::Unauthorized);
    assert!(reason.contains("the token expired"), "{reason}");
}

#[tokio::test]
async fn a_remembered_token_goes_with_its_key() {
    let issuer = Issuer::start();
    issuer.max_age(60);
    let judge = Judge::of(&issuer);
    let (old, other_old) =
        (token(&issuer), issuer.service_agent("42").audience("a").claim("sub", "x").sign());
    assert_eq!(judge.ask(&old).await, Ok(()));
    issuer.rotate();
    issuer.retire();
    assert_eq!(judge.ask(&old).await, Ok(()), "the issuer said that its keys can be kept for a minute");
    judge.pass(61);
    // The first call after that sets off the question, and goes on with what is known.
    let _ = judge.ask(&old).await;
    let end = std::time::Instant::now() + Duration::from_secs(10);
    while judge.ask(&old).await.is_ok() {
        assert!(std::time::Instant::now() < end, "the key was withdrawn");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(judge.ask(&other_old).await.is_err());
    assert_eq!(judge.ask(&token(&issuer)).await, Ok(()));
}

#[tokio::test]
async fn keys_that_stay_keep_what_is_remembered() {
    let issuer = Issuer::start();
    issuer.max_age(60);
    let judge = Judge::of(&issuer);
    let token = issuer.service_agent("42").audience("a").expires_in(86_400).sign();
    assert_eq!(judge.ask(&token).await, Ok(()));
    issuer.rotate();
    // A server that was idle for long asks before it judges; the old key is still published.
    judge.pass(2 * 3600);
    assert_eq!(judge.ask(&token).await, Ok(()));
    assert_eq!(issuer.key_fetches(), 2);
    // While the issuer is down, keys are used on.
    issuer.fail_with(500);
    judge.pass(2 * 3600);
    assert_eq!(judge.ask(&token).await, Ok(()));
    assert!(issuer.key_fetches() > 2);
}

#[tokio::test]
async fn an_issuer_that_is_down_is_asked_again_after_a_while() {
    let issuer = Issuer::start();
    issuer.fail_with(500);
    let judge = Judge::of(&issuer);
    let token = token(&issuer);
    for _ in 0..3 {
        let (refusal, _) = judge.ask(&token).await.expect_err("no keys");
        assert_eq!(refusal, Refusal::Unavailable);
    }
    let asked = issuer.key_fetches();
    issuer.recover();
    assert!(judge.ask(&token).await.is_err(), "not at once");
    assert_eq!(issuer.key_fetches(), asked);
    judge.pass(5);
    assert_eq!(judge.ask(&token).await, Ok(()));
}

proptest::proptest! {
    #[test]
    fn whatever_stands_in_a_token_is_judged(text in "[ -~]{0,200}", parts in "[A-Za-z0-9_.-]{0,200}") {
        let issuer = std::sync::LazyLock::force(&ISSUER);
        let judge = Judge::of(issuer);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        for text in [text, parts] {
            let refused = runtime.block_on(judge.ask(&text)).expect_err("no token of ours");
            assert_eq!(refused.0, Refusal::Unauthorized);
        }
    }

    #[test]
    fn whatever_claims_a_token_has_are_judged(name in "(iss|aud|exp|nbf|iat|email|email_verified|sub)", value in claim()) {
        let issuer = std::sync::LazyLock::force(&ISSUER);
        let judge = Judge::of(issuer);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let token = issuer.service_agent("42").audience("a").claim(&name, value.clone()).sign();
        let accepted = runtime.block_on(judge.ask(&token)).is_ok();
        // A subject may be anything; all the rest is what it was, or wrong.
        let may = name == "sub" || value.is_number() && ["exp", "nbf", "iat"].contains(&name.as_str());
        assert!(may || !accepted, "{name}: {value}");
    }
}

/// Keys are slow to make.
static ISSUER: std::sync::LazyLock<Issuer> = std::sync::LazyLock::new(Issuer::start);

fn claim() -> impl proptest::strategy::Strategy<Value = serde_json::Value> {
    use proptest::prelude::*;
    prop_oneof![
        Just(serde_json::Value::Null),
        any::<f64>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "[b-z]{0,5}".prop_map(Into::into),
        proptest::collection::vec("[b-z]{0,3}", 0..3).prop_map(Into::into),
        any::<bool>().prop_filter_map("true is right for one", |flag| (!flag).then_some(flag.into())),
    ]
}
