//! Conversations, by their newest calls.

use super::super::query::{Conversations, conversations};
use super::*;
use crate::activity::InvocationId;

async fn listed(log: &Log, size: usize, after: Option<InvocationId>) -> Conversations {
    log.activity.flush().await;
    conversations(log.activity.store(), size, after).await.expect("a page")
}

fn names(page: &Conversations) -> Vec<&str> {
    page.list.iter().map(|one| one.session.as_str()).collect()
}

#[test]
fn a_conversation_is_in_the_place_of_its_last_call() {
    each("activity_conversations", "", async |log| {
        assert!(listed(&log, 10, None).await.list.is_empty());
        let first = log.note("order", "a");
        log.note("order", "b");
        log.note("weather", "c");
        let mut failed = log.call(&request("order", "a"));
        (failed.status, failed.error) = (503, Some(("upstream_down", "Down.".to_owned())));
        let last = log.put(failed);
        log.note("no session", "");
        // A call of ours is none of the agent's.
        let mut upstream = log.upstream("Weather API", Some(&request("weather", "c")));
        upstream.parent = Some(last);
        log.activity.note(Record::Outbound(Box::new(upstream)));
        let page = listed(&log, 10, None).await;
        assert_eq!(names(&page), ["a", "c", "b"]);
        assert_eq!(page.after, None);
        let one = &page.list[0];
        assert_eq!((one.calls, one.failed, one.is_more), (2, 1, false));
        assert_eq!((one.first, one.last), (first, last));
        assert_eq!(page.list[1].calls, 1);
        assert_eq!(one.tags.iter().collect::<Vec<_>>(), ["order"]);
        // Page by page: nothing is left out.
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = listed(&log, 1, after).await;
            seen.extend(names(&page).into_iter().map(str::to_owned));
            after = page.after;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen[..3], ["a", "c", "b"]);
    });
}

#[test]
fn a_conversation_that_goes_on_is_on_one_page() {
    crate::store::testing::each("activity_conversations_on", async |store| {
        let log = Log::packing(&store.store, "", "", Packing::NEVER);
        for _ in 0..20 {
            for session in ["a", "b", "c", "d\"\u{202e}'"] {
                log.note("order", session);
            }
        }
        let first = listed(&log, 2, None).await;
        assert_eq!(names(&first), ["d\"\u{202e}'", "c"]);
        assert_eq!(first.list[0].calls, 20);
        let second = listed(&log, 2, first.after).await;
        assert_eq!(names(&second), ["b", "a"]);
        assert_eq!(second.after, None);
        // What comes meanwhile moves none of those to another page, but the one that goes on.
        log.note("order", "a");
        assert_eq!(names(&listed(&log, 2, first.after).await), ["b"]);
    });
}
