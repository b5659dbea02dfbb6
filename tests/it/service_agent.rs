//! ID tokens of Dialogflow's own account: each way to be refused, and why.

use rejoinder::testing::{Issuer, TokenOrder};
use serde_json::{Value, json};

use crate::kit::Judged;

const AUDIENCE: &str = "https://door.example.com/webhook";

fn check(issuer: &Issuer) -> String {
    format!(r#"[{{ kind = "service_agent", project_number = "42", jwks_url = "{}" }}]"#, issuer.jwks_url())
}

fn good(issuer: &Issuer) -> TokenOrder<'_> {
    issuer.service_agent("42").audience(AUDIENCE)
}

#[test]
fn the_agents_own_token_is_accepted() {
    let issuer = Issuer::start();
    let judged = Judged::by(&check(&issuer));
    let token = good(&issuer).sign();
    for _ in 0..3 {
        assert_eq!(judged.accepts(&token), "service_agent:42");
    }
    // The scheme may be in any case, and several audiences may be meant.
    for scheme in ["bearer", "BEARER", "BeArEr  "] {
        let request = Judged::request().header("Authorization", format!("{scheme} {token}"));
        assert_eq!(judged.ask(request).0.status, 200, "{scheme}");
    }
    judged.accepts(&good(&issuer).claim("aud", json!(["https://other.example.com", AUDIENCE])).sign());
    judged.accepts(&good(&issuer).claim("iss", "accounts.google.com").sign());
    // Two clocks may be a little apart.
    judged.accepts(&good(&issuer).expires_in(-5).sign());
    judged.accepts(&good(&issuer).issued_in(5).sign());
    assert_eq!(issuer.key_fetches(), 1, "keys are kept");
}

#[test]
fn tokens_of_another_time_are_refused() {
    let issuer = Issuer::start();
    let judged = Judged::by(&check(&issuer));
    let cases = [
        (good(&issuer).expires_in(-3600), "service_agent: the token expired 36"),
        (good(&issuer).claim("nbf", 4_102_444_800_i64), "the token is not valid yet: nbf 4102444800 is "),
        (good(&issuer).issued_in(3600), "the token was issued in the future: iat "),
        (good(&issuer).without("exp"), "the token has no exp"),
        (good(&issuer).without("iat"), "the token has no iat"),
        (good(&issuer).claim("exp", "tomorrow"), "the token's exp is no number"),
        (good(&issuer).claim("exp", Value::Null), "the token's exp is no number"),
    ];
    for (order, reason) in cases {
        let answer = judged.refuses(&order.sign(), 401, reason);
        let challenge = answer.header("WWW-Authenticate");
        assert_eq!(challenge, Some("Bearer realm=\"rejoinder\", error=\"invalid_token\""), "{reason}");
    }
}

#[test]
fn tokens_for_others_are_refused() {
    let issuer = Issuer::start();
    let judged = Judged::by(&check(&issuer));
    let expected = "wrong audience: expected aud \"https://door.example.com/webhook\", found";
    for (audience, found) in [
        ("https://door.example.com/webhook/", "the slash at the end"),
        ("https://door.example.com/webhook?lang=en", "has a query, which Dialogflow leaves out"),
        ("https://door.example.com:443/webhook", "such as its port"),
        ("https://door.example.com:8443/webhook", "they differ in the port"),
        ("https://DOOR.example.com/webhook", "upper and lower case"),
        ("https://door.example.com", "\"https://door.example.com\""),
        ("https://other.example.com/webhook", "\"https://other.example.com/webhook\""),
        ("", "\"\""),
    ] {
        judged.refuses(&good(&issuer).audience(audience).sign(), 401, expected);
        judged.refuses(&good(&issuer).audience(audience).sign(), 401, found);
    }
}

#[test]
fn tokens_without_a_right_audience_or_issuer_are_refused() {
    let issuer = Issuer::start();
    let judged = Judged::by(&check(&issuer));
    for (order, reason) in [
        (good(&issuer).without("aud"), "found none"),
        (good(&issuer).claim("aud", 5), "found none"),
        (good(&issuer).claim("aud", json!([])), "found none"),
        (
            good(&issuer).claim("iss", "https://accounts.google.com.evil.example"),
            "wrong issuer: expected iss",
        ),
        (good(&issuer).without("iss"), "wrong issuer: expected iss"),
        (issuer.token().audience(AUDIENCE), "wrong issuer: expected iss"),
    ] {
        judged.refuses(&order.sign(), 401, reason);
    }
    assert!(issuer.key_fetches() <= 1, "nobody asks for keys for the sake of such tokens");
}

