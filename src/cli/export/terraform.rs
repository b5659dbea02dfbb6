//! A webhook as a resource of Google's Terraform provider.

use std::fmt::Write as _;

use crate::protocol::webhook::{GenericWebService, ServiceAgentAuth, Webhook};

/// `google_dialogflow_cx_webhook`, ready to be put beside the agent's own resource.
pub(super) fn webhook(webhook: &Webhook, agent: &str) -> String {
    let mut text = String::new();
    let name: String = webhook
        .display_name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    // A name must not begin with a digit.
    let _ = writeln!(text, "resource \"google_dialogflow_cx_webhook\" \"webhook_{name}\" {{");
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
    field("webhook_type", "\"FLEXIBLE\"".to_owned());
    field("http_method", quoted(service.method()));
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
    let json = serde_json::Value::from(text).to_string();
    json.replace("${", "$${").replace("%{", "%%{")
}
