//! `FILTER`: the list of what a path finds, by the rules of response paths.

use std::borrow::Cow;

use serde_json::Value;

use super::FunctionError;
use super::arguments::Arguments;
use super::convert::structure;
use crate::flexible::ResponsePath;

pub(super) fn filter(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let value = structure(arguments, 0)?;
    let path = ResponsePath::parse(&arguments.text(1)?).map_err(|_| {
        arguments.wrong(1, "a JSONPath such as $.a[?(@.b == 'c')].d that does not multiply work")
    })?;
    let found = path.find(&value).map_err(|_| arguments.wrong(0, "a value that is nested and named less"))?;
    arguments.list_result(match found {
        Some(found) if path.is_definite() => vec![found.into_owned()],
        Some(Cow::Owned(Value::Array(found))) => found,
        _ => Vec::new(),
    })
}
