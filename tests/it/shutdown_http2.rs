//! HTTP/2 connections when the server stops: they hold nobody, and lose nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rejoinder::testing::Certificates;
use serde_json::json;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::kit::{Http2, Program, SecureClient, call, http2_answer};

/// Ends well, and sooner than a second.
#[track_caller]
fn ends_at_once(program: Program) {
    let begun = Instant::now();
    program.signal("TERM");
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_http_2_connection_holds_nobody() {
    let program = Program::serve();
    let used = Http2::open(program.address).await;
    assert_eq!(used.ask(call("counter", &json!({}))).await.0, 200);
    let unused = Http2::open(program.address).await;
    ends_at_once(program);
    used.closed().await;
    unused.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_http_2_connection_over_tls_holds_nobody() {
    let authority = Certificates::new();
    let folder = tempfile::tempdir().expect("a folder");
    authority.server(&["localhost"]).issue().write(folder.path(), "server").expect("written");
    let file = "[server]\nbind = \"127.0.0.1:0\"\n[demo]\nenabled = true\n\
                [server.tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\n";
    std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
    let program = Program::serve_in(folder, &[], &[]);
    let mut config = SecureClient::trusting(&authority).config();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let socket = TcpStream::connect(program.address).await.expect("the server listens");
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector.connect("localhost".try_into().expect("a name"), socket).await.expect("TLS");
    let client = Http2::over(stream).await;
    assert_eq!(client.ask(call("counter", &json!({}))).await.0, 200);
    ends_at_once(program);
    client.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_in_flight_are_answered_and_later_ones_are_told() {
    let program = Program::serve();
    let client = Http2::open(program.address).await;
    assert_eq!(client.ask(call("counter", &json!({}))).await.0, 200);
    let naps = [300, 350, 400].map(|ms| call("slow", &json!({ "ms": ms })));
    let mut answers = Vec::new();
    for nap in naps {
        answers.push(client.start(nap).await);
    }
    // In the order of the connection: when this is answered, the others have begun.
    assert_eq!(client.ask(call("counter", &json!({}))).await.0, 200);
    program.signal("TERM");
    let begun = Instant::now();
    loop {
        let (status, answer) = client.ask(call("counter", &json!({}))).await;
        if status == 503 {
            assert_eq!(answer["error"]["code"], "shutting_down");
            break;
        }
        assert!(status == 200 && begun.elapsed() < Duration::from_secs(5), "{status}: {answer}");
    }
    for answer in answers {
        assert_eq!(http2_answer(answer).await.0, 200);
    }
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
}
