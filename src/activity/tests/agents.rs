//! What the console counts of the agent's calls.

use super::super::agents::{Hourly, by_tag, hourly};
use super::*;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn calls_of_agents_are_counted_by_hour_and_tag() {
    each("activity_agents", "", async |log| {
        log.note("order", "s");
        log.clock.advance(25 * HOUR);
        for (status, error) in [
            (200, None),
            (200, Some("handler_failed")),
            (404, Some("unknown_tag")),
            (404, Some("unknown_tag")),
        ] {
            let tag = if status == 404 { "ordre" } else { "order" };
            let error = error.map(|code| (code, "no".to_owned()));
            log.put(Inbound { status, error, ..log.call(&request(tag, "s")) });
        }
        // Ours are not those of the agent, and no failure of the tag.
        log.activity.note(Record::Outbound(Box::new(log.upstream("Weather", Some(&request("order", "s"))))));
        log.activity.flush().await;
        let (store, now) = (log.activity.store(), log.clock.unix_micros());
        let tags = by_tag(store, now, 7).await.expect("a store");
        let order = &tags["order"];
        assert_eq!((order.calls, order.failed, order.unserved), (3, 1, 0));
        assert_eq!(order.days, [0, 0, 0, 0, 0, 1, 2]);
        let ordre = &tags["ordre"];
        assert_eq!((ordre.calls, ordre.failed, ordre.unserved), (2, 2, 2));
        assert_eq!(by_tag(store, now, 1).await.expect("a store")["order"].calls, 2);
        let hours = hourly(store, now, 168).await.expect("a store");
        assert_eq!(hours.len(), 168);
        let (last, earlier) = (hours[167], hours[142]);
        assert_eq!((last.calls, last.failed, earlier.calls, earlier.failed), (4, 3, 1, 0));
        assert_eq!(last.begins - earlier.begins, 25 * 3_600_000_000);
        assert_eq!(hours.iter().map(|Hourly { calls, .. }| calls).sum::<i64>(), 5);
    });
}
