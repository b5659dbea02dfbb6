//! The headers that are sent along.

use std::collections::HashMap;

use super::{Findings, at};
use crate::protocol::webhook::{GenericWebService, SecretVersionHeaderValue};

/// The headers that only the platform sets, as its documentation lists them.
const RESERVED: [&str; 9] = [
    "host",
    "content-length",
    "connection",
    "from",
    "user-agent",
    "accept-encoding",
    "if-modified-since",
    "if-none-match",
    "x-forwarded-for",
];

impl Findings {
    pub(super) fn headers(&mut self, generic: &GenericWebService, place: &str) {
        let plain = at(place, "requestHeaders");
        self.names(generic.request_headers.keys(), &plain);
        for (name, value) in &generic.request_headers {
            if value.chars().any(|character| character.is_control() && character != '\t') {
                let message = "the value holds a control character, which no header may; a line break at its end is the usual one";
                self.add("header_value", at(&plain, name), message);
            }
        }
        let secret = at(place, "secretVersionsForRequestHeaders");
        let secrets = &generic.secret_versions_for_request_headers;
        let seen = self.names(secrets.keys(), &secret);
        for (name, SecretVersionHeaderValue { secret_version, unknown }) in secrets {
            let place = at(&secret, name);
            self.secret_version(secret_version, &at(&place, "secretVersion"), true);
            self.unknown::<SecretVersionHeaderValue>(unknown, &place);
        }
        for name in generic.request_headers.keys() {
            if seen.contains_key(&name.to_ascii_lowercase()) {
                let message = "not sent: the secret of this name in secretVersionsForRequestHeaders wins. Leave one of them out";
                self.add("header_secret_wins", at(&plain, name), message);
            }
        }
    }

    /// Checks the names of one map; gives them in lower case, with how they are written.
    fn names<'a>(
        &mut self,
        names: impl Iterator<Item = &'a String>,
        place: &str,
    ) -> HashMap<String, &'a str> {
        let mut seen: HashMap<String, &'a str> = HashMap::new();
        for name in names {
            let place = at(place, name);
            let lower = name.to_ascii_lowercase();
            if !is_token(name) {
                let message = "no header can be called so; use letters, digits and - without blanks";
                self.add("header_name", &place, message);
            } else if RESERVED.contains(&&*lower) {
                self.add(
                    "header_reserved",
                    &place,
                    "the platform sets this header itself and does not let it be set",
                );
            }
            if let Some(first) = seen.get(&lower) {
                let message = format!(
                    "the same header as {}: case makes no difference. Keep one",
                    first.escape_debug()
                );
                self.add("header_twice", &place, message);
            } else {
                seen.insert(lower, name);
            }
        }
        seen
    }
}

/// Whether HTTP allows it as the name of a header.
fn is_token(name: &str) -> bool {
    let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token_byte)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found_in, owned};

    #[test]
    fn headers_that_cannot_be_sent_as_meant_are_found() {
        let secret = r#"{"secretVersion":"projects/p/secrets/s/versions/1"}"#;
        for (members, expected) in [
            (r#""requestHeaders":{"X-Key":"a\tb é $session.params.a","x_2":""}"#.to_owned(), &[][..]),
            (r#""requestHeaders":{"":"a"}"#.to_owned(), &[("header_name", "requestHeaders.")]),
            (r#""requestHeaders":{"X Key":"a"}"#.to_owned(), &[("header_name", "requestHeaders.X Key")]),
            (r#""requestHeaders":{"X\r\n":"a"}"#.to_owned(), &[("header_name", r"requestHeaders.X\r\n")]),
            (
                r#""requestHeaders":{"Kopfzeilé":"a"}"#.to_owned(),
                &[("header_name", "requestHeaders.Kopfzeilé")],
            ),
            (r#""requestHeaders":{"HOST":"a"}"#.to_owned(), &[("header_reserved", "requestHeaders.HOST")]),
            (r#""requestHeaders":{"X":"a\r\nY: b"}"#.to_owned(), &[("header_value", "requestHeaders.X")]),
            (
                r#""requestHeaders":{"X-A":"1","x-a":"2"}"#.to_owned(),
                &[("header_twice", "requestHeaders.x-a")],
            ),
            (
                format!(
                    r#""requestHeaders":{{"x-a":"1"}},"secretVersionsForRequestHeaders":{{"X-A":{secret}}}"#
                ),
                &[("header_secret_wins", "requestHeaders.x-a")],
            ),
            (
                r#""secretVersionsForRequestHeaders":{"X-A":{"later":1}}"#.to_owned(),
                &[
                    ("secret_version", "secretVersionsForRequestHeaders.X-A.secretVersion"),
                    ("unknown_field", "secretVersionsForRequestHeaders.X-A.later"),
                ],
            ),
        ] {
            assert_eq!(found_in(&members), owned(expected), "{members}");
        }
    }
}
