//! What the platform would refuse of a resource, as fields that cannot stay.

use super::{Bounds, Resource, ResourceError, Violation};
use crate::protocol::inspect::Finding;
use crate::protocol::webhook::Webhook;

/// Findings that stop nobody: they say what will surprise, or what would be better.
const NOTES: [&str; 24] = [
    "access_token_deprecated",
    "basic_deprecated",
    "body_not_object",
    "body_without_effect",
    "certificate_expired",
    "disabled",
    "flexible_only",
    "generator_reference",
    "header_secret_wins",
    "mapping_missing",
    "mapping_without_effect",
    // Given by the server.
    "name_missing",
    "oauth_secret_missing",
    "oauth_secret_twice",
    "override_empty",
    "password_missing",
    "reference_in_name",
    "reference_in_standard",
    "resource_name",
    "several_credentials",
    "soql_outside_quotes",
    "uri_fragment",
    "username_missing",
    "certificate_not_yet_valid",
];

/// The longest display name, in characters; the platform says none for webhooks.
const LONGEST_NAME: usize = 256;

/// Refuses a resource that the platform would refuse.
pub(super) fn admit<R: Resource>(resource: &R, bounds: &Bounds) -> Result<(), ResourceError> {
    let mut violations: Vec<Violation> = resource
        .findings()
        .into_iter()
        .filter(|finding| !(NOTES.contains(&finding.code) || bounds.http && is_about_http(finding)))
        .map(|Finding { place, message, code }| {
            // Where nothing is said, the usual kind is meant.
            let field = if code == "service_missing" && place.is_empty() {
                "genericWebService".to_owned()
            } else {
                place
            };
            Violation { field, description: message }
        })
        .collect();
    violations.extend(name(resource.display_name()));
    for (place, webhook) in resource.webhooks() {
        violations.extend(unkept(webhook, &place));
    }
    if !violations.is_empty() {
        return Err(ResourceError::invalid(violations));
    }
    bounds.admit(resource.webhooks())
}

fn name(display_name: &str) -> Option<Violation> {
    let length = display_name.chars().count();
    let description = if length > LONGEST_NAME {
        format!("{length} characters; expected at most {LONGEST_NAME}")
    } else if display_name.chars().any(char::is_control) {
        "a control character, which nobody could see; leave it out".to_owned()
    } else {
        return None;
    };
    Some(Violation { field: "displayName".to_owned(), description })
}

/// Headers that are said to be kept, where nothing is kept.
fn unkept<'w>(webhook: &'w Webhook, place: &'w str) -> impl Iterator<Item = Violation> {
    webhook.hidden_headers().into_iter().map(move |name| {
        let dot = if place.is_empty() { "" } else { "." };
        Violation {
            field: format!("{place}{dot}genericWebService.requestHeaders.{name}"),
            description: "*** stands for a value that is kept, and none is kept for this header (or the webhook leads elsewhere now); send its value".to_owned(),
        }
    })
}

/// Whether a finding is about http in the place of https, which `outbound.dangerous_allow_http` allows.
fn is_about_http(finding: &Finding) -> bool {
    match finding.code {
        "uri_not_https" => finding.message.starts_with("the scheme is http;"),
        "oauth_token_endpoint" => finding.message.starts_with("its scheme is http;"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Sources};

    fn fields(text: &str, http: bool) -> Vec<String> {
        let config = Config::load(&Sources::default()).expect("the defaults");
        let mut bounds = Bounds::new(&config);
        bounds.http = http;
        match admit(&Webhook::parse(text.as_bytes()).expect(text), &bounds) {
            Ok(()) => Vec::new(),
            Err(ResourceError::Invalid { violations, .. }) => {
                violations.into_iter().map(|one| one.field).collect()
            }
            Err(other) => vec![other.to_string()],
        }
    }

    #[test]
    fn what_the_platform_would_refuse_is_refused_and_what_surprises_is_not() {
        for (text, expected) in [
            (
                r#"{"displayName":"W","genericWebService":{"uri":"https://a.example.com","username":"u"},"disabled":true}"#,
                &[][..],
            ),
            ("{}", &["displayName", "genericWebService"]),
            (
                r#"{"displayName":"W","genericWebService":{"uri":"http://a.example.com"},"timeout":"31s"}"#,
                &["timeout", "genericWebService.uri"],
            ),
            (
                r#"{"displayName":"W","genericWebService":{"uri":"https://a.example.com","url":"x","webhookType":9}}"#,
                &["genericWebService.url", "genericWebService.webhookType"],
            ),
            (
                r#"{"displayName":"a\u0001","genericWebService":{"uri":"https://a.example.com"}}"#,
                &["displayName"],
            ),
            (
                r#"{"displayName":"W","genericWebService":{"uri":"https://a.example.com","requestHeaders":{"X-Key":"***"}}}"#,
                &["genericWebService.requestHeaders.X-Key"],
            ),
            (
                r#"{"displayName":"W","genericWebService":{"uri":"https://a.example.com","webhookType":"FLEXIBLE","parameterMapping":{"a":"$.a b"}}}"#,
                &["genericWebService.parameterMapping.a"],
            ),
        ] {
            assert_eq!(fields(text, false), expected, "{text}");
        }
        let http = r#"{"displayName":"W","genericWebService":{"uri":"http://a.example.com"}}"#;
        assert!(fields(http, true).is_empty());
        assert_eq!(fields(&http.replace("http:", "ftp:"), true), ["genericWebService.uri"]);
    }
}
