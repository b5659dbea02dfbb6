//! Where in an archive the package is.

use super::{PackageFault, Result};

/// The folder that the package is in, with a slash at its end; empty for the top.
pub(super) fn find(names: &[String]) -> Result<String> {
    if names.iter().any(|name| name == "agent.json") {
        return Ok(String::new());
    }
    let mut nested = names
        .iter()
        .filter(|name| name.strip_suffix("/agent.json").is_some_and(|folder| !folder.contains('/')));
    match (nested.next(), nested.next()) {
        (Some(name), None) => Ok(name.trim_end_matches("agent.json").to_owned()),
        (Some(first), Some(second)) => {
            let (first, second) = (first.clone(), second.clone());
            Err(PackageFault::SeveralAgents { first, second }.of(""))
        }
        (None, _) => Err(PackageFault::NoAgent { found: found(names) }.of("")),
    }
}

/// What is there instead.
fn found(names: &[String]) -> String {
    if let Some(deep) = names.iter().find(|name| name.ends_with("/agent.json")) {
        return format!("one at {deep:?}: give that folder");
    }
    match names {
        [] => "nothing".to_owned(),
        [one] => format!("{one:?} alone"),
        [first, ..] => format!("{} files, such as {first:?}", names.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_may_be_one_folder_deeper() {
        let find = |names: &[&str]| find(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert_eq!(find(&["agent.json", "old/agent.json"]).expect("a root"), "");
        assert_eq!(find(&["Shop/flows/F/F.json", "Shop/agent.json"]).expect("a root"), "Shop/");
        for (names, expected) in [
            (&[][..], "found nothing"),
            (&["a.txt"], "found \"a.txt\" alone"),
            (&["webhooks/w.json", "b.json"], "found 2 files, such as \"webhooks/w.json\""),
            (&["a/b/agent.json"], "found one at \"a/b/agent.json\""),
            (&["a/agent.json", "b/agent.json"], "several agents: a/agent.json and b/agent.json"),
        ] {
            let error = find(names).expect_err("no root").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
