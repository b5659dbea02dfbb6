//! Tokens of other issuers: signed ones, and opaque ones that the issuer is asked about.

use rejoinder::testing::Issuer;
use serde_json::json;

use crate::kit::{Judged, run};

fn jwt(issuer: &Issuer, more: &str) -> String {
    format!(r#"[{{ kind = "jwt", issuer = "{}", audience = ["orders"]{more} }}]"#, issuer.url())
}

#[test]
fn an_issuer_is_discovered() {
    let issuer = Issuer::start();
    let judged = Judged::by(&jwt(&issuer, ""));
    assert_eq!(judged.accepts(&issuer.token().audience("orders").sign()), "jwt:subject");
    judged.accepts(&issuer.token().audience("orders").without("iat").key_id("rsa-1").sign());
    judged.refuses(
        &issuer.token().audience("invoices").sign(),
        401,
        "jwt: wrong audience: expected aud \"orders\"",
    );
    judged.refuses(&issuer.service_agent("42").audience("orders").sign(), 401, "jwt: wrong issuer");
    judged.refuses(&issuer.token().audience("orders").behind_cloud_run(), 401, "SIGNATURE_REMOVED_BY_GOOGLE");
    judged.refuses(&issuer.token().audience("orders").expires_in(-90).sign(), 401, "expired 9");
}

#[test]
fn algorithms_scopes_and_claims_are_as_configured() {
    let issuer = Issuer::start();
    let more = format!(
        r#", jwks_url = "{}", algorithms = ["ES256"], scopes = ["read", "write"], claims = {{ tenant = "shop", level = "2" }}"#,
        issuer.jwks_url()
    );
    let judged = Judged::by(&jwt(&issuer, &more));
    let order = || {
        let order =
            issuer.token().audience("orders").algorithm("ES256").claim("tenant", "shop").claim("level", 2);
        order.claim("scope", "write other read")
    };
    judged.accepts(&order().sign());
    judged.accepts(&order().without("scope").claim("scp", json!(["read", "write"])).sign());
    // Without a name, the only key that fits is meant.
    judged.accepts(&order().key_id(json!(null)).sign());
    let answer = judged.refuses(
        &order().claim("scope", "read").sign(),
        403,
        "the token lacks the scope \"write\"; it has \"read\"",
    );
    assert_eq!(
        answer.header("WWW-Authenticate"),
        Some("Bearer realm=\"rejoinder\", error=\"insufficient_scope\", scope=\"read write\"")
    );
    judged.refuses(
        &order().claim("tenant", "other").sign(),
        403,
        "wrong tenant: expected \"shop\", found \"other\"",
    );
    judged.refuses(&order().without("level").sign(), 403, "wrong level: expected \"2\", found none");
    judged.refuses(
        &order().algorithm("RS256").sign(),
        401,
        "wrong algorithm: expected alg [ES256], found \"RS256\"",
    );
    issuer.rotate();
    judged.refuses(&order().key_id(json!(null)).sign(), 401, "wrong signature");
}

#[test]
fn an_issuer_that_calls_itself_otherwise_is_not_believed() {
    let issuer = Issuer::start();
    let other = issuer.url() + "/";
    let judged = Judged::by(&format!(r#"[{{ kind = "jwt", issuer = "{other}", audience = ["orders"] }}]"#));
    let token = issuer.token().claim("iss", other.as_str()).audience("orders").sign();
    judged.refuses(&token, 503, "both must be the same, to the letter");
}

fn introspection(issuer: &Issuer, more: &str) -> String {
    format!(
        r#"[{{ kind = "introspection", endpoint = "{}", client_id = "rejoinder", client_secret = "introspect"{more} }}]"#,
        issuer.introspection_url()
    )
}

#[test]
fn an_issuer_is_asked_about_opaque_tokens_once() {
    let issuer = Issuer::start();
    let judged = Judged::by(&introspection(&issuer, ""));
    let token = issuer.opaque(&json!({ "sub": "ada", "client_id": "shop" }));
    for _ in 0..3 {
        assert_eq!(judged.accepts(&token), "introspection:ada");
    }
    assert_eq!(issuer.introspections(), 1);
    let metrics = judged.program().connect().ask(&crate::kit::Request::get("/metrics")).body;
    let metrics = String::from_utf8(metrics).expect("UTF-8");
    for sample in ["tokens_total{outcome=\"cached\"} 2", "tokens_total{outcome=\"verified\"} 1"] {
        assert!(metrics.contains(sample), "{sample} in\n{metrics}");
    }
    judged.refuses("never-issued", 401, "introspection: http://127.0.0.1:");
    judged.refuses("never-issued", 401, "says that the token is not active");
    assert_eq!(issuer.introspections(), 2, "that is remembered, too");
    let signed = issuer.token().behind_cloud_run();
    judged.refuses(&signed, 401, "SIGNATURE_REMOVED_BY_GOOGLE");
    assert_eq!(issuer.introspections(), 2);
}

#[test]
fn an_answer_must_say_what_is_configured() {
    let issuer = Issuer::start();
    let more = r#", client_authentication = "form", issuer = "i", audience = ["orders"], scopes = ["read"], claims = { tenant = "shop" }"#;
    let judged = Judged::by(&introspection(&issuer, more));
    let good = json!({ "sub": "ada", "iss": "i", "aud": ["x", "orders"], "scope": "read", "tenant": "shop" });
    judged.accepts(&issuer.opaque(&good));
    for (member, value, status, reason) in [
        ("iss", json!("j"), 401, "wrong issuer: expected iss \"i\""),
        ("aud", json!("x"), 401, "wrong audience: expected aud \"orders\""),
        ("scope", json!("write"), 403, "lacks the scope \"read\""),
        ("tenant", json!("other"), 403, "wrong tenant"),
        ("exp", json!(1_000_000), 401, "expired"),
        ("nbf", json!(4_102_444_800_i64), 401, "not valid yet"),
    ] {
        let mut claims = good.clone();
        claims[member] = value;
        judged.refuses(&issuer.opaque(&claims), status, reason);
    }
}

#[test]
fn an_issuer_that_cannot_be_asked_leaves_the_caller_unjudged() {
    let issuer = Issuer::start();
    let token = issuer.opaque(&json!({ "sub": "ada" }));
    let judged = Judged::by(&introspection(&issuer, "").replace("\"introspect\"", "\"wrong\""));
    judged.refuses(&token, 503, "answered 401 and not 200; compare client_id, client_secret");
    issuer.fail_with(500);
    let judged = Judged::by(&introspection(&issuer, ""));
    judged.refuses(&token, 503, "introspection: the issuer could not be asked");
    issuer.recover();
    judged.accepts(&token);
}

#[test]
fn faulty_token_checks_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let any_of = r#"[
      { kind = "service_agent", project_number = "my-project" },
      { kind = "jwt", issuer = "https://accounts.google.com", audience = ["a"] },
      { kind = "jwt", issuer = "http://issuer.example", audience = [], algorithms = ["none", "HS256", "XY", "RS256"] },
      { kind = "introspection", endpoint = "ftp://x", client_id = "c", client_secret = "s" },
      { kind = "header", name = "X-Session", matches = ".*" },
      { kind = "header", name = "X-Session", matches = "(" },
      { kind = "header", name = "X-Session" },
    ]"#;
    let ended = run(
        folder.path(),
        &["check"],
        &[("REJOINDER_AUTH__ANY_OF", any_of), ("REJOINDER_AUTH__AGENTS", "[\"x\"]")],
    );
    assert_eq!(ended.code, Some(1));
    for part in [
        "auth.any_of[].project_number: expected the number of the agent's project, such as \"123456789012\"",
        "auth.any_of[].claims: everybody with a Google account can get a token of this issuer",
        "auth.any_of[].issuer: expected an https:// address, or an http:// one with a loopback address, found \"http://issuer.example\"",
        "auth.any_of[].audience: expected what the issuer writes into `aud`",
        "auth.any_of[].algorithms: \"none\" is no signature at all",
        "auth.any_of[].algorithms: HS256 signs with a secret that both sides know",
        "found \"XY\"",
        "auth.any_of[].endpoint: expected an https:// address",
        "auth.any_of[].matches: \".*\" matches any value, so anybody would be let in",
        "auth.any_of[].matches: expected a regular expression, found \"(\"",
        "auth.any_of[].values: this key is missing",
        "auth.agents: \"x\" is no name of an agent",
        "auth: a check of ID tokens does not know for whom they must be made out; set server.public_url",
    ] {
        assert!(ended.errors.contains(part), "{part}\nis not in\n{}", ended.errors);
    }
}
