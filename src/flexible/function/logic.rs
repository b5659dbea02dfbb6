//! IF.

use std::borrow::Cow;

use serde_json::Value;

use super::FunctionError;
use super::arguments::Arguments;
use super::condition::Condition;

/// Its condition is a text in the language of conditions, or a boolean.
pub(super) fn choose(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let holds = match arguments.value(0) {
        Value::Bool(holds) => *holds,
        // References were replaced before; what is still one has no value.
        Value::String(text) => Condition::parse(text)
            .map_err(|problem| FunctionError::Condition { function: arguments.function, problem })?
            .holds(&mut |_| Some(Cow::Owned(Value::Null))),
        _ => return Err(arguments.wrong(0, "a condition in quotes, or a boolean")),
    };
    Ok(arguments.value(if holds { 1 } else { 2 }).clone())
}
