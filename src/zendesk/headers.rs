//! Rules for the headers that whoever manages a webhook adds to its requests.
//!
//! They are shown and logged in clear: what is secret belongs into the webhook's authentication.

use serde_json::Value;

use super::{Violation, members};
use crate::excerpt::excerpt;

/// How many headers a webhook may add.
pub(crate) const MOST: usize = 5;
/// The longest name, in characters.
const LONGEST_NAME: usize = 128;
/// The longest value, in characters.
const LONGEST_VALUE: usize = 1_000;

/// Names that Zendesk keeps to itself, in any case.
const FORBIDDEN: [&str; 26] = [
    "accept-charset",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "max-forwards",
    "origin",
    "proxy-authenticate",
    "referer",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "www-authenticate",
    "zendesk-api-version",
    "zendesk-ep",
];

/// Beginnings of such names, with or without a hyphen behind them.
const FORBIDDEN_PREFIXES: [&str; 7] =
    ["access-control", "x-amzn", "x-apigw", "x-datadog", "x-envoy", "x-forwarded", "x-zendesk"];

/// What this server refuses beyond Zendesk: credentials, and what it sets itself.
const OWN_FORBIDDEN: [&str; 2] = ["cookie", "proxy-authorization"];
const OWN_PREFIX: &str = "x-rejoinder";

/// Reads `custom_headers`: an object of names and values, in their order.
pub(super) fn read(value: &Value, violations: &mut Vec<Violation>) -> Vec<(String, String)> {
    const FIELD: &str = "custom_headers";
    let object = match value {
        Value::Null => return Vec::new(),
        Value::Object(object) => object,
        other => {
            let found = members::kind(other);
            violations.push(Violation::new(FIELD, format!("expected an object of texts, found {found}")));
            return Vec::new();
        }
    };
    let most = object.len();
    if most > MOST {
        violations.push(Violation::new(FIELD, format!("{most} headers; expected at most {MOST}")));
        return Vec::new();
    }
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in object {
        let shown = excerpt(name, 150);
        let field = format!("{FIELD}.{shown}");
        if let Err(description) = name_is_allowed(name) {
            violations.push(Violation::new(&field, description));
        }
        if headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            violations.push(Violation::new(&field, "the same name stands here twice, in another case"));
        }
        match value {
            Value::String(value) => {
                if let Err(description) = value_is_allowed(value) {
                    violations.push(Violation::new(&field, description));
                }
                headers.push((name.clone(), value.clone()));
            }
            other => {
                let found = members::kind(other);
                violations.push(Violation::new(&field, format!("expected a text, found {found}")));
            }
        }
    }
    headers
}

/// Whether a header may have this name; else why not.
pub(crate) fn name_is_allowed(name: &str) -> Result<(), String> {
    let length = name.chars().count();
    if !(1..=LONGEST_NAME).contains(&length) {
        return Err(format!("the name has {length} characters; expected 1 to {LONGEST_NAME}"));
    }
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !name.bytes().all(token) {
        return Err("the name may have ASCII letters, digits and !#$%&'*+-.^_`|~ alone".to_owned());
    }
    let lower = name.to_ascii_lowercase();
    if FORBIDDEN.contains(&&*lower) || OWN_FORBIDDEN.contains(&&*lower) {
        let instead = if lower.contains("cookie") || lower.contains("authoriz") {
            "; credentials belong into `authentication`"
        } else {
            ""
        };
        return Err(format!(
            "a header of this name is set by the server or of no use{instead}; leave it out"
        ));
    }
    let prefix =
        FORBIDDEN_PREFIXES.iter().copied().chain([OWN_PREFIX]).find(|prefix| lower.starts_with(prefix));
    if let Some(prefix) = prefix {
        return Err(format!("names that begin with {prefix} are reserved; choose another"));
    }
    Ok(())
}

/// Whether a header may have this value; else why not, without it.
pub(crate) fn value_is_allowed(value: &str) -> Result<(), String> {
    let length = value.chars().count();
    if length > LONGEST_VALUE {
        return Err(format!("the value has {length} characters; expected at most {LONGEST_VALUE}"));
    }
    if !value.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return Err("the value may have printable ASCII characters and spaces alone".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(value: &Value) -> Vec<String> {
        let mut violations = Vec::new();
        read(value, &mut violations);
        violations.into_iter().map(|one| format!("{}: {}", one.field, one.description)).collect()
    }

    #[test]
    fn five_headers_pass_and_six_do_not() {
        let headers = |count: usize| -> Value {
            (0..count)
                .map(|index| (format!("X-{index}"), json!("v")))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        assert!(faults(&headers(5)).is_empty());
        assert_eq!(faults(&headers(6)), ["custom_headers: 6 headers; expected at most 5"]);
        assert!(faults(&Value::Null).is_empty());
        assert_eq!(faults(&json!([])), ["custom_headers: expected an object of texts, found a list"]);
    }

    #[test]
    fn names_have_their_alphabet_and_their_length() {
        for name in ["X", "x-a_b.c", "!#$%&'*+-.^_`|~09az", &"n".repeat(128), "origem", "zendesk", "x-amz"] {
            assert_eq!(name_is_allowed(name), Ok(()), "{name}");
        }
        for name in ["", &"n".repeat(129), "a b", "a:b", "é", "a\r\nb", "a\u{0}", "(a)"] {
            assert!(name_is_allowed(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn reserved_names_are_refused_in_any_case() {
        for name in FORBIDDEN {
            assert!(
                name_is_allowed(name).is_err() && name_is_allowed(&name.to_ascii_uppercase()).is_err(),
                "{name}"
            );
        }
        for prefix in FORBIDDEN_PREFIXES {
            for name in [prefix.to_owned(), format!("{prefix}foo"), format!("{}-Foo", prefix.to_uppercase())]
            {
                assert!(name_is_allowed(&name).is_err(), "{name}");
            }
        }
        for name in ["X-Zendesk-Foo", "Host", "ORIGIN", "Cookie", "proxy-authorization", "X-Rejoinder-Any"] {
            assert!(name_is_allowed(name).is_err(), "{name}");
        }
    }

    #[test]
    fn values_are_printable_and_bounded() {
        for value in ["", " ", "~", &"v".repeat(1_000)] {
            assert_eq!(value_is_allowed(value), Ok(()));
        }
        for value in ["\u{1f}", "\u{7f}", "é", "a\tb", "a\r\nb", &"v".repeat(1_001)] {
            assert!(value_is_allowed(value).is_err(), "{value:?}");
        }
        assert_eq!(
            faults(&json!({ "X-A": 1, "x-a": "v", "X-a": "v" })),
            [
                "custom_headers.X-A: expected a text, found a number",
                "custom_headers.x-a: the same name stands here twice, in another case"
            ]
        );
    }
}
