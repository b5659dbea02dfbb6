//! Upstreams that misbehave: what a call says of them, how often it asks, and when it stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rejoinder::config;
use rejoinder::outbound::{
    Chance, Clock, Method, Outbound, OutboundError, Parts, Phase, Request, Response, Target, TargetSettings,
};
use serde_json::json;

use crate::kit::{Reply, Upstream};
use crate::outbound_guard::Resolver;

const SHORT: Duration = Duration::from_millis(150);

fn settings(max_attempts: usize) -> config::Outbound {
    let mut settings = config::Outbound::default();
    settings.dangerous_allow_http = true;
    settings.allow_hosts = vec!["127.0.0.1".to_owned()];
    settings.max_attempts = max_attempts;
    settings
}

fn target(settings: &config::Outbound, timeout: Duration) -> Target {
    let mut wanted = TargetSettings::new("Weather API");
    wanted.timeout = timeout;
    Outbound::new(settings).target(&wanted).expect("a target")
}

fn request(method: Method, url: &str) -> Request {
    Request::new(method, url.parse().expect("a URL"))
}

async fn once(upstream: &Upstream) -> Result<Response, OutboundError> {
    target(&settings(1), SHORT).send(request(Method::GET, &upstream.url("/?key=s3cret")), None).await
}

/// A port of loopback that nobody listens on.
fn dead_url() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}/?key=s3cret", listener.local_addr().expect("an address"))
}

#[tokio::test]
async fn every_failure_has_its_code_and_shows_no_secret() {
    for (reply, code, unavailable) in [
        (Reply::silence(), "timed_out", true),
        (Reply::stalled(), "timed_out", true),
        (Reply::hang_up(), "connection_lost", true),
        (Reply::truncated(100, "short"), "connection_lost", true),
        (Reply::raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), "connection_lost", true),
        (Reply::raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "answer_invalid", false),
        (Reply::raw("HTTP/1.1 2000 s3cret\r\n\r\n"), "answer_invalid", false),
        (Reply::raw("HTTP/1.1 200 OK\r\nbad header s3cret\r\n\r\n"), "answer_invalid", false),
        (Reply::text(200, vec![b'x'; 65_537]), "answer_too_large", false),
        (Reply::chunked(&[65_536, 1]), "answer_too_large", false),
        (Reply::endless(), "answer_too_large", false),
    ] {
        let upstream = Upstream::start({
            let reply = reply.clone();
            move |_| reply.clone()
        });
        let error = once(&upstream).await.expect_err(code);
        assert_eq!((error.code(), error.is_unavailable()), (code, unavailable), "{error}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(shown.contains(&upstream.url("")), "{shown}");
    }
}

#[tokio::test]
async fn a_reset_and_a_refused_connection_are_told_apart() {
    let error = once(&Upstream::resetting()).await.expect_err("reset");
    assert_eq!(error.code(), "connection_lost", "{error}");
    let error = target(&settings(1), SHORT).send(request(Method::GET, &dead_url()), None).await;
    let error = error.expect_err("nobody is there");
    assert_eq!(error.code(), "unreachable");
    assert!(error.to_string().contains("refused") && !error.to_string().contains("s3cret"), "{error}");
    let resolver = Arc::new(Resolver(|_: &str| Vec::new()));
    let outbound = Outbound::with_parts(&settings(1), Parts { resolver, ..Parts::default() });
    let target = outbound.target(&TargetSettings::new("nowhere")).expect("a target");
    let error =
        target.send(request(Method::GET, "http://nowhere.example/"), None).await.expect_err("nowhere");
    assert_eq!(error.to_string(), "http://nowhere.example cannot be found: the name has no address");
}

#[tokio::test]
async fn an_announced_size_over_the_limit_is_refused_before_the_body() {
    let upstream = Upstream::start(|_| Reply::truncated(65_537, ""));
    let error = once(&upstream).await.expect_err("too large");
    let OutboundError::ResponseTooLarge { limit, announced, .. } = error else {
        panic!("{error}");
    };
    assert_eq!((limit, announced), (65_536, Some(65_537)));
}

#[tokio::test]
async fn a_time_out_says_what_was_waited_for() {
    let phase = |error: OutboundError| match error {
        OutboundError::TimedOut { phase, .. } => phase,
        other => panic!("{other}"),
    };
    let silent = Upstream::start(|_| Reply::silence());
    assert_eq!(phase(once(&silent).await.expect_err("late")), Phase::Answer);
    let stalled = Upstream::start(|_| Reply::stalled());
    assert_eq!(phase(once(&stalled).await.expect_err("late")), Phase::Body);
    let target = target(&settings(1), SHORT);
    let before = silent.connections();
    let answer = target.send(request(Method::GET, &silent.url("/")), Some(Instant::now())).await;
    assert_eq!(phase(answer.expect_err("no time")), Phase::Start);
    assert_eq!(silent.connections(), before);
}

