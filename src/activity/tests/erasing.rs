//! A session can be forgotten, also what is only on its way to the store.

use super::*;

#[test]
fn a_session_is_erased_with_what_was_made_for_it_and_no_other() {
    each("activity_erasing", "", async |log| {
        for _ in 0..1200 {
            log.note("mine", "s-1");
        }
        log.note("other", "s-10");
        log.activity.note(Record::Outbound(Box::new(log.upstream("W", Some(&request("mine", "s-1"))))));
        let mut again = log.upstream("W", None);
        again.place.session = "s-1".to_owned();
        log.activity.note(Record::Outbound(Box::new(again)));
        assert_eq!(log.activity.erase(&session("s-1")).await.expect("erased"), 1202);
        assert_eq!(log.tags(&Filter::default()).await, ["other"]);
        assert_eq!(log.activity.erase("s-1").await.expect("erased"), 0);
    });
}

#[test]
fn nothing_of_an_erased_session_is_left_in_the_file() {
    crate::store::testing::each_durable("activity_erased_file", async |store| {
        let Some(folder) = &store.folder else { return };
        let log = Log::of(&store.store, "parameters = [\"phone\"]");
        for call in 0..50 {
            log.note("mine", "session-of-ada");
            log.note("other", "session-of-bob");
            // What comes in a crowd is compressed, and not found so.
            if call % 5 == 0 {
                log.activity.flush().await;
            }
        }
        log.activity.flush().await;
        assert!(holds(folder.path(), b"session-of-ada"));
        assert_eq!(log.activity.erase("session-of-ada").await.expect("erased"), 50);
        assert!(!holds(folder.path(), b"session-of-ada"));
        assert!(holds(folder.path(), b"session-of-bob"));
    });
}

/// Whether any file of a folder has these bytes.
pub(super) fn holds(folder: &std::path::Path, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(folder).expect("a folder");
    let mut files = files.map(|file| std::fs::read(file.expect("a file").path()).expect("readable"));
    files.any(|file| file.windows(bytes.len()).any(|window| window == bytes))
}
