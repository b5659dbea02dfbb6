//! What is too old goes, and no more.

use super::super::retention::remove;
use super::super::sql;
use super::*;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[test]
fn calls_go_when_they_have_been_kept_for_long_enough() {
    each("activity_retention", "retention = \"7d\"", async |log| {
        for _ in 0..600 {
            log.note("old", "s");
        }
        log.clock.advance(DAY);
        log.note("kept", "s");
        log.activity.flush().await;
        let remove = || remove(log.activity.store(), &log.clock, log.activity.settings().retention);
        assert_eq!(remove().await.expect("a store"), 0);
        log.clock.advance(6 * DAY + Duration::from_secs(4 * 3600));
        assert_eq!(remove().await.expect("a store"), 600);
        assert_eq!(log.tags(&Filter::default()).await, ["kept"]);
        let counts = super::super::counts::Count::Tag;
        let counts = counts.read(log.activity.store(), log.clock.unix_micros(), 30).await.expect("counts");
        assert_eq!(counts.keys().collect::<Vec<_>>(), ["kept"]);
        log.clock.advance(DAY);
        assert_eq!(remove().await.expect("a store"), 1);
    });
}

#[test]
fn in_memory_the_oldest_make_room() {
    crate::store::testing::block_on(async {
        let store = Store::in_memory();
        let log = Log::of(&store, "max_in_memory = 100");
        for number in 0..50 {
            for _ in 0..5 {
                log.note(&format!("t{number}"), "s");
            }
            log.activity.flush().await;
        }
        let found = log.page(&Filter::default(), &Wanted { size: 200, ..Wanted::default() }).await;
        assert_eq!(found.rows.len(), 100);
        assert!(
            found.rows.iter().all(|row| row
                .tag
                .trim_start_matches('t')
                .parse::<u32>()
                .is_ok_and(|t| t >= 30))
        );
        assert_eq!(sql::remove_oldest(&store, i64::MAX, 7).await.expect("a store"), 7);
    });
}