#[tokio::test]
async fn the_deadline_of_the_call_counts_if_it_comes_first() {
    let upstream = Upstream::start(|_| Reply::silence());
    let target = target(&settings(3), Duration::from_secs(30));
    let begun = Instant::now();
    let answer = target.send(request(Method::GET, &upstream.url("/")), Some(begun + SHORT)).await;
    assert_eq!(answer.expect_err("late").code(), "timed_out");
    assert!((SHORT..Duration::from_secs(5)).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    assert_eq!(upstream.requests().len(), 1, "the time was up, so nobody asks again");
}

/// Fails as told the first times, and answers then.
fn recovering(failures: usize, failure: Reply) -> Upstream {
    let asked = AtomicUsize::new(0);
    Upstream::start(move |_| {
        let failing = asked.fetch_add(1, Ordering::SeqCst) < failures;
        if failing { failure.clone() } else { Reply::json(200, json!({})) }
    })
}

#[tokio::test]
async fn only_what_is_safe_is_asked_again() {
    for (failure, method, expected) in [
        (Reply::new(503), Method::GET, Some(200)),
        (Reply::new(503), Method::PUT, Some(200)),
        (Reply::new(503), Method::POST, Some(503)),
        (Reply::new(500), Method::GET, Some(500)),
        (Reply::new(429).header("Retry-After", "0"), Method::GET, Some(200)),
        (Reply::hang_up(), Method::GET, Some(200)),
        (Reply::hang_up(), Method::POST, None),
        (Reply::hang_up(), Method::PATCH, None),
        (Reply::truncated(9, "short"), Method::DELETE, Some(200)),
    ] {
        let upstream = recovering(1, failure.clone());
        let target = target(&settings(2), Duration::from_secs(5));
        let answer = target.send(request(method.clone(), &upstream.url("/")), None).await;
        let attempts = if expected == Some(200) { 2 } else { 1 };
        assert_eq!(answer.as_ref().ok().map(|answer| answer.status), expected, "{method} {failure:?}");
        assert_eq!(upstream.requests().len(), attempts, "{method} {failure:?}");
        if let Ok(answer) = answer {
            assert_eq!(answer.attempts, attempts);
        }
    }
}

#[tokio::test]
async fn attempts_end_with_their_number_and_the_last_outcome_stands() {
    let upstream = recovering(9, Reply::json(503, json!({ "busy": true })));
    let answer = target(&settings(3), Duration::from_secs(5))
        .send(request(Method::GET, &upstream.url("/")), None)
        .await
        .expect("an answer");
    assert_eq!((answer.status, answer.attempts, upstream.requests().len()), (503, 3, 3));
    assert_eq!(&answer.body[..], br#"{"busy":true}"#);
    assert_eq!(upstream.connections(), 1, "its body was read, so the connection goes on");
}

#[tokio::test]
async fn a_pause_that_does_not_fit_the_time_is_not_begun() {
    let upstream = recovering(9, Reply::new(503).header("Retry-After", "30"));
    let begun = Instant::now();
    let answer = target(&settings(5), Duration::from_secs(5))
        .send(request(Method::GET, &upstream.url("/")), None)
        .await
        .expect("an answer");
    assert_eq!((answer.status, answer.attempts), (503, 1));
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_whatever_the_method() {
    let clock = Clock::manual();
    let parts = Parts { clock: clock.clone(), chance: Chance::seeded(1), ..Parts::default() };
    let outbound = Outbound::with_parts(&settings(3), parts);
    let target = outbound.target(&TargetSettings::new("dead")).expect("a target");
    let begun = Instant::now();
    let error = target.send(request(Method::POST, &dead_url()), None).await.expect_err("nobody is there");
    assert_eq!(error.code(), "unreachable");
    // Two pauses: 25 to 50 ms, and 50 to 100 ms.
    assert!(begun.elapsed() >= Duration::from_millis(75), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_target_that_fails_is_left_alone_and_tried_once_later() {
    let healthy = Arc::new(AtomicBool::new(false));
    let state = healthy.clone();
    let upstream = Upstream::start(move |_| Reply::new(if state.load(Ordering::SeqCst) { 200 } else { 500 }));
    let clock = Clock::manual();
    let outbound = Outbound::with_parts(&settings(1), Parts { clock: clock.clone(), ..Parts::default() });
    let target = outbound.target(&TargetSettings::new("Weather API")).expect("a target");
    let call = async || target.send(request(Method::GET, &upstream.url("/")), None).await;
    for _ in 0..5 {
        assert_eq!(call().await.expect("an answer").status, 500);
    }
    let error = call().await.expect_err("open");
    assert_eq!(error.to_string(), "Weather API failed too often and is left alone for another 10s");
    assert!(error.is_unavailable());
    assert_eq!(upstream.requests().len(), 5);
    clock.advance(Duration::from_secs(10));
    assert_eq!(call().await.expect("a trial").status, 500);
    assert_eq!(call().await.expect_err("open again").code(), "circuit_open");
    clock.advance(Duration::from_secs(10));
    healthy.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(call().await.expect("closed").status, 200);
    }
    // Another target of the same upstream has failures of its own alone.
    let other = outbound.target(&TargetSettings::new("other")).expect("a target");
    other.send(request(Method::GET, &upstream.url("/")), None).await.expect("an answer");
}

#[tokio::test]
async fn refusals_and_clients_mistakes_do_not_count_as_failures() {
    let upstream =
        Upstream::start(|request| if request.path == "/" { Reply::new(200) } else { Reply::new(404) });
    let mut settings = settings(1);
    settings.breaker_failures = 1;
    let target = target(&settings, Duration::from_secs(5));
    for url in ["http://10.1.2.3/".to_owned(), "http://metadata/".to_owned(), upstream.url("/missing")] {
        let _ = target.send(request(Method::GET, &url), None).await;
        let answer = target.send(request(Method::GET, &upstream.url("/")), None).await;
        assert_eq!(answer.expect(&url).status, 200);
    }
}
