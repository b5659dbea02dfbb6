//! Webhooks as resources of Google's Terraform provider, 7.x: `google_dialogflow_cx_webhook`.
//!
//! Older releases know no more of a service than `uri`, `request_headers` and `allowed_ca_certs`. Secrets
//! are not written; a comment stands in the place of each, and of what the provider does not know.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{GenericWebService, HIDDEN, OAuthConfig, Service, ServiceAgentAuth, Webhook, is_secret_header};

/// One resource for each, ready to be put beside the agent's own.
pub(crate) fn webhooks<'w>(webhooks: impl IntoIterator<Item = &'w Webhook>, agent: &str) -> String {
    let mut names = BTreeSet::new();
    let written = webhooks.into_iter().map(|webhook| {
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
    let _ = writeln!(text, "  timeout      = \"{}s\"", webhook.timeout().as_secs_f64());
    if webhook.disabled {
        text.push_str("  disabled     = true\n");
    }
    match &webhook.service {
        Some(Service::GenericWebService(service)) => {
            text.push('\n');
            Block { text: &mut text, depth: 1 }
                .block("generic_web_service", |block| generic_web_service(block, service));
        }
        Some(Service::ServiceDirectory(directory)) => {
            text.push('\n');
            Block { text: &mut text, depth: 1 }.block("service_directory", |block| {
                block.field("service", quoted(&directory.service));
                if let Some(service) = &directory.generic_web_service {
                    block.block("generic_web_service", |block| generic_web_service(block, service));
                }
            });
        }
        None => {}
    }
    text.push_str("}\n");
    text
}

fn generic_web_service(block: &mut Block<'_>, service: &GenericWebService) {
    block.field("uri", quoted(&service.uri));
    if service.is_flexible() {
        block.field("webhook_type", "\"FLEXIBLE\"");
        block.field("http_method", quoted(service.method()));
    } else {
        block.field("webhook_type", "\"STANDARD\"");
    }
    if !service.request_body.is_empty() {
        block.field("request_body", quoted(&service.request_body));
    }
    let is_secret = |name: &str, value: &str| value == HIDDEN || is_secret_header(name, value);
    let plain = service.request_headers.iter().filter(|(name, value)| !is_secret(name, value));
    block.map("request_headers", &plain.collect());
    if service.request_headers.iter().any(|(name, value)| is_secret(name, value)) {
        block.remark("request_headers with keys in them are left out: put their values into Secret Manager");
    }
    if !service.allowed_ca_certs.is_empty() {
        let certificates: Vec<_> =
            service.allowed_ca_certs.iter().map(|der| quoted(&STANDARD.encode(der))).collect();
        block.field("allowed_ca_certs", format_args!("[{}]", certificates.join(", ")));
    }
    if !service.username.is_empty() || !service.password.is_empty() {
        block.remark("username and password are left out: put them into Secret Manager");
    }
    if !service.secret_version_for_username_password.is_empty() {
        let version = quoted(&service.secret_version_for_username_password);
        block.field("secret_version_for_username_password", version);
    }
    match service.service_agent_auth {
        ServiceAgentAuth::None => block.field("service_agent_auth", "\"NONE\""),
        ServiceAgentAuth::IdToken => block.field("service_agent_auth", "\"ID_TOKEN\""),
        ServiceAgentAuth::AccessToken => block.field("service_agent_auth", "\"ACCESS_TOKEN\""),
        _ => {}
    }
    block.map("parameter_mapping", &service.parameter_mapping.iter().collect());
    for (name, header) in &service.secret_versions_for_request_headers {
        block.block("secret_versions_for_request_headers", |block| {
            block.field("key           ", quoted(name));
            block.field("secret_version", quoted(&header.secret_version));
        });
    }
    if let Some(oauth) = &service.oauth_config {
        block.block("oauth_config", |block| oauth_config(block, oauth));
    }
    if let Some(account) = &service.service_account_auth_config {
        block.block("service_account_auth_config", |block| {
            block.field("service_account", quoted(&account.service_account));
        });
    }
}

fn oauth_config(block: &mut Block<'_>, oauth: &OAuthConfig) {
    block.field("client_id", quoted(&oauth.client_id));
    block.field("token_endpoint", quoted(&oauth.token_endpoint));
    if !oauth.secret_version_for_client_secret.is_empty() {
        block.field("secret_version_for_client_secret", quoted(&oauth.secret_version_for_client_secret));
    } else {
        block.remark("the client's secret is left out: put it into Secret Manager");
    }
    if !oauth.scopes.is_empty() {
        let scopes: Vec<_> = oauth.scopes.iter().map(|scope| quoted(scope)).collect();
        block.field("scopes", format_args!("[{}]", scopes.join(", ")));
    }
}

/// What stands between braces, and how far it is moved to the right.
struct Block<'t> {
    text: &'t mut String,
    depth: usize,
}

impl Block<'_> {
    fn line(&mut self, line: impl Display) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{:indent$}{line}", "", indent = self.depth * 2);
    }

    fn field(&mut self, name: &str, value: impl Display) {
        self.line(format_args!("{name} = {value}"));
    }

    fn remark(&mut self, text: &str) {
        self.line(format_args!("# {text}"));
    }

    fn map(&mut self, name: &str, map: &BTreeMap<&String, &String>) {
        if map.is_empty() {
            return;
        }
        self.line(format_args!("{name} = {{"));
        for (key, value) in map {
            self.line(format_args!("  {} = {}", quoted(key), quoted(value)));
        }
        self.line("}");
    }

    fn block(&mut self, name: &str, write: impl FnOnce(&mut Block<'_>)) {
        self.line(format_args!("{name} {{"));
        write(&mut Block { text: self.text, depth: self.depth + 1 });
        self.line("}");
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_written_and_no_secret() {
        let text = r#"{"displayName":"Orders","timeout":"1.5s","disabled":true,"serviceDirectory":{
            "service":"projects/p/locations/l/namespaces/n/services/s","genericWebService":{
            "uri":"https://a.example.com/${x}","username":"u","password":"s3cret",
            "requestHeaders":{"X-Shop":"north","X-Key":"s3cret"},"allowedCaCerts":["AQID"],
            "secretVersionsForRequestHeaders":{"X-Other":{"secretVersion":"projects/p/secrets/s/versions/1"}},
            "oauthConfig":{"clientId":"c","clientSecret":"s3cret","tokenEndpoint":"https://t.example.com","scopes":["a","b"]},
            "serviceAccountAuthConfig":{"serviceAccount":"a@p.iam.gserviceaccount.com"}}}}"#;
        let webhook = Webhook::parse(text.as_bytes()).expect("a webhook");
        let shown = webhook.without_secrets();
        for webhook in [&webhook, &shown] {
            let written = webhooks([webhook], "projects/p/locations/l/agents/a");
            assert!(!written.contains("s3cret") && !written.contains("***"), "{written}");
            let body: hcl::Body = hcl::parse(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
            assert_eq!(body.blocks().count(), 1);
            for part in [
                "timeout      = \"1.5s\"",
                "disabled     = true",
                "  service_directory {\n    service = \"projects/p/locations/l/namespaces/n/services/s\"",
                "      uri = \"https://a.example.com/$${x}\"",
                "        \"X-Shop\" = \"north\"\n      }",
                "      # request_headers with keys in them",
                "      allowed_ca_certs = [\"AQID\"]",
                "      # username and password are left out",
                "        # the client's secret is left out",
                "        scopes = [\"a\", \"b\"]",
                "        service_account = \"a@p.iam.gserviceaccount.com\"",
            ] {
                assert!(written.contains(part), "{part}: {written}");
            }
        }
    }
}
