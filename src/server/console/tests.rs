//! What holds for the table of pages.

use super::pages;

#[test]
fn every_page_has_one_answer_for_a_method() {
    for (path, entries) in pages().by_path() {
        assert!(path.starts_with("/console/"), "{path}");
        let mut methods: Vec<_> = entries.iter().map(|(method, _)| method.as_str()).collect();
        methods.sort_unstable();
        methods.dedup();
        assert_eq!(methods.len(), entries.len(), "{path}");
    }
}
