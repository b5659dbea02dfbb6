//! What is wrong with the webhooks' resources: their own checks, told with the webhook's name.

use super::{Check, Severity};
use crate::flexible;

/// With these the call cannot be made, or nothing can come of it.
const ERRORS: [&str; 14] = [
    "service_missing",
    "uri_missing",
    "uri_invalid",
    "uri_not_https",
    "uri_reference",
    "body_not_json",
    "request_body_invalid",
    "parameter_mapping_invalid",
    "mapping_without_effect",
    "header_invalid",
    "header_name",
    "header_value",
    "method_invalid",
    "timeout_not_positive",
];

impl Check<'_> {
    pub(super) fn resources(&mut self) {
        let package = self.package;
        for each in &package.webhooks {
            for finding in flexible::check::webhook(&each.webhook) {
                // Told where it is called.
                if finding.code == "disabled" {
                    continue;
                }
                let severity = match finding.code {
                    code if ERRORS.contains(&code) => Severity::Error,
                    "unknown_field" => Severity::Note,
                    _ => Severity::Warning,
                };
                let at =
                    if finding.place.is_empty() { String::new() } else { format!(", {}", finding.place) };
                let place = format!("webhook {}{at}", each.webhook.display_name);
                let fix = format!("correct it under Manage, Webhooks, and export again ({})", each.file);
                self.add(severity, finding.code, &place, finding.message, fix);
            }
        }
    }
}
