//! Events that neighbour systems sent, dead letters among them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rejoinder::{Error, Received, Rejoinder};

use super::Browser;
use crate::activity::list;
use crate::kit::stores::stores;
use crate::kit::until;
use crate::receive::{event, listed, sent, serve};

const COMMENT_ADDED: &str = "zen:event-type:ticket.comment_added";
const QUICK: [(&str, &str); 1] = [("REJOINDER_RECEIVE__RETRY_DELAYS", "[\"1ms\"]")];

#[test]
fn what_was_given_up_is_seen_and_worked_on_again() {
    for store in stores("console received") {
        let works = Arc::new(AtomicBool::new(false));
        let mended = Arc::clone(&works);
        let router = move || {
            Rejoinder::new().on_event(COMMENT_ADDED, move |_: Received| {
                let works = works.load(Ordering::SeqCst);
                async move {
                    if works {
                        Ok(())
                    } else {
                        Err(Error::unavailable("<script>the shop</script> is closed"))
                    }
                }
            })
        };
        let served = serve(&store, router, "", &QUICK);
        for id in ["e-1", "e-2", "e-3"] {
            assert_eq!(served.ask(&sent(&event(id, COMMENT_ADDED))).status, 200);
        }
        assert_eq!(served.ask(&sent(&event("e-4", "zen:event-type:user.created"))).status, 200);
        until("all were given up", || listed(&served, "state=dead").len() == 3);
        let mut browser = Browser::stranger(&served);
        assert_eq!(browser.try_token(served.token()).status, 303);
        let page = browser.open("/console/activity/received?state=dead");
        assert_eq!(page.text.matches("<tr>").count(), 4, "{}", page.text);
        page.shows("given up").shows("the shop</script> is closed").hides("user.created");
        assert!(!page.text.contains("<script>the shop"));
        browser
            .open("/console/activity/received?source=support&type=zen:event-type:user.created")
            .shows("unhandled");
        let id = listed(&served, "state=dead")[0]["id"].as_str().expect("an id").to_owned();
        // Its request is in the log, under the same id.
        browser
            .open(&format!("/console/activity/{id}"))
            .shows("received event")
            .shows("a dead letter")
            .shows("given up");
        let one = browser.open(&format!("/console/activity/received/{id}"));
        one.shows("\"account_id\": 4001,").shows("e-3");
        mended.store(true, Ordering::SeqCst);
        let again = browser.send(&one, &format!("/console/activity/received/{id}/replay"), &[]);
        again.shows("Made again.");
        until("it is done", || listed(&served, "state=done").len() == 1);
        // The rest at once.
        let asked = browser.open("/console/activity/replay?kind=zendesk");
        asked.shows("2 calls failed since").shows("received events that were given up");
        let (start, end) = (asked.value("start"), asked.value("end"));
        let fields = [("start", &*start), ("end", &*end), ("kind", "zendesk")];
        browser.send(&asked, "/console/activity/replay", &fields).shows("<dd>2</dd>");
        until("they are done", || listed(&served, "state=done").len() == 3);
        assert_eq!(list(&served, "?kind=zendesk").len(), 4);
    }
}
