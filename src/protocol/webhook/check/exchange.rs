//! What is sent and what is taken from the answer: method, body and mapping of a flexible webhook.

use super::{Findings, at};
use crate::protocol::ParseError;
use crate::protocol::json::strict;
use crate::protocol::webhook::{GenericWebService, HttpMethod};

impl Findings {
    pub(super) fn exchange(&mut self, generic: &GenericWebService, place: &str) {
        let body = at(place, "requestBody");
        if generic.is_flexible() || self.partial {
            self.template(&generic.request_body, &body);
        }
        if self.partial {
            return;
        }
        if generic.is_flexible() {
            self.flexible(generic, place);
            return;
        }
        let remedy = "for flexible webhooks only, and this one is standard: set webhookType to FLEXIBLE, or leave it out";
        if !generic.request_body.is_empty() {
            self.add("flexible_only", body, remedy);
        }
        if !generic.parameter_mapping.is_empty() {
            self.add("flexible_only", at(place, "parameterMapping"), remedy);
        }
        // A method that is not known is told elsewhere.
        if generic.http_method.word() != "POST" {
            let message = format!("a standard webhook is always called with POST; the method is {remedy}");
            self.add("flexible_only", at(place, "httpMethod"), message);
        }
    }

    fn flexible(&mut self, generic: &GenericWebService, place: &str) {
        let method = generic.method();
        if !generic.request_body.is_empty() && !generic.http_method.has_body() {
            let message = format!(
                "{method} is sent without a body; put the values into the uri's query, or use POST, PUT or PATCH"
            );
            self.add("body_without_effect", at(place, "requestBody"), message);
        }
        let mapping = at(place, "parameterMapping");
        // Changing or deleting something often answers nothing that anybody waits for.
        let answers = !matches!(method, "PUT" | "PATCH" | "DELETE");
        if generic.parameter_mapping.is_empty() && answers {
            let message = "no parameterMapping: whatever the service answers, no parameter is set. Map one, such as \"temperature\" to \"$.now.celsius\"";
            self.add("mapping_missing", mapping, message);
        } else if generic.http_method == HttpMethod::Head {
            let message =
                "an answer to HEAD has no body, so there is nothing to set parameters from; use GET";
            self.add("mapping_without_effect", mapping, message);
        }
    }

    fn template(&mut self, body: &str, place: &str) {
        if body.is_empty() {
            return;
        }
        if let Err(fault) = strict::check(body) {
            let error = ParseError::new(body, fault);
            let message = format!(
                "no JSON: {error}. A reference must stand inside a string, as in \"$session.params.city\""
            );
            self.add("body_not_json", place, message);
        } else if !body.trim_ascii_start().starts_with('{') {
            self.add("body_not_object", place, "the body should be a JSON object, { … } outside");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found_in, owned};

    #[test]
    fn what_a_webhook_sends_and_takes_is_checked() {
        let mapped = r#""webhookType":"FLEXIBLE","parameterMapping":{"a":"$.a"}"#;
        for (members, expected) in [
            (format!(r#"{mapped},"httpMethod":"GET""#), &[][..]),
            (format!(r#"{mapped},"httpMethod":"PUT","requestBody":"{{\"a\":\"$flow.a\"}}""#), &[]),
            (r#""webhookType":"FLEXIBLE""#.to_owned(), &[("mapping_missing", "parameterMapping")]),
            (format!(r#"{mapped},"httpMethod":"HEAD""#), &[("mapping_without_effect", "parameterMapping")]),
            (format!(r#"{mapped},"requestBody":"[\"$flow.a\"]""#), &[("body_not_object", "requestBody")]),
            (format!(r#"{mapped},"requestBody":"{{\"a\":$flow.a}}""#), &[("body_not_json", "requestBody")]),
            (format!(r#"{mapped},"requestBody":"  ""#), &[("body_not_json", "requestBody")]),
            (format!(r#"{mapped},"requestBody":"{{\"a\":1,\"a\":2}}""#), &[("body_not_json", "requestBody")]),
            (
                r#""requestBody":"{}","parameterMapping":{"a":"$.a"},"httpMethod":"GET""#.to_owned(),
                &[
                    ("flexible_only", "requestBody"),
                    ("flexible_only", "parameterMapping"),
                    ("flexible_only", "httpMethod"),
                ],
            ),
            (r#""httpMethod":"POST","webhookType":"STANDARD""#.to_owned(), &[]),
        ] {
            assert_eq!(found_in(&members), owned(expected), "{members}");
        }
        for method in ["GET", "DELETE", "OPTIONS"] {
            let members = format!(r#"{mapped},"httpMethod":"{method}","requestBody":"{{}}""#);
            assert_eq!(found_in(&members), owned(&[("body_without_effect", "requestBody")]), "{method}");
        }
    }

    #[test]
    fn a_body_nested_without_end_is_refused_not_followed() {
        let body = "[".repeat(100_000);
        let members =
            format!(r#""webhookType":"FLEXIBLE","parameterMapping":{{"a":"$.a"}},"requestBody":"{body}""#);
        assert_eq!(found_in(&members), owned(&[("body_not_json", "requestBody")]));
    }
}
