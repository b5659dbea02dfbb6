//! The URI of a service.

use url::Url;

use super::Findings;
use crate::protocol::webhook::GenericWebService;

/// How the references begin that the platform replaces in a flexible webhook.
const REFERENCES: [&str; 6] =
    ["$session.params.", "$flow.", "$intent.params.", "$page.params.", "$request.", "$sys.func."];

impl Findings {
    // The URI itself is never quoted: its query may hold a key, its user info a password.
    pub(super) fn uri(&mut self, generic: &GenericWebService, place: &str) {
        let uri = generic.uri.as_str();
        if uri.is_empty() {
            if !self.partial {
                self.add("uri_missing", place, "no uri: set the https URL of the service");
            }
            return;
        }
        let Some((scheme, rest)) = uri.split_once("://") else {
            let (code, message) = if uri.starts_with('$') {
                (
                    "uri_reference",
                    "starts with a reference: a value must not choose the server. Write https://HOST/ first",
                )
            } else {
                ("uri_invalid", "this is no absolute URL; expected https://HOST/PATH")
            };
            return self.add(code, place, message);
        };
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let (user, host) =
            authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        if user.is_some() {
            let message =
                "holds a user name or password before the @: move it to secretVersionForUsernamePassword";
            self.add("uri_userinfo", place, message);
        }
        let referenced = scheme.contains('$') || host.contains('$');
        if referenced {
            let message =
                "a reference in the scheme or host: a value must not choose the server. Write them out";
            self.add("uri_reference", place, message);
        }
        if !scheme.contains('$') && !scheme.eq_ignore_ascii_case("https") {
            let scheme = scheme.escape_debug();
            self.add(
                "uri_not_https",
                place,
                format!("the scheme is {scheme}; the platform calls https only"),
            );
        }
        if uri.contains('#') {
            self.add("uri_fragment", place, "what is behind the # is never sent; leave it out, or write %23");
        }
        if uri.chars().any(|character| character.is_whitespace() || character.is_control()) {
            let message = "holds a blank or a control character, which no URL may; write a blank as %20";
            self.add("uri_invalid", place, message);
        } else if let (false, Err(error)) = (referenced, Url::parse(uri)) {
            self.add("uri_invalid", place, format!("this is no URL ({error}); expected https://HOST/PATH"));
        }
        if !self.partial && !referenced && !generic.is_flexible() && holds_reference(uri) {
            let message = "a standard webhook is called at its uri as written, references included; set webhookType to FLEXIBLE to have them replaced";
            self.add("reference_in_standard", place, message);
        }
    }
}

/// Whether a text looks as if it held a reference.
fn holds_reference(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    REFERENCES.iter().any(|beginning| text.contains(beginning))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found, owned};

    #[test]
    fn uris_that_the_platform_would_not_call_are_found() {
        for (uri, codes) in [
            ("https://api.example.com", &[][..]),
            ("HTTPS://api.example.com:8443/a?b=c", &[]),
            ("https://api.example.com/$session.params.city/x?q=$flow.a[0].b&r=$Session.Params.c", &[]),
            ("https://api.example.com?city=$session.params.city", &[]),
            ("", &["uri_missing"]),
            ("api.example.com/a", &["uri_invalid"]),
            ("/a", &["uri_invalid"]),
            ("mailto:a@example.com", &["uri_invalid"]),
            ("https://", &["uri_invalid"]),
            ("https://api.example.com:port/", &["uri_invalid"]),
            ("https://api.example.com/a b", &["uri_invalid"]),
            ("https://api.example.com/a\\nb", &["uri_invalid"]),
            ("http://api.example.com/", &["uri_not_https"]),
            ("ftp://api.example.com/", &["uri_not_https"]),
            ("https://api.example.com/a#b", &["uri_fragment"]),
            ("https://agent:s3cret@api.example.com/", &["uri_userinfo"]),
            ("https://agent:$3cret@api.example.com/", &["uri_userinfo"]),
            ("$session.params.url", &["uri_reference"]),
            ("$session.params.scheme://api.example.com", &["uri_reference"]),
            ("https://$session.params.host/a", &["uri_reference"]),
            ("https://api.example.com:$session.params.port?a", &["uri_reference"]),
        ] {
            let text = format!(
                r#"{{"displayName":"w","genericWebService":{{"uri":"{uri}","webhookType":"FLEXIBLE",
                "httpMethod":"GET","parameterMapping":{{"a":"$.a"}}}}}}"#
            );
            let expected: Vec<_> = codes.iter().map(|code| (*code, "genericWebService.uri")).collect();
            assert_eq!(found(&text), owned(&expected), "{uri}");
        }
    }

    #[test]
    fn references_stay_as_written_in_a_standard_webhook() {
        let text = r#"{"displayName":"w","genericWebService":{"uri":"https://api.example.com/$SESSION.params.city"}}"#;
        assert_eq!(found(text), owned(&[("reference_in_standard", "genericWebService.uri")]));
    }
}
