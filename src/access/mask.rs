//! A changed resource as the audit trail shows it: everything but its secrets.

use serde_json::{Map, Value};

/// The largest JSON text that is kept of a resource.
const LARGEST: usize = 64 << 10;

const HIDDEN: &str = "***";
const CHANGED: &str = "*** (changed)";

/// The text of a resource before and after a change. A secret that is another one then reads so.
pub(super) fn texts(before: Option<&Value>, after: Option<&Value>) -> (Option<String>, Option<String>) {
    let masked = |value: &Value, beside: Option<&Value>| {
        let text = mask(value, beside, false).to_string();
        if text.len() <= LARGEST {
            return text;
        }
        serde_json::json!({ "truncated": true, "bytes": text.len() }).to_string()
    };
    (before.map(|before| masked(before, None)), after.map(|after| masked(after, before)))
}

fn mask(value: &Value, before: Option<&Value>, hidden: bool) -> Value {
    match value {
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let before = before.and_then(|before| before.get(name));
                (name.clone(), mask(value, before, hidden || hides(name)))
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        Value::Array(elements) => {
            let element = |(index, value)| mask(value, before.and_then(|before| before.get(index)), hidden);
            Value::Array(elements.iter().enumerate().map(element).collect())
        }
        Value::Null | Value::Bool(_) => value.clone(),
        Value::String(text) if text.is_empty() => value.clone(),
        _ if !hidden => value.clone(),
        _ if before.is_some_and(|before| before != value) => CHANGED.into(),
        _ => HIDDEN.into(),
    }
}

/// Whether what stands under this name is secret. Header values may be, whatever the header.
fn hides(name: &str) -> bool {
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    // The name of a secret's version in Secret Manager is none.
    if name.starts_with("secretversion") {
        return false;
    }
    let whole = [
        "requestheaders",
        "customheaders",
        "headers",
        "token",
        "value",
        "cookie",
        "credentials",
        "signature",
    ];
    let part = ["password", "secret", "authorization", "apikey", "privatekey"];
    whole.contains(&name.as_str())
        || part.iter().any(|part| name.contains(part))
        || name.ends_with("token") && name != "pagetoken"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_and_their_change_is_told() {
        let resource = |password: &str| {
            json!({
                "displayName": "Orders",
                "genericWebService": {
                    "uri": "https://a.example", "username": "u", "password": password,
                    "requestHeaders": { "X-Key": "k", "X-Empty": "" },
                    "secretVersionForUsernamePassword": "projects/p/secrets/s/versions/1",
                    "oauthConfig": { "clientId": "c", "clientSecret": "s", "tokenEndpoint": "https://t.example" },
                    "allowedCaCerts": ["x"],
                },
                "authentication": { "type": "api_key", "data": { "name": "X", "value": "v" } },
                "timeout": "5s",
            })
        };
        let (before, after) = texts(Some(&resource("old")), Some(&resource("new")));
        let read =
            |text: Option<String>| serde_json::from_str::<Value>(&text.expect("a text")).expect("JSON");
        let (before, after) = (read(before), read(after));
        assert_eq!(before["genericWebService"]["password"], "***");
        assert_eq!(after["genericWebService"]["password"], "*** (changed)");
        for place in ["requestHeaders/X-Key", "oauthConfig/clientSecret"] {
            assert_eq!(after.pointer(&format!("/genericWebService/{place}")), Some(&json!("***")), "{place}");
        }
        assert_eq!(after["authentication"]["data"]["value"], "***");
        for (place, shown) in [
            ("uri", "https://a.example"),
            ("username", "u"),
            ("secretVersionForUsernamePassword", "projects/p/secrets/s/versions/1"),
            ("oauthConfig/tokenEndpoint", "https://t.example"),
            ("requestHeaders/X-Empty", ""),
        ] {
            assert_eq!(after.pointer(&format!("/genericWebService/{place}")), Some(&json!(shown)), "{place}");
        }
    }

    #[test]
    fn what_is_too_large_is_only_measured() {
        let (text, none) = texts(Some(&json!({ "a": "x".repeat(LARGEST) })), None);
        assert!(text.expect("a text").contains("\"truncated\":true") && none.is_none());
    }
}
