//! Webhooks as resources of Google's Terraform provider, 7.x: `google_dialogflow_cx_webhook`.
//!
//! Older releases know no more of a service than `uri`, `request_headers` and `allowed_ca_certs`. What
//! exports never have is not written either: Service Directory, passwords, OAuth clients.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::protocol::webhook::{GenericWebService, ServiceAgentAuth, Webhook};

/// One resource for each, ready to be put beside the agent's own.
pub(super) fn webhooks(webhooks: &[Webhook], agent: &str) -> String {
    let mut names = BTreeSet::new();
    let written = webhooks.iter().map(|webhook| {
        let name = name(&webhook.display_name, &mut names);
        resource(webhook, &name, agent)
    });
    written.collect::<Vec<_>>().join("\n")
}

/// A name that no other resource here has; it must not begin with a digit.
fn name(display_name: &str, taken: &mut BTreeSet<String>) -> String {
    let plain: String = display_name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    let plain = format!("webhook_{plain}");
    let mut name = plain.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{plain}_{number}");
        number += 1;
    }
    name
}

fn resource(webhook: &Webhook, name: &str, agent: &str) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "resource \"google_dialogflow_cx_webhook\" \"{name}\" {{");
    let parent =
        if agent.is_empty() { "google_dialogflow_cx_agent.agent.id".to_owned() } else { quoted(agent) };
    let _ = writeln!(text, "  parent       = {parent}");
    let _ = writeln!(text, "  display_name = {}", quoted(&webhook.display_name));
    let _ = writeln!(text, "  timeout      = \"{}s\"", webhook.timeout().as_secs());
    if let Some(service) = webhook.generic_web_service() {
        text.push('\n');
        generic_web_service(&mut text, service);
    }
    text.push_str("}\n");
    text
}

fn generic_web_service(text: &mut String, service: &GenericWebService) {
    text.push_str("  generic_web_service {\n");
    let mut field = |name: &str, value: String| {
        let _ = writeln!(text, "    {name} = {value}");
    };
    field("uri", quoted(&service.uri));
    if service.is_flexible() {
        field("webhook_type", "\"FLEXIBLE\"".to_owned());
        field("http_method", quoted(service.method()));
    } else {
        field("webhook_type", "\"STANDARD\"".to_owned());
    }
    if !service.request_body.is_empty() {
        field("request_body", quoted(&service.request_body));
    }
    if !service.secret_version_for_username_password.is_empty() {
        field("secret_version_for_username_password", quoted(&service.secret_version_for_username_password));
    }
    if service.service_agent_auth == ServiceAgentAuth::IdToken {
        field("service_agent_auth", "\"ID_TOKEN\"".to_owned());
    }
    if !service.parameter_mapping.is_empty() {
        let mapping: String = service
            .parameter_mapping
            .iter()
            .map(|(key, path)| format!("      {} = {}\n", quoted(key), quoted(path)))
            .collect();
        field("parameter_mapping", format!("{{\n{mapping}    }}"));
    }
    for (name, header) in &service.secret_versions_for_request_headers {
        let _ = write!(
            text,
            "    secret_versions_for_request_headers {{\n      key            = {}\n      secret_version = {}\n    }}\n",
            quoted(name),
            quoted(&header.secret_version)
        );
    }
    text.push_str("  }\n");
}

/// A text in quotes; `${` and `%{` would begin a template.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // HCL knows no other short forms.
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted.replace("${", "$${").replace("%{", "%%{")
}
