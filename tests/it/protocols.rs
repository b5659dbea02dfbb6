//! The versions of HTTP that the door speaks.

use serde_json::json;

use crate::kit::{Http2, Request, Served, call, fixture};

#[test]
fn a_connection_is_kept_for_the_next_call() {
    let served = Served::demo();
    let mut connection = served.connect();
    for expected in 1..=20 {
        let reply = connection.ask(&Request::call(call("counter", &json!({})))).reply();
        assert_eq!(reply["sessionInfo"]["parameters"]["count"], expected);
    }
}

#[test]
fn a_client_may_ask_to_close() {
    let served = Served::demo();
    let mut connection = served.connect();
    let answer = connection.ask(&Request::get("/healthz").header("Connection", "close"));
    assert_eq!((answer.status, answer.header("Connection")), (200, Some("close")));
    assert_eq!(connection.rest(), b"");
}

#[test]
fn http_1_0_is_answered_and_closed() {
    let served = Served::demo();
    let text = Request::call(fixture("requests/order-status")).text();
    let text = String::from_utf8(text).expect("text").replacen("HTTP/1.1", "HTTP/1.0", 1);
    let mut connection = served.connect();
    connection.send(text.as_bytes());
    assert_eq!(connection.answer().said(), "Hi Ada, order 42 shipped and arrives on Friday.");
    assert_eq!(connection.rest(), b"");
    // It may have no Host, too.
    let mut connection = served.connect();
    connection.send(b"GET /healthz HTTP/1.0\r\n\r\n");
    assert_eq!(connection.answer().status, 200);
}

#[test]
fn what_is_no_http_ends_its_own_connection_alone() {
    let served = Served::demo();
    for nonsense in ["\x16\x03\x01\x02", "GET\r\n\r\n", "POST /webhook HTTP/1.1\r\nContent-Length: x\r\n\r\n"]
    {
        let mut connection = served.connect();
        connection.send(nonsense.as_bytes());
        connection.finish();
        let rest = String::from_utf8_lossy(&connection.rest()).into_owned();
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 400 "), "{nonsense:?}: {rest}");
    }
    assert_eq!(served.ask(&Request::get("/healthz")).status, 200);
}

#[tokio::test]
async fn http_2_is_spoken_in_clear_text() {
    let served = Served::demo();
    let client = Http2::open(served.address).await;
    let (status, reply) = client.ask(fixture("requests/order-status")).await;
    assert_eq!(status, 200);
    assert_eq!(reply["sessionInfo"]["parameters"]["attempts"], 3);
    let (status, error) = client.ask(b"no JSON".to_vec()).await;
    assert_eq!((status, &error["error"]["code"]), (400, &json!("invalid_request")));
    let (status, error) = client.ask(vec![b' '; (1 << 20) + 1]).await;
    assert_eq!((status, &error["error"]["code"]), (413, &json!("too_large")));
    let (status, _) = client.ask(call("fail", &json!({ "kind": "panic" }))).await;
    assert_eq!(status, 500);
    let (status, _) = client.ask(fixture("requests/large-40kb")).await;
    assert_eq!(status, 200, "the connection goes on");
}

#[tokio::test]
async fn calls_share_an_http_2_connection() {
    let served = Served::demo();
    let client = Http2::open(served.address).await;
    let begun = std::time::Instant::now();
    let naps = (0..10).map(|_| client.ask(call("slow", &json!({ "ms": 150 }))));
    let answers = futures_util::future::join_all(naps).await;
    assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    assert!(begun.elapsed().as_millis() < 1500, "not one after the other: {:?}", begun.elapsed());
}
