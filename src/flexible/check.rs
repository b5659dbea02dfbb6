//! What is remarkable about a webhook resource, its templates and paths included.

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
            for fault in faults {
                let known = findings.iter().any(|finding| finding.place == fault.place);
                if !known {
                    findings.push(fault);
                }
            }
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
