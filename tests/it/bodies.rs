//! Bodies within and beyond their limits of size and time.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::kit::{Answer, Request, Served, call, fixture};

const LIMIT: usize = 1 << 20;

/// A call of `counter` that is `size` bytes long.
fn sized(size: usize) -> Vec<u8> {
    let mut body = call("counter", &json!({}));
    let filler = r#","payload":{"filler":""}}"#;
    body.pop();
    let filling = size - body.len() - filler.len();
    body.extend_from_slice(filler.replace("\"\"", &format!("\"{}\"", "x".repeat(filling))).as_bytes());
    assert_eq!(body.len(), size);
    body
}

fn count(answer: &Answer) -> Value {
    answer.reply()["sessionInfo"]["parameters"]["count"].clone()
}

#[test]
fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    let served = Served::demo();
    for (size, accepted) in [(LIMIT, true), (LIMIT + 1, false)] {
        let request = Request::call(sized(size));
        for text in [request.text(), request.chunked(60_000)] {
            let mut connection = served.connect();
            connection.send(&text);
            let answer = connection.answer();
            if accepted {
                assert!(count(&answer).is_u64());
            } else {
                let message = answer.refused(413, "too_large");
                assert!(message.contains("1048576 bytes"), "{message}");
            }
        }
    }
}

#[test]
fn the_limit_is_a_setting() {
    let served = Served::demo_with(&[("REJOINDER_SERVER__REQUEST_LIMIT", "2KiB")]);
    assert!(count(&served.call(sized(2048))).is_u64());
    served.call(sized(2049)).refused(413, "too_large");
}

#[test]
fn a_client_that_sends_far_too_much_hears_why() {
    let served = Served::demo();
    let request = Request::call(sized(3 * LIMIT));
    for text in [request.text(), request.chunked(100_000)] {
        let mut connection = served.connect();
        // All of it is sent before the answer is read, as most clients do.
        connection.send(&text);
        let answer = connection.answer();
        answer.refused(413, "too_large");
        assert_eq!(answer.header("Connection"), Some("close"));
        assert_eq!(connection.rest(), b"", "the connection ends with the answer");
    }
}

#[test]
fn a_client_that_waits_for_100_continue_hears_413_too() {
    let served = Served::demo();
    let body = sized(3 * LIMIT);
    let request = Request::call("").header("Expect", "100-continue");
    let mut connection = served.connect();
    connection.send(&request.header("Content-Length", body.len().to_string()).head());
    let (status, _) = connection.answer_head();
    assert_eq!(status, 100);
    connection.send(&body);
    connection.answer().refused(413, "too_large");
}

#[test]
fn a_client_that_waits_for_100_continue_is_answered() {
    let served = Served::demo();
    let body = call("counter", &json!({}));
    let mut connection = served.connect();
    let request = Request::call("").header("Expect", "100-continue");
    connection.send(&request.header("Content-Length", body.len().to_string()).head());
    assert_eq!(connection.answer_head().0, 100);
    connection.send(&body);
    assert_eq!(count(&connection.answer()), 1);
}

#[test]
fn a_client_that_announces_too_much_and_sends_nothing_hears_413_in_time() {
    let served = Served::demo_with(&[("REJOINDER_SERVER__BODY_TIMEOUT", "100ms")]);
    let mut connection = served.connect();
    connection.send(&Request::call("").header("Content-Length", "9999999").head());
    connection.answer().refused(413, "too_large");
}

#[test]
fn a_body_that_comes_too_slowly_is_408() {
    let served = Served::demo_with(&[("REJOINDER_SERVER__BODY_TIMEOUT", "100ms")]);
    let mut connection = served.connect();
    let text = Request::call(call("counter", &json!({}))).text();
    let begun = Instant::now();
    connection.send(&text[..text.len() - 1]);
    let answer = connection.answer();
    let message = answer.refused(408, "body_timeout");
    assert!(message.contains("0.1 s"), "{message}");
    assert_eq!(answer.header("Connection"), Some("close"));
    assert!(begun.elapsed() >= Duration::from_millis(100));
    assert_eq!(count(&served.call(call("counter", &json!({})))), 1, "the slow call has reached no handler");
}

