//! Members of objects. What is not there is null.

use serde_json::Value;

use super::FunctionError;
use super::arguments::Arguments;

pub(super) fn get_field(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let name = arguments.text(1)?;
    let member = arguments.object(0)?.and_then(|members| members.get(&*name));
    Ok(member.cloned().unwrap_or_default())
}

pub(super) fn nested_field(arguments: &Arguments<'_>) -> Result<Value, FunctionError> {
    let parsed = super::convert::structure(arguments, 0)?;
    let mut found = Some(&*parsed);
    for at in 1..arguments.all().len() {
        let step = arguments.text(at)?;
        let (name, indices) = indices(&step)
            .ok_or_else(|| arguments.wrong(at, "a member's name, possibly with indices: name[0]"))?;
        if !name.is_empty() {
            found = found.and_then(|value| value.get(name));
        }
        for index in indices {
            found = found.and_then(|value| value.get(index));
        }
    }
    Ok(found.cloned().unwrap_or_default())
}

/// `name[0][1]` taken apart; `None` if what follows the bracket is no index.
fn indices(step: &str) -> Option<(&str, Vec<usize>)> {
    let Some(bracket) = step.find('[') else {
        return Some((step, Vec::new()));
    };
    let (name, rest) = step.split_at(bracket);
    let inner = rest.strip_prefix('[')?.strip_suffix(']')?;
    let indices: Option<Vec<usize>> = inner.split("][").map(|index| index.parse().ok()).collect();
    Some((name, indices?))
}
