//! Whom we do not call, tried over real sockets: each has an upstream that must never be reached.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rejoinder::config;
use rejoinder::outbound::{Method, Outbound, OutboundError, Parts, Request, Response, TargetSettings};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::kit::{Reply, Upstream};

/// A resolver that answers what a test tells it.
pub(crate) struct Resolver<F>(pub(crate) F);

impl<F: Fn(&str) -> Vec<SocketAddr> + Send + Sync> Resolve for Resolver<F> {
    fn resolve(&self, name: Name) -> Resolving {
        let found = (self.0)(name.as_str());
        Box::pin(async move { Ok(Box::new(found.into_iter()) as Addrs) })
    }
}

/// Settings that let everything through but what the guard refuses.
fn guarded() -> config::Outbound {
    let mut settings = config::Outbound::default();
    settings.dangerous_allow_http = true;
    settings.max_attempts = 1;
    settings
}

async fn get(outbound: &Outbound, url: &str) -> Result<Response, OutboundError> {
    let target = outbound.target(&TargetSettings::new("guarded")).expect("a target");
    target.send(Request::new(Method::GET, url.parse().expect("a URL")), None).await
}

#[tokio::test]
async fn no_way_to_write_loopback_reaches_it() {
    let upstream = Upstream::start(|_| Reply::text(200, "inside"));
    let port = upstream.address.port();
    let outbound = Outbound::new(&guarded());
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "017700000001",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "%6cocalhost",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ] {
        let error = get(&outbound, &format!("http://{host}:{port}/")).await.expect_err(host);
        assert_eq!(error.code(), "destination_refused", "{host}: {error}");
        assert!(!error.is_unavailable());
        assert!(error.to_string().contains("[outbound] allow_networks = [\""), "{host}: {error}");
    }
    assert_eq!(upstream.connections(), 0);
}

#[tokio::test]
async fn metadata_servers_are_refused_by_name_and_by_address() {
    let mut settings = guarded();
    settings.allow_networks =
        vec!["0.0.0.0/0".parse().expect("a network"), "::/0".parse().expect("a network")];
    settings.allow_hosts = vec!["*.internal".to_owned()];
    let resolver = Resolver(|_: &str| vec![SocketAddr::from(([169, 254, 169, 254], 0))]);
    let parts = Parts { resolver: Arc::new(resolver), ..Parts::default() };
    let outbound = Outbound::with_parts(&settings, parts);
    for host in [
        "metadata",
        "metadata.google.internal",
        "METADATA.GOOGLE.INTERNAL.",
        "169.254.169.254",
        "2852039166",
        "[fd00:ec2::254]",
        "[::ffff:169.254.169.254]",
        "innocent.example",
        "other.internal",
    ] {
        let error = get(&outbound, &format!("http://{host}/computeMetadata/v1/")).await.expect_err(host);
        assert_eq!(error.code(), "destination_refused", "{host}: {error}");
        assert!(error.to_string().contains("metadata server"), "{host}: {error}");
        assert!(error.to_string().contains("[outbound] allow_hosts = [\""), "{host}: {error}");
    }
}

#[tokio::test]
async fn a_name_that_changes_its_address_never_leads_inside() {
    let upstream = Upstream::start(|_| Reply::text(200, "inside"));
    let asked = Arc::new(AtomicUsize::new(0));
    let (port, count) = (upstream.address.port(), asked.clone());
    // A permitted address for the first look-up, and one inside for every later one: a check that
    // looks up by itself would see the permitted one. Nobody listens there, which needs no network.
    let resolver = Resolver(move |_: &str| {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        vec![SocketAddr::from((if first { [127, 0, 0, 2] } else { [127, 0, 0, 1] }, 0))]
    });
    let mut settings = guarded();
    settings.allow_networks = vec!["127.0.0.2/32".parse().expect("a network")];
    settings.breaker_failures = 0;
    let parts = Parts { resolver: Arc::new(resolver), ..Parts::default() };
    let outbound = Outbound::with_parts(&settings, parts);
    let url = format!("http://rebinding.example:{port}/");
    assert!(get(&outbound, &url).await.expect_err("nobody is there").is_unavailable());
    for _ in 0..3 {
        let error = get(&outbound, &url).await.expect_err("refused");
        assert_eq!(
            error.to_string(),
            "calls to rebinding.example are refused: 127.0.0.1 is a loopback address; \
             to allow it, set [outbound] allow_networks = [\"127.0.0.1/32\"]"
        );
    }
    assert_eq!((upstream.connections(), asked.load(Ordering::SeqCst)), (0, 4));
}

#[tokio::test]
async fn of_several_addresses_only_those_that_are_permitted_are_tried() {
    let upstream = Upstream::start(|_| Reply::text(200, "inside"));
    let resolver = Resolver(|_: &str| {
        vec![SocketAddr::from(([127, 0, 0, 2], 0)), SocketAddr::from(([127, 0, 0, 1], 0))]
    });
    let mut settings = guarded();
    settings.allow_networks = vec!["127.0.0.1/32".parse().expect("a network")];
    let parts = Parts { resolver: Arc::new(resolver), ..Parts::default() };
    let outbound = Outbound::with_parts(&settings, parts);
    let answer = get(&outbound, &format!("http://mixed.example:{}/", upstream.address.port())).await;
    assert_eq!(answer.expect("answered").body, "inside");
}

#[tokio::test]
async fn a_redirect_inside_is_an_answer_and_not_followed() {
    let inside = Upstream::start(|_| Reply::text(200, "inside"));
    let location = inside.url("/secret");
    let upstream = Upstream::start(move |_| Reply::redirect(302, &location));
    let mut settings = guarded();
    settings.allow_hosts = vec!["127.0.0.1".to_owned()];
    for status in [301, 302, 303, 307, 308] {
        let location = inside.url("/secret");
        let upstream = Upstream::start(move |_| Reply::redirect(status, &location));
        let answer = get(&Outbound::new(&settings), &upstream.url("/")).await.expect("an answer");
        assert_eq!(answer.status, status);
    }
    let answer = get(&Outbound::new(&settings), &upstream.url("/")).await.expect("an answer");
    assert_eq!(answer.headers["location"], inside.url("/secret").as_str());
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn http_and_users_in_the_url_are_refused_without_a_connection() {
    let upstream = Upstream::start(|_| Reply::text(200, "inside"));
    let mut settings = config::Outbound::default();
    settings.allow_hosts = vec!["127.0.0.1".to_owned()];
    let error = get(&Outbound::new(&settings), &upstream.url("/?key=s3cret")).await.expect_err("http");
    assert_eq!(error.code(), "http_refused");
    assert!(error.to_string().contains("dangerous_allow_http = true"), "{error}");
    assert!(!error.to_string().contains("s3cret"), "{error}");
    settings.dangerous_allow_http = true;
    let url = upstream.url("/").replace("//", "//ada:s3cret@");
    let error = get(&Outbound::new(&settings), &url).await.expect_err("a user");
    assert_eq!(error.code(), "url_invalid");
    assert!(!error.to_string().contains("s3cret"), "{error}");
    assert_eq!(upstream.connections(), 0);
}
