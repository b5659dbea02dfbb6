//! How people write a parameter on one line.

use serde_json::Value;

use super::transcript::short;

/// `NAME=TEXT` or `NAME:=JSON`.
pub(crate) fn assignment(argument: &str) -> Result<(String, Value), String> {
    let parts = argument.split_once('=').filter(|(name, _)| !name.trim().is_empty());
    let (name, value) =
        parts.ok_or_else(|| format!("expected NAME=TEXT or NAME:=JSON, found {argument:?}"))?;
    match name.strip_suffix(':') {
        Some(name) => {
            let value = serde_json::from_str(value).map_err(|error| {
                let value = short(&value.into());
                format!("what follows := is no JSON ({error}); NAME=TEXT sets a text, as in {name}={value}")
            })?;
            Ok((name.trim().to_owned(), value))
        }
        None => Ok((name.trim().to_owned(), value.trim().into())),
    }
}

/// Assignments one a line; empty lines are passed over. What is wrong names its line.
pub(crate) fn assignments(text: &str) -> Result<Vec<(String, Value)>, String> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| assignment(line.trim()).map_err(|told| format!("line {number}: {told}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_assignments() {
        let read = assignments("a=1\n\n  b := [2] \r\nc:=null\nd=x = y\n").expect("assignments");
        let expected = [("a", json!("1")), ("b", json!([2])), ("c", json!(null)), ("d", json!("x = y"))];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value)));
        let told = assignments("a=1\nb").expect_err("no assignment");
        assert_eq!(told, "line 2: expected NAME=TEXT or NAME:=JSON, found \"b\"");
    }
}
