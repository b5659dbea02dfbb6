//! Calling out as it should go: what is sent, what comes back, connections, Service Directory.

use std::time::Duration;

use rejoinder::config;
use rejoinder::outbound::{Method, Outbound, Request, Target, TargetSettings};
use serde_json::json;

use crate::kit::{Identity, Reply, Upstream};

/// Settings for upstreams on loopback.
fn settings() -> config::Outbound {
    let mut settings = config::Outbound::default();
    settings.dangerous_allow_http = true;
    settings.allow_hosts = vec!["127.0.0.1".to_owned()];
    settings
}

fn target(settings: &config::Outbound) -> Target {
    Outbound::new(settings).target(&TargetSettings::new("Weather API")).expect("a target")
}

fn request(method: Method, url: &str) -> Request {
    Request::new(method, url.parse().expect("a URL"))
}

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let upstream = Upstream::start(|_| Reply::json(201, json!({ "ok": true })).header("X-Answer", "yes"));
    let request = request(Method::POST, &upstream.url("/a%20b?q=1%2F2#fragment"))
        .header("content-type", b"application/json")
        .and_then(|request| request.header("x-name", "é".as_bytes()))
        .expect("headers")
        .body(r#"{"city":"Oslo"}"#);
    let answer = target(&settings()).send(request, None).await.expect("an answer");
    assert_eq!((answer.status, &answer.body[..], answer.attempts), (201, &br#"{"ok":true}"#[..], 1));
    assert_eq!(answer.headers["x-answer"], "yes");
    let received = upstream.requests().remove(0);
    assert_eq!((received.method.as_str(), received.path.as_str()), ("POST", "/a%20b?q=1%2F2"));
    assert_eq!(received.json(), json!({ "city": "Oslo" }));
    assert_eq!(received.header("x-name"), Some("é"));
    assert_eq!(received.header("host"), Some(upstream.address.to_string().as_str()));
    let agent = received.header("user-agent").expect("a name");
    assert!(agent.starts_with("Rejoinder/"), "{agent}");
    for unwanted in ["accept-encoding", "cookie", "referer", "transfer-encoding"] {
        assert_eq!(received.header(unwanted), None, "{unwanted}");
    }
}

#[tokio::test]
async fn the_headers_of_the_request_win() {
    let upstream = Upstream::start(|_| Reply::new(204));
    let request = request(Method::GET, &upstream.url("/"))
        .header("User-Agent", b"Google-Dialogflow")
        .and_then(|request| request.header("Accept", b"text/plain"))
        .and_then(|request| request.header("Host", b"other.example"))
        .and_then(|request| request.header("Accept-Encoding", b"gzip"))
        .expect("headers");
    let answer = target(&settings()).send(request, None).await.expect("an answer");
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    let received = upstream.requests().remove(0);
    assert_eq!(received.header("user-agent"), Some("Google-Dialogflow"));
    assert_eq!(received.header("accept"), Some("text/plain"));
    assert_eq!(received.header("host"), Some("other.example"));
    assert_eq!(received.header("accept-encoding"), None, "nobody here undoes it");
}

#[tokio::test]
async fn a_compressed_answer_is_not_expanded() {
    let upstream = Upstream::start(|_| Reply::text(200, b"\x1f\x8b\x08").header("Content-Encoding", "gzip"));
    let answer = target(&settings()).send(request(Method::GET, &upstream.url("/")), None).await;
    let answer = answer.expect("an answer");
    assert_eq!(&answer.body[..], b"\x1f\x8b\x08");
    assert_eq!(answer.headers["content-encoding"], "gzip");
}

#[tokio::test]
async fn a_connection_is_used_again_also_by_another_target() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let outbound = Outbound::new(&settings());
    // The client is kept by its targets, so one of them must be there all the time.
    let targets = ["one", "two"].map(|name| outbound.target(&TargetSettings::new(name)).expect("a target"));
    for target in [&targets[0], &targets[0], &targets[1]] {
        target.send(request(Method::GET, &upstream.url("/")), None).await.expect("an answer");
    }
    assert_eq!((upstream.requests().len(), upstream.connections()), (3, 1));
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_costs_nobody_a_call() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let mut settings = settings();
    settings.max_attempts = 1;
    let target = target(&settings);
    for connections in 1..=3 {
        let answer = target.send(request(Method::POST, &upstream.url("/")).body("{}"), None).await;
        assert_eq!(answer.expect("an answer").attempts, 1);
        assert_eq!(upstream.connections(), connections);
        upstream.close_connections();
        // The news is there; the client must only be let look at it.
        for _ in 0..16 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn bodies_up_to_the_limit_are_read_however_they_come() {
    for reply in [
        Reply::text(200, vec![b'x'; 65_536]),
        Reply::text(200, vec![b'x'; 65_536]).close(),
        Reply::chunked(&[60_000, 5_536]),
        Reply::raw([b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 65_536]].concat()),
    ] {
        let upstream = Upstream::start(move |_| reply.clone());
        let answer = target(&settings()).send(request(Method::GET, &upstream.url("/")), None).await;
        assert_eq!(answer.expect("an answer").body.len(), 65_536);
    }
    // The answer to HEAD announces a body that does not come.
    let upstream = Upstream::start(|_| Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n"));
    let answer = target(&settings()).send(request(Method::HEAD, &upstream.url("/")), None).await;
    assert_eq!(answer.expect("an answer").body.len(), 0);
}

const SERVICE: &str = "projects/p/locations/global/namespaces/n/services/weather";

#[tokio::test]
async fn a_service_is_reached_where_the_operator_says_and_checked_for_the_host_of_the_uri() {
    let identity = Identity::issued("weather.example");
    let upstream = Upstream::secure("weather.example", &identity, |_| Reply::json(200, json!({})));
    let mut settings = config::Outbound::default();
    let endpoint = upstream.address.to_string().parse().expect("an endpoint");
    settings.service_directory = vec![(SERVICE.to_owned(), endpoint)];
    let outbound = Outbound::new(&settings);
    let mut wanted = TargetSettings::new("Weather API");
    wanted.allowed_ca_certs = &identity.trusted;
    wanted.service = Some(SERVICE);
    let target = outbound.target(&wanted).expect("a target");
    for (url, host) in [
        ("https://weather.example/today", "weather.example"),
        ("https://weather.example:8443/today", "weather.example:8443"),
    ] {
        let answer = target.send(request(Method::GET, url), None).await.expect(url);
        assert_eq!(answer.status, 200);
        assert_eq!(upstream.requests().last().expect("one").header("host"), Some(host));
    }
    let error =
        target.send(request(Method::GET, "https://other.example/"), None).await.expect_err("its name");
    assert_eq!(error.code(), "tls_failed");
    // Without a name there is nothing to check the certificate for.
    let error = target.send(request(Method::GET, "https://127.0.0.1/"), None).await.expect_err("no name");
    assert_eq!(error.code(), "url_invalid");
    let unknown = "projects/p/locations/global/namespaces/n/services/other";
    wanted.service = Some(unknown);
    let error = outbound.target(&wanted).expect_err("unknown").to_string();
    assert!(error.contains(&format!("[outbound.service_directory] \"{unknown}\" = ")), "{error}");
}

#[tokio::test]
async fn a_dead_target_and_a_busy_one_do_not_slow_another() {
    let silent = Upstream::start(|_| Reply::silence());
    let lively = Upstream::start(|_| Reply::json(200, json!({})));
    let mut settings = settings();
    settings.max_concurrent = 4;
    let outbound = Outbound::new(&settings);
    let mut slow = TargetSettings::new("slow");
    slow.timeout = Duration::from_millis(300);
    let slow = outbound.target(&slow).expect("a target");
    let quick = outbound.target(&TargetSettings::new("quick")).expect("a target");
    let waiting = futures_util::future::join_all(
        (0..20).map(|_| slow.send(request(Method::GET, &silent.url("/")), None)),
    );
    let calling = async {
        let begun = std::time::Instant::now();
        for _ in 0..20 {
            quick.send(request(Method::GET, &lively.url("/")), None).await.expect("an answer");
        }
        begun.elapsed()
    };
    let (waited, took) = tokio::join!(waiting, calling);
    let codes =
        |code| waited.iter().filter(|one| one.as_ref().is_err_and(|error| error.code() == code)).count();
    assert_eq!((codes("busy"), codes("timed_out")), (16, 4));
    assert!(took < Duration::from_millis(300), "{took:?}");
}
