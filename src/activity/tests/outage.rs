//! Nobody waits for a store that does not answer, and what is missing is counted.

use super::*;

#[test]
fn what_does_not_fit_is_counted_and_nothing_waits() {
    each("activity_full", "queue_memory = \"64KiB\"", async |log| {
        let begun = std::time::Instant::now();
        // No await between them, so that nothing can be written meanwhile on this thread; whatever the
        // writer does elsewhere, it gathers first.
        let notes = 2000;
        for _ in 0..notes {
            log.note("t", "s");
        }
        assert!(begun.elapsed() < Duration::from_secs(2));
        log.activity.flush().await;
        let (count, _) = query::count(log.activity.store(), &Filter::default()).await.expect("a count");
        let text = log.metrics.text(0);
        let lost =
            text.lines().find_map(|line| line.strip_prefix("rejoinder_activity_lost_total{why=\"full\"} "));
        let lost: i64 = lost.and_then(|lost| lost.parse().ok()).expect("a number");
        assert!(lost > 0 && count > 0, "{lost} {count}");
        assert_eq!(lost + count, notes);
        assert!(text.contains(&format!("rejoinder_activity_written_total {count}\n")), "{text}");
        // There is room again.
        log.note("later", "s");
        assert_eq!(log.tags(&Filter { tag: Some("later".to_owned()), ..Filter::default() }).await, ["later"]);
    });
}

#[test]
fn what_is_noted_during_an_outage_is_written_after_it() {
    crate::store::testing::block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("later");
        let settings =
            crate::store::testing::settings(Some(crate::store::testing::sqlite_url(&inner.join("r.db"))));
        // What the folder should be is a file, until somebody mends it.
        std::fs::write(&inner, "").expect("written");
        let log = Log::of(&crate::store::testing::store(&settings), "");
        for _ in 0..3 {
            log.note("meanwhile", "s");
        }
        log.activity.flush().await;
        log.note("meanwhile", "s");
        log.activity.flush().await;
        std::fs::remove_file(&inner).expect("removed");
        std::fs::create_dir(&inner).expect("a folder");
        let until = std::time::Instant::now() + Duration::from_secs(20);
        while !log.metrics.text(0).contains("rejoinder_activity_written_total 4\n") {
            assert!(std::time::Instant::now() < until, "{}", log.metrics.text(0));
            log.activity.flush().await;
            tokio::task::yield_now().await;
        }
        assert_eq!(log.tags(&Filter::default()).await.len(), 4);
    });
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    crate::store::testing::each_durable("activity_restart", async |store| {
        let log = Log::of(&store.store, "");
        let id = log.note("before", "s");
        log.activity.flush().await;
        drop(log);
        let log = Log::of(&store.again(), "");
        log.clock.advance(Duration::from_secs(60));
        log.note("after", "s");
        assert_eq!(log.tags(&Filter::default()).await, ["after", "before"]);
        assert_eq!(log.shown(id).await["tag"], "before");
    });
}
