//! Packages that were damaged anyhow: they are read, or refused with a reason, and nothing panics.

use proptest::prelude::*;
use rejoinder::Router;
use rejoinder::config::{Config, Sources};
use rejoinder::emulator::package::{AgentPackage, Limits};
use serde_json::Value;

use crate::kit::package::{agent, files, zip};

fn fixture(name: &str) -> Vec<(String, Vec<u8>)> {
    files(&agent(name))
}

/// Reads a package, and compares it with something if it can be read.
fn survive(bytes: Vec<u8>) {
    let limits = Limits::default();
    match AgentPackage::from_zip(bytes, &limits) {
        Ok(package) => {
            let config = Config::load(&Sources::default()).expect("the defaults");
            let served = rejoinder::Rejoinder::from(Router::new()).served(&config).expect("a router");
            let report = package.check(&served);
            serde_json::to_string(&report).expect("JSON");
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.fault.code().is_empty()),
    }
}

/// The value at the `at`-th place of a tree, counted in depth.
fn nth<'v>(value: &'v mut Value, at: &mut usize) -> Option<&'v mut Value> {
    if *at == 0 {
        return Some(value);
    }
    *at -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, at)),
        Value::Object(members) => members.values_mut().find_map(|member| nth(member, at)),
        _ => None,
    }
}

fn other() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::Array(vec![Value::Null, "$session.params.".into()])),
        Just(serde_json::json!({"key": "a", "value": {"text": ["$sys.func.IF(\"(\", 1)"]}})),
        "[$@.a-z()\\[\\]\" ]{0,24}".prop_map(Value::from),
        ".{0,24}".prop_map(Value::from),
        r"\$(session\.params|flow|page\.params|sys\.func)\.[A-Za-z.\[\]0-9(),]{0,24}".prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn members_that_are_something_else_never_panic(
        name in prop_oneof![Just("order-status"), Just("broken")],
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..120_usize, other()), 1..6),
    ) {
        let mut files = fixture(name);
        for (file, mut at, value) in changes {
            let (_, bytes) = file.get(&files).clone();
            let index = file.index(files.len());
            let Ok(mut tree) = serde_json::from_slice::<Value>(&bytes) else { continue };
            if let Some(found) = nth(&mut tree, &mut at) {
                *found = value;
            }
            files[index].1 = tree.to_string().into_bytes();
        }
        survive(zip(&files));
    }

    #[test]
    fn bytes_that_are_something_else_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = zip(&fixture("broken"));
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        survive(bytes);
    }

    #[test]
    fn names_that_are_something_else_never_panic(
        names in prop::collection::vec(("(agent.json|flows|intents|\\.\\.|[a-z%\\\\:]{0,8})(/(F|pages|..|\\PC{0,6})){0,4}(\\.json)?", other()), 1..12),
    ) {
        let mut files: Vec<(String, Vec<u8>)> = vec![("agent.json".to_owned(), b"{}".to_vec())];
        for (name, value) in names {
            if !name.is_empty() && !files.iter().any(|(known, _)| *known == name) {
                files.push((name, value.to_string().into_bytes()));
            }
        }
        survive(zip(&files));
    }
}
