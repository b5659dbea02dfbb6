//! Values as an agent says them: dates and times in ISO 8601, other objects in the user's own words.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::template::as_text;

/// A value in a text of the agent: `2026-03-05`, `14:00:00`, the `original` of an object that has one.
pub(super) fn spoken(value: &Value) -> Cow<'_, str> {
    if let Value::Object(members) = value {
        if let Some(Value::String(original)) = members.get("original") {
            return Cow::Borrowed(original);
        }
        if let Some(moment) = moment(members) {
            return Cow::Owned(moment);
        }
    }
    as_text(value)
}

/// A date, a time of day or both; nothing else may be beside it.
fn moment(members: &Map<String, Value>) -> Option<String> {
    const DATE: [&str; 3] = ["year", "month", "day"];
    const TIME: [&str; 3] = ["hours", "minutes", "seconds"];
    let known = |name: &String| DATE.contains(&&**name) || TIME.contains(&&**name) || name == "nanos";
    if !members.keys().all(known) {
        return None;
    }
    let number = |name: &str| {
        let number = members.get(name)?.as_f64()?;
        (number.fract() == 0.0 && (0.0..10_000.0).contains(&number)).then_some(number)
    };
    let all = |names: [&str; 3]| Some((number(names[0])?, number(names[1])?, number(names[2])?));
    let has = |names: [&str; 3]| names.iter().any(|name| members.contains_key(*name));
    let date = all(DATE).map(|(year, month, day)| format!("{year:04.0}-{month:02.0}-{day:02.0}"));
    let time =
        all(TIME).map(|(hours, minutes, seconds)| format!("{hours:02.0}:{minutes:02.0}:{seconds:02.0}"));
    match (date, time) {
        (Some(date), Some(time)) => Some(format!("{date}T{time}")),
        (Some(date), None) if !has(TIME) => Some(date),
        (None, Some(time)) if !has(DATE) => Some(time),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::spoken;

    #[test]
    fn values_are_said_as_recorded_conversations_have_them() {
        for (value, expected) in [
            (json!({"day": 5, "month": 3, "year": 2021}), "2021-03-05"),
            (json!({"day": 5.0, "month": 3.0, "year": 2021.0}), "2021-03-05"),
            (json!({"hours": 14, "minutes": 0, "seconds": 0, "nanos": 0}), "14:00:00"),
            (
                json!({"day": 5, "month": 3, "year": 2021, "hours": 14, "minutes": 0, "seconds": 0, "nanos": 0}),
                "2021-03-05T14:00:00",
            ),
            (json!({"original": "nicolas antonio", "name": ["a", "b"]}), "nicolas antonio"),
            (json!({"day": 5, "month": 3}), r#"{"day":5,"month":3}"#),
            (
                json!({"day": 5, "hours": 1, "month": 3, "year": 2021}),
                r#"{"day":5,"hours":1,"month":3,"year":2021}"#,
            ),
            (json!({"day": "5", "month": 3, "year": 2021}), r#"{"day":"5","month":3,"year":2021}"#),
            (json!({}), "{}"),
            (json!(1.0), "1"),
            (json!(true), "true"),
            (json!(["a", 1]), r#"["a",1]"#),
        ] {
            assert_eq!(spoken(&value), expected, "{value}");
        }
    }
}
