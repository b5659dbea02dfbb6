//! Every filter alone and together, counting, and what the hours have counted.

use super::super::counts::{Count, Counts};
use super::super::status::Status;
use super::*;

/// Calls that differ in one thing each, the oldest first.
fn fill(log: &Log) {
    log.note("plain", "s-1");
    let mut failed = log.call(&request("broken", "s-2"));
    (failed.status, failed.outcome, failed.error) =
        (503, "failed", Some(("upstream_down", "The percent is 100% of_it".to_owned())));
    log.put(failed);
    let mut late = log.call(&request("late", "s-2"));
    (late.status, late.error) = (504, Some(("deadline_exceeded", "too late".to_owned())));
    log.put(late);
    let mut sorry = log.call(&request("sorry", "s-3"));
    sorry.error = Some(("internal", "hidden".to_owned()));
    log.put(sorry);
    let mut flexible = log.call(&request("flexible", ""));
    flexible.kind = Kind::Flexible;
    log.put(flexible);
    let elsewhere = json!({
        "fulfillmentInfo": { "tag": "draft" },
        "sessionInfo": { "session": "projects/p/locations/l/agents/a/sessions/s-4" },
    });
    log.put(log.call(&elsewhere));
    let mut refused = log.call(&elsewhere);
    (refused.call, refused.status, refused.outcome) = (None, 401, "refused");
    (refused.error, refused.answer) = (Some(("unauthorized", "no".to_owned())), None);
    log.put(refused);
    log.activity
        .note(Record::Outbound(Box::new(log.upstream("Weather API", Some(&request("weather", "s-1"))))));
}

#[test]
fn every_filter_finds_what_it_says() {
    each("activity_filters", "", async |log| {
        let begun = log.clock.unix_micros();
        fill(&log);
        let of = |text: &str| Some(text.to_owned());
        let none = Filter::default;
        let all = ["weather", "", "draft", "flexible", "sorry", "late", "broken", "plain"];
        let failed: Vec<Status> = Status::ALL.iter().copied().filter(|status| status.is_failure()).collect();
        let millisecond = |number: i64| Some(begun + number * 1000);
        for (what, filter, expected) in [
            ("everything", none(), &all[..]),
            ("start", Filter { start: millisecond(7), ..none() }, &["weather", ""]),
            ("end", Filter { end: millisecond(3), ..none() }, &["broken", "plain"]),
            ("a window of one", Filter { start: millisecond(3), end: millisecond(4), ..none() }, &["late"]),
            ("status", Filter { statuses: vec![Status::Timeout], ..none() }, &["late"]),
            (
                "statuses",
                Filter { statuses: vec![Status::Timeout, Status::Apologised], ..none() },
                &["sorry", "late"],
            ),
            (
                "failed",
                Filter { statuses: failed.clone(), ..none() },
                &["weather", "", "sorry", "late", "broken"],
            ),
            ("status code", Filter { status_code: Some(503), ..none() }, &["broken"]),
            ("error type", Filter { error_type: of("upstream_down"), ..none() }, &["broken"]),
            ("webhook", Filter { webhook: of("Weather API"), ..none() }, &["weather"]),
            ("tag", Filter { tag: of("plain"), ..none() }, &["plain"]),
            ("environment", Filter { environment: of("draft"), ..none() }, &["draft"]),
            ("session", Filter { session: of("s-2"), ..none() }, &["late", "broken"]),
            ("a session's name", Filter { session: of(&session("s-1")), ..none() }, &["weather", "plain"]),
            (
                "kind",
                Filter { kinds: vec![Kind::Flexible, Kind::Upstream], ..none() },
                &["weather", "flexible"],
            ),
            ("text in an error", Filter { text: of("100% OF_it"), ..none() }, &["broken"]),
            ("no wildcard", Filter { text: of("100%_of"), ..none() }, &[]),
            (
                "text in a name",
                Filter { text: of("phone"), ..none() },
                &["flexible", "sorry", "late", "broken", "plain"],
            ),
            ("text and tag", Filter { text: of("phone"), tag: of("late"), ..none() }, &["late"]),
            (
                "session and status",
                Filter { session: of("s-2"), statuses: failed, ..none() },
                &["late", "broken"],
            ),
            ("session and tag", Filter { session: of("s-2"), tag: of("late"), ..none() }, &["late"]),
            ("nothing has it", Filter { tag: of("no such"), ..none() }, &[]),
            ("both must hold", Filter { tag: of("late"), status_code: Some(503), ..none() }, &[]),
        ] {
            assert_eq!(log.tags(&filter).await, expected, "{what}");
            let count = query::count(log.activity.store(), &filter).await.expect("a count");
            assert_eq!(count, (expected.len() as i64, true), "{what}");
        }
    });
}

#[test]
fn more_combinations_than_are_merged_are_looked_through() {
    each("activity_many_tags", "", async |log| {
        for number in 0..300 {
            log.note(&format!("tag-{number}"), "s");
        }
        let filter = Filter { environment: Some("prod".to_owned()), ..Filter::default() };
        let tags = log.tags(&filter).await;
        assert_eq!((tags.len(), tags[0].as_str(), tags[99].as_str()), (100, "tag-299", "tag-200"));
        assert_eq!(query::count(log.activity.store(), &filter).await.expect("a count"), (300, true));
    });
}

#[test]
fn hours_are_counted_by_name_and_day() {
    each("activity_counts", "", async |log| {
        log.note("order", "s-1");
        log.clock.advance(Duration::from_secs(24 * 3600));
        fill(&log);
        log.note("order", "s-1");
        log.activity.flush().await;
        let now = log.clock.unix_micros();
        let read =
            async |count: Count, days| count.read(log.activity.store(), now, days).await.expect("counts");
        let by_tag = read(Count::Tag, 7).await;
        assert_eq!(by_tag["order"], Counts { calls: 2, failed: 0, days: vec![0, 0, 0, 0, 0, 1, 1] });
        assert_eq!(by_tag["broken"], Counts { calls: 1, failed: 1, days: vec![0, 0, 0, 0, 0, 0, 1] });
        assert_eq!(read(Count::Tag, 1).await["order"].calls, 1);
        let by_webhook = read(Count::Webhook, 7).await;
        assert_eq!(by_webhook.keys().collect::<Vec<_>>(), ["Weather API"]);
        assert_eq!(by_webhook["Weather API"].failed, 1);
        assert_eq!(read(Count::Kind, 7).await["standard"].calls, 8);
        log.activity.erase("s-1").await.expect("erased");
        assert!(!read(Count::Tag, 7).await.contains_key("order"));
    });
}
