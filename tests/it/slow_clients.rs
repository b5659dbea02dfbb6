//! Clients that are slow, silent, greedy or endless: cut off by time and size, beside healthy ones.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use h2::Reason;
use rejoinder::Rejoinder;
use rejoinder::testing::Certificates;
use serde_json::json;

use crate::kit::{Connection, Http2, Program, Request, Served, call, http2_answer, until};

fn counter() -> Request {
    Request::call(call("counter", &json!({})))
}

/// As many as asked for, if this process may have them open beside its other tests.
fn affordable(wanted: usize) -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let files = files.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1024);
    wanted.min(usize::saturating_sub(files, 500))
}

#[test]
fn a_thousand_slow_clients_stop_no_healthy_one_and_are_cut_off() {
    let second = ("REJOINDER_SERVER__CLIENT_TIMEOUT", "1s");
    let program =
        Program::serve_with(&["--bind", "127.0.0.1:0"], &[second, ("REJOINDER_SERVER__BODY_TIMEOUT", "1s")]);
    let text = counter().text();
    let head = text.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let mut healthy = program.connect();
    assert_eq!(healthy.ask(&counter()).status, 200);
    let slow: Vec<(&str, Connection)> = (0..affordable(1000))
        .map(|number| {
            let mut connection = program.connect();
            let kind = match number % 4 {
                0 => "silent",
                1 => {
                    connection.send(&text[..head / 2]);
                    "half a head"
                }
                2 => {
                    connection.send(&text);
                    assert_eq!(connection.answer().status, 200);
                    connection.send(&text[..head / 2]);
                    "half a later head"
                }
                _ => {
                    connection.send(&text[..text.len() - 10]);
                    "half a body"
                }
            };
            (kind, connection)
        })
        .collect();
    assert!(slow.len() >= 100, "{} are no crowd", slow.len());
    let (begun, mut slowest) = (Instant::now(), Duration::ZERO);
    while begun.elapsed() < Duration::from_millis(2200) {
        let asked = Instant::now();
        assert_eq!(healthy.ask(&counter()).status, 200);
        assert_eq!(program.connect().ask(&Request::get("/healthz")).status, 200);
        slowest = slowest.max(asked.elapsed());
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    let begun = Instant::now();
    for (kind, connection) in slow {
        let rest = String::from_utf8(connection.rest()).expect("text");
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 408 "), "{kind}: {rest}");
        assert!(kind != "half a body" || rest.is_empty() || rest.contains("body_timeout"), "{rest}");
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "they were closed before: {:?}", begun.elapsed());
    assert_eq!(healthy.ask(&counter()).status, 200);
}

#[test]
fn a_handshake_that_does_not_get_on_is_cut_off() {
    let authority = Certificates::new();
    let folder = tempfile::tempdir().expect("a folder");
    authority.server(&["localhost"]).issue().write(folder.path(), "server").expect("written");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let served = Served::demo_with(&[
        ("REJOINDER_SERVER__CLIENT_TIMEOUT", "200ms"),
        ("REJOINDER_SERVER__TLS__CERTIFICATE", &file("server.pem")),
        ("REJOINDER_SERVER__TLS__KEY", &file("server.key")),
    ]);
    // Nothing, and the beginning of a ClientHello.
    for bytes in [&b""[..], &[0x16, 3, 1, 2, 0, 1]] {
        let begun = Instant::now();
        let mut connection = served.connect();
        connection.send(bytes);
        assert_eq!(connection.rest(), b"");
        let took = begun.elapsed();
        assert!((200..2000).contains(&took.as_millis()), "{bytes:?}: {took:?}");
    }
    let mut healthy = crate::kit::SecureClient::trusting(&authority).connect(served.address);
    assert_eq!(healthy.ask(&counter()).status, 200);
}

#[test]
fn handshakes_beyond_the_rate_wait_for_their_turn() {
    let authority = Certificates::new();
    let folder = tempfile::tempdir().expect("a folder");
    authority.server(&["localhost"]).issue().write(folder.path(), "server").expect("written");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let served = Served::demo_with(&[
        ("REJOINDER_SERVER__HANDSHAKE_RATE", "10"),
        ("REJOINDER_SERVER__TLS__CERTIFICATE", &file("server.pem")),
        ("REJOINDER_SERVER__TLS__KEY", &file("server.key")),
    ]);
    let client = crate::kit::SecureClient::trusting(&authority);
    let begun = Instant::now();
    for _ in 0..18 {
        assert_eq!(client.connect(served.address).ask(&counter()).status, 200);
    }
    assert!(begun.elapsed() >= Duration::from_millis(500), "{:?}", begun.elapsed());
}

#[test]
fn a_body_that_trickles_or_never_ends_is_cut_off() {
    let served = Served::demo_with(&[
        ("REJOINDER_SERVER__BODY_TIMEOUT", "300ms"),
        ("REJOINDER_SERVER__CLIENT_TIMEOUT", "300ms"),
        ("REJOINDER_SERVER__REQUEST_LIMIT", "1KiB"),
    ]);
    let head = counter().header("Transfer-Encoding", "chunked").head();
    let mut trickling = TcpStream::connect(served.address).expect("it listens");
    trickling.write_all(&head).expect("open");
    let begun = Instant::now();
    while trickling.write_all(b"1\r\n \r\n").is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(5), "it is read for ever");
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut endless = TcpStream::connect(served.address).expect("it listens");
    endless.write_all(&head).expect("open");
    let chunk = [b"1000\r\n".as_slice(), &[b' '; 0x1000], b"\r\n"].concat();
    let begun = Instant::now();
    while endless.write_all(&chunk).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(5), "it is read for ever");
    }
    assert_eq!(served.ask(&counter()).status, 200);
}

