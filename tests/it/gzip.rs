//! Compressed bodies.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::kit::{Request, Served, call, fixture};

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).expect("memory");
    encoder.finish().expect("memory")
}

fn gzipped(body: &[u8]) -> Request {
    Request::call(gzip(body)).header("Content-Encoding", "gzip")
}

#[test]
fn a_gzip_body_is_read() {
    let served = Served::demo();
    let body = fixture("requests/large-40kb");
    let mut connection = served.connect();
    connection.send(&gzipped(&body).chunked(1000));
    assert_eq!(connection.answer().said(), "Hi Ada, order 42 shipped and arrives on Friday.");
    for name in ["gzip", "GZIP", "x-gzip"] {
        let answer = connection.ask(&gzipped(&body).header("Content-Encoding", name));
        assert_eq!(answer.said(), "Hi Ada, order 42 shipped and arrives on Friday.", "{name}");
    }
    // Several members are one body.
    let (first, second) = body.split_at(body.len() / 2);
    let members = [gzip(first), gzip(second)].concat();
    assert_eq!(connection.ask(&gzipped(b"").body(members)).status, 200);
    assert_eq!(connection.ask(&Request::call(body).header("Content-Encoding", "identity")).status, 200);
}

#[test]
fn a_gzip_body_expands_to_its_limit_and_no_further() {
    let served = Served::demo_with(&[("REJOINDER_SERVER__EXPANDED_LIMIT", "64KiB")]);
    let mut body = call("counter", &json!({}));
    body.resize(64 << 10, b' ');
    assert_eq!(served.ask(&gzipped(&body)).status, 200);
    body.push(b' ');
    let message = served.ask(&gzipped(&body)).refused(413, "too_large");
    insta::assert_snapshot!(message, @"The body is over 65536 bytes once expanded, the largest accepted.");
}

#[test]
fn a_gzip_bomb_is_defused() {
    let served = Served::demo();
    let bomb = gzip(&vec![b' '; 256 << 20]);
    assert!(bomb.len() < 1 << 20, "it passes the limit for what is sent");
    let request = Request::call(bomb).header("Content-Encoding", "gzip");
    served.ask(&request).refused(413, "too_large");
    assert_eq!(served.ask(&Request::get("/healthz")).status, 200);
}

#[test]
fn a_gzip_body_is_limited_as_it_is_sent_too() {
    let served = Served::demo_with(&[("REJOINDER_SERVER__REQUEST_LIMIT", "1KiB")]);
    // Random enough not to shrink below the limit.
    let noise: Vec<u8> = (0_u32..4000).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert!(gzip(&noise).len() > 1024);
    let message = served.ask(&gzipped(&noise)).refused(413, "too_large");
    assert!(!message.contains("expanded"), "{message}");
}

#[test]
fn what_is_no_gzip_is_refused() {
    let served = Served::demo();
    let whole = gzip(&call("counter", &json!({})));
    let mut broken = whole.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 0xff;
    let trailing = [&whole[..], b"trailing"].concat();
    for (what, body) in [
        ("plain", call("counter", &json!({}))),
        ("truncated", whole[..whole.len() - 9].to_vec()),
        ("broken", broken),
        ("trailing", trailing),
        ("empty", Vec::new()),
    ] {
        let request = Request::call(body).header("Content-Encoding", "gzip");
        let answer = served.ask(&request);
        assert_eq!(answer.status, 400, "{what}: {:?}", String::from_utf8_lossy(&answer.body));
        assert!(answer.json()["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
}

#[test]
fn another_encoding_is_told_the_one_that_works() {
    let served = Served::demo();
    for encoding in ["br", "deflate", "zstd", "gzip, gzip", "gzip, br"] {
        let request = Request::call(fixture("requests/order-status")).header("Content-Encoding", encoding);
        let answer = served.ask(&request);
        let message = answer.refused(415, "unsupported_content_encoding");
        assert!(message.contains(encoding), "{message}");
        assert_eq!(answer.header("Accept-Encoding"), Some("gzip"));
    }
}
