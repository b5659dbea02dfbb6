//! What is remarkable about a webhook resource, its templates and paths included.

use std::collections::HashMap;

use serde_json::Value;

use super::{Exchange, Template};
use crate::config::Semantics;
use crate::protocol::inspect::Finding;
use crate::protocol::webhook::{self, Webhook};

/// Everything that the platform would refuse or that will surprise, each with its place.
#[must_use]
pub fn webhook(webhook: &Webhook) -> Vec<Finding> {
    let mut findings = webhook::check::webhook(webhook);
    if !webhook.is_flexible() {
        return findings;
    }
    let Some(service) = webhook.generic_web_service() else { return findings };
    let root = if webhook.service_directory().is_some() { "serviceDirectory." } else { "" };
    let place = |field: &str| format!("{root}genericWebService.{field}");
    match Exchange::parse(webhook, Semantics::default()) {
        Ok(exchange) => findings.extend(exchange.doubts().into_iter().map(|message| Finding {
            code: "soql_outside_quotes",
            place: place("uri"),
            message,
        })),
        // The plain checks have told some of it already, in words of their own.
        Err(faults) => {
            let mut told: HashMap<String, Vec<&'static str>> = HashMap::new();
            for finding in &findings {
                told.entry(finding.place.clone()).or_default().push(finding.code);
            }
            let is_told = |fault: &Finding| {
                told.get(&fault.place)
                    .is_some_and(|codes| codes.iter().any(|finding| told_by(fault.code, finding)))
            };
            findings.extend(faults.into_iter().filter(|fault| !is_told(fault)));
        }
    }
    for (field, text) in [("uri", &service.uri), ("requestBody", &service.request_body)] {
        for word in ["$last-user-utterance", "$conversation"] {
            if text.contains(word) {
                let message =
                    format!("{word} means something in generator prompts only; here it stays as written");
                findings.push(Finding { code: "generator_reference", place: place(field), message });
            }
        }
    }
    if let Ok(document) = serde_json::from_str(&service.request_body) {
        names_with_references(&document, &place("requestBody"), &mut findings);
    }
    findings
}

/// Whether a fault of an exchange is what a finding of the plain checks says too.
fn told_by(fault: &str, finding: &str) -> bool {
    match fault {
        "uri_invalid" => matches!(finding, "uri_missing" | "uri_invalid" | "uri_reference"),
        "request_body_invalid" => finding == "body_not_json",
        "header_invalid" => matches!(finding, "header_name" | "header_reserved" | "header_value"),
        _ => fault == finding,
    }
}

fn names_with_references(value: &Value, place: &str, findings: &mut Vec<Finding>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| names_with_references(item, place, findings)),
        Value::Object(members) => {
            for (name, member) in members {
                if !Template::parse(name).is_ok_and(|name| name.is_plain()) {
                    findings.push(Finding {
                        code: "reference_in_name",
                        place: place.to_owned(),
                        message: format!(
                            "the member name {name:?} stays as written: references are put into values only"
                        ),
                    });
                }
                names_with_references(member, place, findings);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(service: &str) -> Vec<&'static str> {
        let text = format!(
            r#"{{"displayName":"T","genericWebService":{{"webhookType":"FLEXIBLE","serviceAgentAuth":"NONE",{service}}}}}"#
        );
        let parsed = Webhook::parse(text.as_bytes()).expect("a webhook");
        webhook(&parsed).iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn templates_and_paths_are_judged_and_nothing_is_told_twice() {
        const URI: &str = r#""uri":"https://a.example/""#;
        for (service, expected) in [
            (format!(r#"{URI},"parameterMapping":{{"a":"$.a"}}"#), &[][..]),
            (format!(r#"{URI},"parameterMapping":{{"a":"$.a b"}}"#), &["parameter_mapping_invalid"]),
            (format!(r#"{URI},"parameterMapping":{{"a":"$.a"}},"requestBody":"{{""#), &["body_not_json"]),
            (
                format!(r#"{URI},"parameterMapping":{{"a":"$.a"}},"requestBody":"[\"$sys.func.NOPE()\"]""#),
                &["body_not_object", "request_body_invalid"],
            ),
            (
                format!(r#"{URI},"parameterMapping":{{"a":"$.a"}},"requestBody":"{{\"$flow.x\":\"$conversation\"}}""#),
                &["generator_reference", "reference_in_name"],
            ),
            (
                r#""uri":"http://$session.params.h/","parameterMapping":{"a":"$.a"}"#.to_owned(),
                &["uri_not_https", "uri_reference"],
            ),
            (
                r#""uri":"https://x.my.salesforce.com/services/data/v64.0/query?q=SELECT%20$flow.f","parameterMapping":{"a":"$.a"}"#
                    .to_owned(),
                &["soql_outside_quotes"],
            ),
        ] {
            let mut found = codes(&service);
            found.sort_unstable();
            assert_eq!(found, expected, "{service}");
        }
    }
}
