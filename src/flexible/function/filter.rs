//! `FILTER`: `JSONPath` over a value, held to paths that cannot take long.

use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use serde_json::Value;

use super::arguments::Arguments;
use super::convert::structure;
use super::{FunctionError, LONGEST_LIST};

/// Paths are written by people; what multiplies the work is counted besides.
const LONGEST: usize = 256;
const MOST_COMMAS: usize = 8;
const MOST_PARENTHESES: usize = 8;

/// Each `..` multiplies the work by the depth of the value.
const MOST_DESCENTS: usize = 2;

/// How many values the argument may hold in all.
const MOST_VALUES: usize = 10_000;

pub(super) fn filter(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let value = structure(arguments, 0)?;
    let text = arguments.text(1)?;
    if !is_modest(&text) {
        return Err(arguments.wrong(1, "a shorter JSONPath, with $ at its beginning only"));
    }
    if !is_small(&value) {
        return Err(arguments.wrong(0, "a smaller one, of at most 10,000 values in all"));
    }
    let path = parse_json_path(&text).map_err(|_| arguments.wrong(1, "a JSONPath such as $.a[0].b"))?;
    let found = js_path_process(&path, &*value).map_err(|_| arguments.wrong(1, "a JSONPath that applies"))?;
    if found.len() > LONGEST_LIST {
        return Err(FunctionError::ListTooLong { function: arguments.function });
    }
    arguments.list_result(found.into_iter().map(|found| found.val().clone()).collect())
}

fn is_modest(path: &str) -> bool {
    let count = |wanted: char| path.chars().filter(|&character| character == wanted).count();
    path.len() <= LONGEST
        && count('$') <= 1
        && count(',') <= MOST_COMMAS
        && count('(') <= MOST_PARENTHESES
        // A filter within a filter looks at every pair.
        && count('?') <= 1
        && path.matches("..").count() <= MOST_DESCENTS
}

fn is_small(value: &Value) -> bool {
    fn count(value: &Value, budget: &mut usize) {
        *budget = budget.saturating_sub(1);
        if *budget == 0 {
            return;
        }
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| count(element, budget)),
            Value::Object(members) => members.values().for_each(|member| count(member, budget)),
            _ => {}
        }
    }
    let mut budget = MOST_VALUES + 1;
    count(value, &mut budget);
    budget > 0
}
