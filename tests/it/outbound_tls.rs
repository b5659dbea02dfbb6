//! Certificates: a target's own list of them, and what is said of a wrong one.

use std::net::SocketAddr;
use std::sync::Arc;

use rejoinder::config;
use rejoinder::outbound::{
    Method, Outbound, OutboundError, OutboundSetupError, Parts, Request, Response, TargetSettings,
};
use serde_json::json;

use crate::kit::{Identity, Reply, Upstream};
use crate::outbound_guard::Resolver;

const HOST: &str = "weather.example";

/// Calls an upstream with this identity by the name [`HOST`].
async fn call(identity: &Identity, trusted: &[Vec<u8>]) -> Result<Response, OutboundError> {
    let upstream = Upstream::secure(HOST, identity, |_| Reply::json(200, json!({ "degrees": 21 })));
    let mut settings = config::Outbound::default();
    settings.allow_hosts = vec![HOST.to_owned()];
    let resolver = Arc::new(Resolver(|_: &str| vec![SocketAddr::from(([127, 0, 0, 1], 0))]));
    let outbound = Outbound::with_parts(&settings, Parts { resolver, ..Parts::default() });
    let mut wanted = TargetSettings::new("Weather API");
    wanted.allowed_ca_certs = trusted;
    let target = outbound.target(&wanted).expect("a target");
    let url = upstream.url("/").parse().expect("a URL");
    target.send(Request::new(Method::GET, url), None).await
}

#[tokio::test]
async fn listed_authorities_and_listed_certificates_are_trusted() {
    for identity in [Identity::issued(HOST), Identity::self_signed(HOST)] {
        let answer = call(&identity, &identity.trusted).await.expect("an answer");
        assert_eq!(&answer.body[..], br#"{"degrees":21}"#);
    }
    // Several may be listed, and the order is of no matter.
    let (other, identity) = (Identity::issued("other.example"), Identity::self_signed(HOST));
    let both = [other.trusted.clone(), identity.trusted.clone()].concat();
    call(&identity, &both).await.expect("an answer");
}

#[tokio::test]
async fn a_wrong_certificate_is_told_with_what_is_wrong() {
    let other = Identity::issued("other.example");
    let common_name = "needs a subject alternative name for weather.example; its common name does not count";
    for (identity, trusted, expected) in [
        (Identity::issued(HOST), other.trusted.clone(), "issued by nobody known; if that is meant, put"),
        (Identity::self_signed(HOST), other.trusted.clone(), "into the webhook's allowedCaCerts"),
        (Identity::issued("other.example"), vec![], "is not for weather.example, but for other.example"),
        (Identity::self_signed("other.example"), vec![], "is not for weather.example, but for"),
        (Identity::expired(HOST), vec![], "has expired; renew it"),
        (Identity::self_signed_expired(HOST), vec![], "has expired; renew it"),
        (Identity::common_name_only(HOST), vec![], common_name),
        (Identity::self_signed_common_name_only(HOST), vec![], common_name),
    ] {
        let trusted = if trusted.is_empty() { identity.trusted.clone() } else { trusted };
        let error = call(&identity, &trusted).await.expect_err(expected);
        assert_eq!(error.code(), "tls_failed", "{error}");
        assert!(error.to_string().contains(expected), "{error}\nexpected: {expected}");
    }
}

#[tokio::test]
async fn the_systems_roots_do_not_know_a_private_authority() {
    let error = call(&Identity::issued(HOST), &[]).await.expect_err("unknown");
    assert_eq!(error.code(), "tls_failed", "{error}");
    assert!(error.to_string().contains("allowedCaCerts"), "{error}");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told() {
    let upstream = Upstream::start(|_| Reply::new(200));
    let mut settings = config::Outbound::default();
    settings.allow_hosts = vec!["127.0.0.1".to_owned()];
    let identity = Identity::issued(HOST);
    let mut wanted = TargetSettings::new("Weather API");
    wanted.allowed_ca_certs = &identity.trusted;
    wanted.timeout = std::time::Duration::from_secs(2);
    let target = Outbound::new(&settings).target(&wanted).expect("a target");
    let url = upstream.url("/").replace("http:", "https:").parse().expect("a URL");
    let error = target.send(Request::new(Method::GET, url), None).await.expect_err("no TLS");
    assert!(error.is_unavailable(), "{error}");
}

#[test]
fn what_is_no_certificate_is_refused_when_the_target_is_set_up() {
    let mut wanted = TargetSettings::new("Weather API");
    let certificates = [Identity::issued(HOST).trusted.remove(0), b"no certificate".to_vec()];
    wanted.allowed_ca_certs = &certificates;
    let error = Outbound::new(&config::Outbound::default()).target(&wanted).expect_err("refused");
    assert!(matches!(error, OutboundSetupError::Certificate { index: 1, .. }), "{error}");
    assert!(error.to_string().starts_with("allowedCaCerts[1] cannot be used: "), "{error}");
}
