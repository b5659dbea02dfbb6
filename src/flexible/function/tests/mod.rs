//! Every function with the documented examples and what lies at the edges.

mod answers;
mod errors;
mod hostile;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{Function, FunctionError, World};

struct Still {
    now: Timestamp,
    random: f64,
    zone: TimeZone,
}

impl World for Still {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn random(&self) -> f64 {
        self.random
    }

    fn time_zone(&self) -> TimeZone {
        self.zone.clone()
    }
}

fn still() -> Still {
    Still {
        now: "2026-03-29T12:30:05.25Z".parse().expect("a time"),
        random: 0.625,
        zone: TimeZone::get("Europe/Berlin").expect("a zone"),
    }
}

fn call(name: &str, arguments: &Value) -> Result<Value, FunctionError> {
    let arguments = arguments.as_array().expect("a list of arguments");
    Function::find(name).expect("a function").call(arguments, &still())
}

/// The names of a Markdown table's rows whose first cell is code.
fn names_in_table(page: &str, row: &str) -> Vec<String> {
    page.lines()
        .filter_map(|line| line.strip_prefix(row)?.split_once('`'))
        .map(|(name, _)| name.split('(').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_tables_in_the_documentation_list_every_function() {
    let names: Vec<&str> = Function::all().iter().map(|function| function.name()).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(names_in_table(include_str!("../mod.rs"), "//! | `"), names);
    assert_eq!(names_in_table(include_str!("../../../../docs/system-functions.md"), "| `"), names);
}
