//! `docs/emulator.md` and the tests have the same rules.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_rule_has_a_test_and_every_test_a_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(root.join("docs/emulator.md")).expect("the document");
    let in_document: Vec<String> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| E-")?.split(' ').next().map(|number| format!("e{number}")))
        .collect();
    let rules: BTreeSet<&String> = in_document.iter().collect();
    assert_eq!(rules.len(), in_document.len(), "a number is there twice");
    let mut tests = BTreeSet::new();
    for entry in std::fs::read_dir(root.join("src/emulator/agent/tests")).expect("the tests") {
        let source = std::fs::read_to_string(entry.expect("a file").path()).expect("a source");
        for name in source.lines().filter_map(|line| line.strip_prefix("fn e")) {
            let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
            if !digits.is_empty() {
                assert!(tests.insert(format!("e{digits}")), "two tests of e{digits}");
            }
        }
    }
    assert_eq!(rules, tests.iter().collect::<BTreeSet<_>>());
    let sourced = |line: &&str| line.starts_with("| E-");
    for line in document.lines().filter(sourced) {
        let source = line.trim_end_matches(" |").rsplit("| ").next().unwrap_or_default();
        let known = ["guide", "observed", "inferred", "ours"];
        assert!(source.split(", ").all(|one| known.contains(&one)), "{line}: {source:?}");
    }
}

/// The steps of a turn name rules of the document.
#[test]
fn every_step_names_a_rule_of_the_document() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(root.join("docs/emulator.md")).expect("the document");
    for entry in std::fs::read_dir(root.join("src/emulator/agent/turn")).expect("the turn") {
        let source = std::fs::read_to_string(entry.expect("a file").path()).expect("a source");
        for (at, _) in source.match_indices("\"E-") {
            let rule = &source[at + 1..at + 5];
            assert!(document.contains(&format!("\n| {rule} ")), "{rule}");
        }
    }
}