#[test]
fn a_client_that_takes_no_answers_is_cut_off() {
    const CALLS: usize = 400;
    let long = async || "x".repeat(60_000);
    let served = Served::start(
        move || Rejoinder::new().tag("long", long),
        &[("REJOINDER_SERVER__CLIENT_TIMEOUT", "300ms")],
    );
    let request = Request::call(call("long", &json!({})));
    assert_eq!(served.ask(&request).said().len(), 60_000);
    let mut taking_nothing = TcpStream::connect(served.address).expect("it listens");
    taking_nothing.write_all(&request.text().repeat(CALLS)).expect("it reads them");
    std::thread::sleep(Duration::from_millis(1500));
    let mut taken = Vec::new();
    // Reset or closed, as it happens.
    let _ = taking_nothing.read_to_end(&mut taken);
    assert!(taken.len() < CALLS * 60_000, "{}", taken.len());
    assert_eq!(served.ask(&request).said().len(), 60_000);
}

#[test]
fn a_head_is_limited_in_number_and_size() {
    let served = Served::demo();
    let many = (0..100).fold(counter(), |request, number| request.header(&format!("X-{number}"), "x"));
    let mut connection = served.connect();
    connection.send(&many.text());
    let rest = String::from_utf8(connection.rest()).expect("text");
    assert!(rest.starts_with("HTTP/1.1 431 "), "{rest}");
    let mut connection = served.connect();
    let huge = connection.ask_bytes(&counter().header("X-Huge", "x".repeat(200 << 10)).text());
    assert_eq!(huge.status, 431);
    let large = counter().header("X-Large", "x".repeat(20 << 10)).header("X-Larger", "x".repeat(20 << 10));
    let mut connection = served.connect();
    let message = connection.ask(&large).refused(431, "headers_too_large");
    assert!(message.contains("32768 bytes"), "{message}");
    let long_path = counter().path(format!("/webhook?{}", "x".repeat(33 << 10)));
    connection.ask(&long_path).refused(431, "headers_too_large");
    assert_eq!(connection.ask(&counter().header("X-Fine", "x".repeat(30 << 10))).status, 200);
}

#[test]
fn the_idlest_connections_make_room_for_new_ones() {
    let served = Served::demo_with(&[("REJOINDER_SERVER__MAX_CONNECTIONS", "8")]);
    let mut connections: Vec<Connection> = Vec::new();
    for number in 0..40 {
        let mut connection = served.connect();
        assert_eq!(connection.ask(&counter()).status, 200, "connection {number}");
        connections.push(connection);
    }
    let last = connections.pop().expect("one");
    for connection in connections.drain(..30) {
        assert_eq!(connection.rest(), b"");
    }
    drop(last);
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_heads_and_streams_are_limited_too() {
    let served = Served::demo_with(&[("REJOINDER_SERVER__MAX_STREAMS", "2")]);
    let client = Http2::open(served.address).await;
    let large = "x".repeat(15 << 10);
    let (answer, mut sender) =
        client.begin(&[("x-one", &large), ("x-two", &large), ("x-three", &large)]).await;
    sender.send_data(call("counter", &json!({})).into(), true).expect("open");
    let (status, error) = http2_answer(answer).await;
    assert_eq!((status, &error["error"]["code"]), (431, &json!("headers_too_large")));

    let nap = || call("slow", &json!({ "ms": 1000 }));
    let napping = [client.start(nap()).await, client.start(nap()).await];
    let (status, error) = client.ask(nap()).await;
    assert_eq!((status, &error["error"]["code"]), (503, &json!("overloaded")));
    for answer in napping {
        assert_eq!(http2_answer(answer).await.0, 200);
    }
    assert_eq!(client.ask(nap()).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_streams_that_are_given_up_at_once_stop_nobody() {
    let served = Served::demo_with(&[
        ("REJOINDER_SERVER__MAX_STREAMS", "10"),
        ("REJOINDER_SERVER__MAX_IN_FLIGHT", "4"),
    ]);
    let flooding = Http2::open(served.address).await;
    let healthy = Http2::open(served.address).await;
    let mut given_up = 0;
    while given_up < 2000 {
        let Ok(mut client) = flooding.client.clone().ready().await else { break };
        let request = http::Request::post("http://localhost/webhook").body(()).expect("a request");
        let Ok((_, mut sender)) = client.send_request(request, false) else { break };
        sender.send_reset(Reason::CANCEL);
        given_up += 1;
        if given_up % 100 == 0 {
            assert_eq!(healthy.ask(call("counter", &json!({}))).await.0, 200, "after {given_up}");
        }
    }
    assert_eq!(healthy.ask(call("counter", &json!({}))).await.0, 200);
    assert_eq!(served.ask(&counter()).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_connections_end_that_are_idle_or_take_no_answers() {
    let long = async || "x".repeat(60_000);
    let served = Served::start(
        move || Rejoinder::new().tag("long", long),
        &[("REJOINDER_SERVER__CLIENT_TIMEOUT", "400ms"), ("REJOINDER_SERVER__KEEP_ALIVE", "1s")],
    );
    let (idle, greedy) = (Http2::open(served.address).await, Http2::open(served.address).await);
    assert_eq!(idle.ask(call("long", &json!({}))).await.0, 200);
    // Their answers do not fit into what the client allows before it reads.
    let answers = [
        greedy.start(call("long", &json!({}))).await,
        greedy.start(call("long", &json!({}))).await,
        greedy.start(call("long", &json!({}))).await,
    ];
    let begun = Instant::now();
    greedy.closed().await;
    idle.closed().await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    drop(answers);
    until("it goes on", || served.ask(&Request::get("/healthz")).status == 200);
}
