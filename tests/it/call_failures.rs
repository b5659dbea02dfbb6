//! `rejoinder call`: each way to fail, the event that it raises, and the hint.

use crate::call::{call, document};
use crate::kit::{Identity, Reply, Upstream};

/// Calls an upstream that answers so; gives event, code, the google.rpc code, and the hint.
fn verdict(reply: Reply) -> (String, String, u64, String) {
    let upstream = Upstream::start(move |_| reply.clone());
    verdict_at(&upstream.url("/webhook"))
}

fn verdict_at(url: &str) -> (String, String, u64, String) {
    let ended = call(&[url, "--tag", "t", "--timeout", "500ms", "--json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let (document, _) = document(&ended);
    let verdict = &document["verdict"];
    let text = |name: &str| verdict[name].as_str().expect(name).to_owned();
    let status = verdict["webhookStatus"]["code"].as_u64().expect("a code");
    (text("event"), text("code"), status, text("hint"))
}

#[test]
fn every_event_is_raised_by_its_cause() {
    let large = "x".repeat(65_537);
    for (reply, event, code, rpc, hint) in [
        (Reply::silence(), "webhook.error.timeout", "timed_out", 4, "the agent waits 500ms"),
        (Reply::stalled(), "webhook.error.timeout", "timed_out", 4, "raise the webhook's timeout"),
        (Reply::new(400), "webhook.error.bad-request", "bad_request", 3, "the server misses something"),
        (Reply::new(401), "webhook.error.rejected", "unauthorized", 16, "what was presented: nothing"),
        (Reply::new(403), "webhook.error.rejected", "forbidden", 7, "does not let it in"),
        (Reply::new(404), "webhook.error", "not_found", 5, "nothing answers the tag \"t\""),
        (Reply::new(500), "webhook.error", "server_error", 14, "its log says"),
        (Reply::new(503), "webhook.error.unavailable", "unavailable", 14, "overloaded"),
        (Reply::redirect(302, "/other"), "webhook.error", "redirect", 14, "not followed"),
        (Reply::text(200, &large), "webhook.error", "answer_too_large", 3, "less than 64 KiB"),
        (Reply::endless(), "webhook.error", "answer_too_large", 3, "less than 64 KiB"),
        (Reply::text(200, "OK"), "webhook.error", "answer_invalid", 3, "mend the answer"),
        (Reply::text(200, ""), "webhook.error", "answer_empty", 3, "answer {}"),
        (
            Reply::text(200, "<html>Sign in</html>"),
            "webhook.error",
            "answer_is_html",
            3,
            "not the webhook's address",
        ),
        (Reply::hang_up(), "webhook.error", "connection_lost", 14, "the server's log"),
        (Reply::truncated(100, "{}"), "webhook.error", "connection_lost", 14, "the server's log"),
        (Reply::raw("SSH-2.0-x\r\n"), "webhook.error", "answer_invalid", 14, "no HTTP"),
    ] {
        let found = verdict(reply);
        assert_eq!((found.0.as_str(), found.1.as_str(), found.2), (event, code, rpc), "{found:?}");
        assert!(found.3.contains(hint), "{hint:?} in {found:?}");
    }
}

#[test]
fn what_cannot_be_reached_is_not_found() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/webhook", taken.local_addr().expect("bound"));
    drop(taken);
    let (event, code, rpc, hint) = verdict_at(&url);
    assert_eq!((event.as_str(), code.as_str(), rpc), ("webhook.error.not-found", "unreachable", 14));
    assert!(hint.contains("start the server"), "{hint}");
    let upstream = Upstream::secure("localhost", &Identity::self_signed("localhost"), |_| Reply::new(200));
    let (event, code, _, hint) = verdict_at(&upstream.url("/"));
    assert_eq!((event.as_str(), code.as_str()), ("webhook.error.not-found", "tls_failed"));
    assert!(hint.contains("allowedCaCerts"), "{hint}");
}

#[test]
fn a_failed_call_is_made_once() {
    let upstream = Upstream::start(|_| Reply::new(503));
    verdict_at(&upstream.url("/webhook"));
    assert_eq!(upstream.requests().len(), 1, "Dialogflow may repeat a call; this one counts");
}

#[test]
fn the_place_of_what_is_wrong_is_told() {
    let upstream = Upstream::start(|_| Reply::text(200, "{\n  \"sessionInfo\": {\"parameters\": []}\n}"));
    let ended = call(&[&upstream.url("/"), "--tag", "t"]);
    assert!(ended.out.contains("line 2, column "), "{}", ended.out);
    assert!(ended.out.contains("sessionInfo.parameters"), "{}", ended.out);
}

#[test]
fn an_answer_cannot_command_the_terminal() {
    let upstream = Upstream::start(|_| Reply::text(200, "\x1b[2J").header("X-Evil", "a\x1b]0;b"));
    let ended = call(&[&upstream.url("/"), "--tag", "t"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(!ended.out.contains('\x1b'), "{:?}", ended.out);
}