#[test]
fn accounts_of_others_are_forbidden() {
    let issuer = Issuer::start();
    let judged = Judged::by(&check(&issuer));
    let account = "service-42@gcp-sa-dialogflow.iam.gserviceaccount.com";
    for (order, reason) in [
        (
            issuer.service_agent("43").audience(AUDIENCE),
            format!("wrong e-mail: expected \"{account}\", found \"service-43@"),
        ),
        (good(&issuer).claim("email", "me@example.com"), "found \"me@example.com\"".to_owned()),
        (good(&issuer).claim("email", account.to_uppercase()), "wrong e-mail".to_owned()),
        (good(&issuer).without("email"), "found \"none\"".to_owned()),
        (good(&issuer).claim("email_verified", false), "email_verified is not true".to_owned()),
        (good(&issuer).claim("email_verified", "true"), "email_verified is not true".to_owned()),
        (good(&issuer).without("email_verified"), "email_verified is not true".to_owned()),
    ] {
        let answer = judged.refuses(&order.sign(), 403, &reason);
        assert_eq!(answer.json()["error"]["code"], "forbidden");
    }
}

#[test]
fn forged_signatures_are_refused() {
    let (issuer, other) = (Issuer::start(), Issuer::start());
    let judged = Judged::by(&check(&issuer));
    let token = good(&issuer).sign();
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let changed = good(&issuer).claim("sub", "somebody else").sign();
    let (changed, _) = changed.rsplit_once('.').expect("three parts");
    for (token, reason) in [
        (good(&other).sign(), "wrong signature: it was not made with the key \"rsa-1\""),
        (format!("{changed}.{signature}"), "wrong signature"),
        (format!("{signed}."), "wrong signature"),
        (format!("{signed}.{}", &signature[..signature.len() - 8]), "cut off"),
        (signed.to_owned(), "the token has 2 parts between dots"),
        (token[..20].to_owned(), "the token has 1 parts between dots"),
        (good(&issuer).algorithm("none").sign(), "wrong algorithm: expected alg [RS256], found \"none\""),
        (good(&issuer).algorithm("HS256").sign(), "wrong algorithm: expected alg [RS256], found \"HS256\""),
        (good(&issuer).algorithm("ES256").sign(), "wrong algorithm"),
        (good(&issuer).key_id("ec-1").sign(), "that one is not for RS256"),
        (
            good(&issuer).key_id("rsa-7").sign(),
            "the token names the key \"rsa-7\", and there is none of that name",
        ),
        (good(&issuer).key_id(Value::Null).sign(), "wrong key: the token names none (kid)"),
        (good(&issuer).key_id(5).sign(), "header cannot be read as JSON"),
        (good(&issuer).behind_cloud_run(), "SIGNATURE_REMOVED_BY_GOOGLE: Cloud Run's own IAM check"),
        ("a.b.c".to_owned(), "the token's header"),
        ("x".repeat(9000), "the token has 9000 bytes, over 8192"),
    ] {
        judged.refuses(&token, 401, reason);
    }
    judged.accepts(&token);
    assert_eq!(issuer.key_fetches(), 2, "once at the start, and once for an unknown key");
}

#[test]
fn what_is_no_bearer_token_is_refused() {
    let issuer = Issuer::start();
    let judged = Judged::by(&check(&issuer));
    let token = format!("Bearer {}", good(&issuer).sign());
    for (request, reason) in [
        (Judged::request(), "authorization is missing"),
        (
            Judged::request().header("Authorization", &token).also("Authorization", &token),
            "stands more than once",
        ),
        (Judged::request().header("Authorization", "Basic YTpi"), "has the scheme \"Basic\", not Bearer"),
        (Judged::request().header("Authorization", "Bearer"), "holds no scheme and token"),
        (Judged::request().header("X-Serverless-Authorization", &token), "authorization is missing"),
    ] {
        let answer = judged.refuses_request(request, 401, reason);
        assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer realm=\"rejoinder\""), "{reason}");
    }
    let not_ascii = Judged::request().header("Authorization", b"Bearer \xff.\xfe.\xfd");
    judged.refuses_request(not_ascii, 401, "holds what no token holds");
}

#[test]
fn an_audience_of_its_own_replaces_the_address() {
    let issuer = Issuer::start();
    let jwks = issuer.jwks_url();
    let judged = Judged::by(&format!(
        r#"[{{ kind = "service_agent", project_number = "42", jwks_url = "{jwks}", audience = ["https://a.example/x", "b"] }}]"#
    ));
    judged.accepts(&good(&issuer).audience("https://a.example/x").sign());
    judged.accepts(&good(&issuer).audience("b").sign());
    judged.refuses(&good(&issuer).sign(), 401, "expected aud \"https://a.example/x\" or \"b\"");
}
