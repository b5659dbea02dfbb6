//! What a call is made of when it is made again.

use super::super::replay::{NotReplayable, Replay};
use super::*;
use crate::outbound::{Method, Request};

async fn replay(log: &Log, id: super::super::InvocationId) -> Result<Replay, NotReplayable> {
    log.activity.flush().await;
    let whole = query::one(log.activity.store(), id).await.expect("a store").expect("an invocation");
    Replay::of(&whole.found, &view::messages(&whole.messages), log.activity.settings())
}

#[test]
fn a_body_that_was_kept_is_what_is_sent_again() {
    each("activity_replay", "inbound_bodies = true", async |log| {
        let inbound = log.put(log.call(&request("t", "s")));
        let again = replay(&log, inbound).await.expect("replayable");
        let sent = request("t", "s").to_string();
        assert!(matches!(&again, Replay::Inbound { flexible: false, body } if *body == sent));
        let mut outbound = log.upstream("W", Some(&request("t", "s")));
        let url = "https://a.example/x?q=1".parse().expect("a URL");
        let sent = Request::new(Method::PUT, url).header("x-a", b"b").expect("a header");
        outbound.seen.requests.push(sent.body("{\"a\":1}"));
        let id = outbound.id;
        log.activity.note(Record::Outbound(Box::new(outbound)));
        let again = replay(&log, id).await.expect("replayable");
        let Replay::Upstream { webhook, place, method, url, headers, body } = again else {
            panic!("{again:?}")
        };
        assert_eq!(
            (webhook.as_str(), method.as_str(), url.as_str()),
            ("W", "PUT", "https://a.example/x?q=1")
        );
        assert_eq!((headers, body.as_str()), (vec![("x-a".to_owned(), "b".to_owned())], "{\"a\":1}"));
        assert_eq!(
            (place.session.as_str(), place.tag.as_str(), place.environment.as_str()),
            ("s", "t", "prod")
        );
    });
}

#[test]
fn what_was_not_kept_is_refused_with_the_setting() {
    each("activity_no_replay", "outbound_bodies = false", async |log| {
        let inbound = log.note("t", "s");
        assert_eq!(replay(&log, inbound).await.err(), Some(NotReplayable::InboundBodyNotKept));
        let mut refused = log.call(&request("t", "s"));
        refused.call = None;
        let refused = log.put(refused);
        assert_eq!(replay(&log, refused).await.err(), Some(NotReplayable::Refused));
        let mut outbound = log.upstream("W", Some(&request("t", "s")));
        outbound
            .seen
            .requests
            .push(Request::new(Method::GET, "https://a.example/42".parse().expect("a URL")));
        let (sent, unsent) = (outbound.id, log.upstream("W", None));
        let unsent_id = unsent.id;
        log.activity.note(Record::Outbound(Box::new(outbound)));
        log.activity.note(Record::Outbound(Box::new(unsent)));
        assert_eq!(replay(&log, sent).await.err(), Some(NotReplayable::OutboundBodyNotKept));
        assert_eq!(replay(&log, unsent_id).await.err(), Some(NotReplayable::NothingSent));
        let shown = log.shown(sent).await;
        assert_eq!(shown["attempts"], json!([]), "no attempt was made in this test");
        assert!(!shown.to_string().contains("/42"), "{shown}");
    });
}
