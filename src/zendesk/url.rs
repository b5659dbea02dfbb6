//! Where a webhook leads.

use serde_json::{Map, Value};
use url::Url;

use super::{Violation, members};
use crate::excerpt::{excerpt, without_userinfo};

/// The longest endpoint, in characters.
const LONGEST: usize = 2_048;

/// An endpoint, and its text as it was sent: clients compare that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) url: Url,
    pub(crate) text: String,
}

/// Reads `endpoint`.
pub(super) fn read(object: &Map<String, Value>) -> Result<Endpoint, Violation> {
    const FIELD: &str = "endpoint";
    let text = members::text(object, FIELD, FIELD, LONGEST)?;
    let refused = |why: &str| {
        // What stands before the @ or behind the ? may be a secret.
        let shown = without_userinfo(text.split(['?', '#']).next().unwrap_or_default());
        let found = excerpt(&shown, 200);
        Violation::new(FIELD, format!("{why}; expected such as https://example.com/path, found {found:?}"))
    };
    if text.trim() != text {
        return Err(refused("it begins or ends with white space"));
    }
    let url = Url::parse(&text).map_err(|error| refused(&format!("it is no URL ({error})")))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(refused(&format!("its scheme is {}", url.scheme())));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(refused("it has no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("user and password belong into `authentication`"));
    }
    if url.fragment().is_some() {
        return Err(refused("what stands behind # is never sent"));
    }
    Ok(Endpoint { url, text })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault(endpoint: &Value) -> Option<String> {
        let object = json!({ "endpoint": endpoint });
        read(object.as_object()?).err().map(|violation| violation.description)
    }

    #[test]
    fn an_endpoint_is_an_address_that_can_be_called() {
        for text in ["https://example.com", "http://example.com/a?b=c", "https://[2001:db8::1]:8443/x"] {
            assert_eq!(fault(&json!(text)), None, "{text}");
        }
        for (endpoint, part) in [
            (Value::Null, "required"),
            (json!(""), "blank"),
            (json!(5), "found a number"),
            (json!("example.com"), "no URL"),
            (json!("ftp://example.com"), "scheme is ftp"),
            (json!("https://"), "no URL"),
            (json!("https://u:secret@example.com"), "`authentication`"),
            (json!("https://example.com/?key=secret#secret"), "behind #"),
            (json!(" https://example.com"), "white space"),
            (json!(format!("https://example.com/{}", "a".repeat(2_048))), "at most 2048"),
        ] {
            let fault = fault(&endpoint).expect("refused");
            assert!(fault.contains(part) && !fault.contains("secret"), "{endpoint}: {fault}");
        }
    }
}