#[test]
fn a_body_may_come_in_many_pieces() {
    let served = Served::demo();
    let text = Request::call(fixture("requests/large-40kb")).text();
    for size in [97, 1500, 16_384] {
        let mut connection = served.connect();
        for piece in text.chunks(size) {
            connection.send(piece);
        }
        assert_eq!(connection.answer().said(), "Hi Ada, order 42 shipped and arrives on Friday.", "{size}");
    }
}

#[test]
fn a_body_may_come_in_chunks() {
    let served = Served::demo();
    for size in [1, 7, 4096] {
        let mut connection = served.connect();
        connection.send(&Request::call(fixture("requests/order-status")).chunked(size));
        assert_eq!(connection.answer().said(), "Hi Ada, order 42 shipped and arrives on Friday.", "{size}");
        // What follows the last chunk is the next request.
        assert_eq!(connection.ask(&Request::get("/healthz")).status, 200);
    }
}

#[test]
fn an_empty_body_is_refused() {
    let served = Served::demo();
    let message = served.call("").refused(400, "invalid_request");
    assert!(message.contains("the body is empty"), "{message}");
    let mut connection = served.connect();
    connection.send(&Request::call("").head());
    connection.answer().refused(400, "invalid_request");
}

#[test]
fn requests_sent_in_one_go_are_answered_in_order() {
    let served = Served::demo();
    let [first, second, third] = [(); 3].map(|()| Request::call(call("counter", &json!({}))).text());
    let refused = Request::call("no JSON").text();
    let health = Request::get("/healthz").text();
    let mut connection = served.connect();
    connection.send(&[&first[..], &refused, &health, &second, &third].concat());
    assert_eq!(count(&connection.answer()), 1);
    connection.answer().refused(400, "invalid_request");
    assert_eq!(connection.answer().json(), json!({ "status": "ok" }));
    assert_eq!(count(&connection.answer()), 2);
    assert_eq!(count(&connection.answer()), 3);
}

#[test]
fn a_body_that_ends_early_reaches_no_handler() {
    let served = Served::demo();
    let request = Request::call(call("counter", &json!({})));
    for text in [request.text(), request.chunked(20)] {
        let mut connection = served.connect();
        connection.send(&text[..text.len() - 10]);
        connection.finish();
        let rest = String::from_utf8(connection.rest()).expect("text");
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 400 "), "{rest}");
    }
    assert_eq!(count(&served.ask(&request)), 1);
}

#[test]
fn a_connection_outlives_a_refused_body() {
    let served = Served::demo();
    let mut connection = served.connect();
    let body = call("counter", &json!({}));
    for (request, status) in [
        (Request::call(body.clone()).header("Content-Type", "text/plain"), 415),
        (Request::call(body.clone()).header("Content-Encoding", "br"), 415),
        (Request::call(&body[1..]), 400),
        (Request::call(fixture("refused/requests/invalid-utf8")), 400),
    ] {
        assert_eq!(connection.ask(&request).status, status);
    }
    assert_eq!(count(&connection.ask(&Request::call(body))), 1);
}

#[test]
fn a_large_body_sent_to_the_wrong_place_is_answered_too() {
    let served = Served::demo();
    for (request, status) in [
        (Request::call(sized(3 * LIMIT)).path("/nothing-here"), 404),
        (Request::new("PUT", "/webhook").body(sized(3 * LIMIT)), 405),
        (Request::call(sized(3 * LIMIT)).header("Content-Type", "text/plain"), 415),
    ] {
        let mut connection = served.connect();
        connection.send(&request.text());
        assert_eq!(connection.answer().status, status);
    }
}
