//! A webhook or an environment, in words; secrets are not among them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::lines::{Lines, add};
use crate::excerpt::without_userinfo;
use crate::protocol::Struct;
use crate::protocol::webhook::{Environment, GenericWebService, ServiceAgentAuth, Webhook};

/// Fails if a resource holds nothing but what its kind does not know: it is something else then.
pub(in super::super) fn refuse_foreign(resource: &impl Serialize, unknown: &Struct) -> anyhow::Result<()> {
    let whole = serde_json::to_value(resource)?;
    let foreign = !unknown.is_empty() && whole.as_object().is_some_and(|whole| whole.len() == unknown.len());
    let names =
        || unknown.keys().take(5).map(|name| format!("`{}`", name.escape_debug())).collect::<Vec<_>>();
    anyhow::ensure!(!foreign, "none of its members belongs to one; found {}", names().join(", "));
    Ok(())
}

pub(super) fn webhook(webhook: &Webhook, size: usize) -> Lines {
    let mut lines = vec![("Webhook", format!("{size} bytes"))];
    add(&mut lines, "name", webhook.name.as_str());
    add(&mut lines, "display name", webhook.display_name.as_str());
    if webhook.disabled {
        add(&mut lines, "state", "disabled");
    }
    add(&mut lines, "type", if webhook.is_flexible() { "flexible" } else { "standard" });
    if let Some(generic) = webhook.generic_web_service() {
        add(&mut lines, "calls", format!("{} {}", webhook.method(), without_userinfo(&generic.uri)));
    }
    add(&mut lines, "through", webhook.service_directory().unwrap_or_default());
    let said = if webhook.timeout.is_some() { "" } else { " (the default)" };
    add(&mut lines, "timeout", format!("{:?}{said}", webhook.timeout()));
    if let Some(generic) = webhook.generic_web_service() {
        describe_call(generic, &mut lines);
    }
    lines
}

fn describe_call(generic: &GenericWebService, lines: &mut Lines) {
    let plain = generic.request_headers.keys().map(|name| format!("{} = ***", name.escape_debug()));
    let secret = generic
        .secret_versions_for_request_headers
        .iter()
        .map(|(name, value)| format!("{} from {}", name.escape_debug(), value.secret_version));
    add(lines, "headers", plain.chain(secret).collect::<Vec<_>>().join("\n"));
    add(lines, "as", credentials(generic).join("\n"));
    if !generic.allowed_ca_certs.is_empty() {
        let count = generic.allowed_ca_certs.len();
        add(lines, "trusts", format!("its own certificates ({count}) instead of the public ones"));
    }
    add(lines, "body", generic.request_body.as_str());
    add(lines, "sets", members(&generic.parameter_mapping));
}

fn members(mapping: &BTreeMap<String, String>) -> String {
    let lines = mapping.iter().map(|(parameter, path)| format!("{parameter} from {path}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Who the service is told is calling.
fn credentials(generic: &GenericWebService) -> Vec<String> {
    let mut lines = Vec::new();
    if !generic.secret_version_for_username_password.is_empty() {
        lines.push(format!("user from {}", generic.secret_version_for_username_password));
    } else if !generic.username.is_empty() || !generic.password.is_empty() {
        let password = if generic.password.is_empty() { "no password" } else { "password ***" };
        lines.push(format!("user {}, {password}", generic.username));
    }
    if let Some(oauth) = &generic.oauth_config {
        let secret = match (&*oauth.secret_version_for_client_secret, &*oauth.client_secret) {
            ("", "") => "no secret".to_owned(),
            ("", _) => "secret ***".to_owned(),
            (name, _) => format!("secret from {name}"),
        };
        let scopes =
            if oauth.scopes.is_empty() { String::new() } else { format!(" for {}", oauth.scopes.join(" ")) };
        let endpoint = without_userinfo(&oauth.token_endpoint);
        lines.push(format!("OAuth client {}, {secret}, token{scopes} from {endpoint}", oauth.client_id));
    }
    match &generic.service_agent_auth {
        ServiceAgentAuth::IdToken => lines.push("Dialogflow's service agent, ID token".to_owned()),
        ServiceAgentAuth::AccessToken => lines.push("Dialogflow's service agent, access token".to_owned()),
        _ => {}
    }
    if let Some(account) = &generic.service_account_auth_config {
        lines.push(format!("service account {}, access token", account.service_account));
    }
    lines
}

pub(super) fn environment(environment: &Environment, size: usize) -> Lines {
    let mut lines = vec![("Environment", format!("{size} bytes"))];
    add(&mut lines, "name", environment.name.as_str());
    add(&mut lines, "display name", environment.display_name.as_str());
    add(&mut lines, "description", environment.description.as_str());
    let versions = environment.version_configs.iter().map(|config| config.version.as_str());
    add(&mut lines, "versions", versions.collect::<Vec<_>>().join("\n"));
    if let Some(changed) = environment.update_time {
        add(&mut lines, "changed", changed.to_string());
    }
    if let Some(tests) = &environment.test_cases_config {
        add(&mut lines, "tests", tests.test_cases.join("\n"));
    }
    let overrides = environment.webhook_overrides().iter().map(|overrides| {
        let name = if overrides.display_name.is_empty() { &overrides.name } else { &overrides.display_name };
        format!("{name}: {}", changes(overrides))
    });
    add(&mut lines, "overrides", overrides.collect::<Vec<_>>().join("\n"));
    lines
}

/// The names of the fields that an override sets.
fn changes(overrides: &Webhook) -> String {
    fn collect(value: &Value, names: &mut Vec<String>) {
        let Value::Object(members) = value else { return };
        for (name, value) in members {
            match &**name {
                "name" | "displayName" => {}
                "genericWebService" | "serviceDirectory" => collect(value, names),
                name => names.push(name.escape_debug().to_string()),
            }
        }
    }
    let mut names = Vec::new();
    collect(&serde_json::to_value(overrides).unwrap_or_default(), &mut names);
    names.join(", ")
}
