//! Lists. Indices count from 0; an unset parameter is an empty list.

use std::collections::HashSet;

use serde_json::Value;

use super::arguments::Arguments;
use super::value::identity_key;
use super::{FunctionError, LONGEST_LIST};

pub(super) fn append(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let mut result = arguments.list(0)?.to_vec();
    for value in arguments.rest() {
        let elements = elements(value);
        if result.len() + elements.len() > LONGEST_LIST {
            return Err(FunctionError::ListTooLong { function: arguments.function });
        }
        result.extend_from_slice(elements);
    }
    arguments.list_result(result)
}

pub(super) fn remove(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let removed: HashSet<String> = arguments.rest().iter().flat_map(elements).map(identity_key).collect();
    let kept = arguments.list(0)?.iter().filter(|element| !removed.contains(&identity_key(element)));
    arguments.list_result(kept.cloned().collect())
}

pub(super) fn contain(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    // Agents ask it of texts, too.
    if let Value::String(text) = arguments.value(0) {
        return Ok(Value::Bool(text.contains(&*arguments.text(1)?)));
    }
    Ok(Value::Bool(position(arguments)?.is_some()))
}

pub(super) fn index_of(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    Ok(position(arguments)?.map_or_else(|| Value::from(-1), Value::from))
}

pub(super) fn count(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    Ok(Value::from(arguments.list(0)?.len()))
}

pub(super) fn get(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let (list, index) = (arguments.list(0)?, arguments.whole(1)?);
    let element = usize::try_from(index).ok().and_then(|index| list.get(index));
    Ok(element.cloned().unwrap_or_default())
}

pub(super) fn unique(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let mut seen = HashSet::new();
    let kept = arguments.list(0)?.iter().filter(|element| seen.insert(identity_key(element)));
    arguments.list_result(kept.cloned().collect())
}

fn position(arguments: &Arguments<'_>) -> Result<Option<usize>, FunctionError> {
    let wanted = identity_key(arguments.value(1));
    Ok(arguments.list(0)?.iter().position(|element| identity_key(element) == wanted))
}

/// What appending or removing a value means: a list stands for its elements.
fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(elements) => elements,
        other => std::slice::from_ref(other),
    }
}
