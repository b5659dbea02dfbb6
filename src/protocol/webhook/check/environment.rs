//! An environment, and what it changes about webhooks.

use super::Findings;
use crate::protocol::inspect::Finding;
use crate::protocol::names::EnvironmentName;
use crate::protocol::webhook::{
    Environment, TestCasesConfig, VersionConfig, Webhook, WebhookConfig, environment::same_webhook,
};

const LONGEST_DISPLAY_NAME: usize = 64;
const LONGEST_DESCRIPTION: usize = 500;

/// What is remarkable about an environment.
///
/// Its webhook overrides are looked at for what they say, not for what they leave out; look at
/// [`Webhook::with_overrides`] to see what becomes of a webhook.
#[must_use]
pub fn environment(environment: &Environment) -> Vec<Finding> {
    let mut findings = Findings { list: Vec::new(), partial: true };
    findings.environment(environment);
    findings.list
}

impl Findings {
    fn environment(&mut self, environment: &Environment) {
        let Environment { name, display_name, description, .. } = environment;
        if name.contains('/') && name.parse::<EnvironmentName>().is_err() {
            self.add("resource_name", "name", "expected projects/P/locations/L/agents/A/environments/E");
        } else if name.is_empty() {
            let message = "no name: a session says its environment by the last part of this name, so nothing can choose it. Set projects/P/locations/L/agents/A/environments/E";
            self.add("name_missing", "name", message);
        }
        if display_name.is_empty() {
            self.add(
                "display_name_missing",
                "displayName",
                "no displayName: give it one, unique in the agent",
            );
        }
        self.length(display_name, LONGEST_DISPLAY_NAME, "displayName");
        self.length(description, LONGEST_DESCRIPTION, "description");
        self.unknown::<Environment>(&environment.unknown, "");
        for (index, VersionConfig { unknown, .. }) in environment.version_configs.iter().enumerate() {
            self.unknown::<VersionConfig>(unknown, &format!("versionConfigs[{index}]"));
        }
        if let Some(TestCasesConfig { unknown, .. }) = &environment.test_cases_config {
            self.unknown::<TestCasesConfig>(unknown, "testCasesConfig");
        }
        if let Some(WebhookConfig { webhook_overrides, unknown }) = &environment.webhook_config {
            self.unknown::<WebhookConfig>(unknown, "webhookConfig");
            for (index, overrides) in webhook_overrides.iter().enumerate() {
                let place = format!("webhookConfig.webhookOverrides[{index}]");
                self.overrides(overrides, &webhook_overrides[..index], &place);
            }
        }
    }

    fn length(&mut self, text: &str, most: usize, place: &str) {
        let length = text.chars().count();
        if length > most {
            self.add("too_long", place, format!("{length} characters; the platform takes at most {most}"));
        }
    }

    fn overrides(&mut self, overrides: &Webhook, earlier: &[Webhook], place: &str) {
        if overrides.name.is_empty() && overrides.display_name.is_empty() {
            let message = "names no webhook: set the name of the one it is about";
            self.add("override_unnamed", place, message);
        }
        // Agents have few webhooks; a file with more than that is not compared each with each.
        if earlier.len() < 1_000 && earlier.iter().any(|one| same_webhook(&one.name, &overrides.name)) {
            self.add("override_twice", place, "the same webhook as an earlier one, which wins; merge them");
        }
        self.webhook(overrides, place);
        if overrides.service.is_none() && overrides.timeout.is_none() && !overrides.disabled {
            self.add(
                "override_empty",
                place,
                "changes nothing: it sets no field beside the names; add some, or leave it out",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&'static str, String)> {
        let parsed = Environment::parse(text.as_bytes()).expect(text);
        environment(&parsed).into_iter().map(|finding| (finding.code, finding.place)).collect()
    }

    #[test]
    fn environments_are_checked_without_asking_for_what_overrides_leave_out() {
        let name = "projects/p/locations/l/agents/a/environments/e";
        let text = format!(
            r#"{{"name":"{name}","displayName":"Production","webhookConfig":{{"webhookOverrides":[
            {{"name":"w","genericWebService":{{"uri":"https://api.example.com/$flow.a","username":"a",
                "oauthConfig":{{"clientSecret":"s"}}}}}}]}}}}"#
        );
        let place = "webhookConfig.webhookOverrides[0].genericWebService";
        assert_eq!(
            found(&text),
            [("basic_deprecated", format!("{place}.username")), ("several_credentials", place.to_owned())]
        );
    }

    #[test]
    fn faults_of_an_environment_are_found() {
        let long = "x".repeat(501);
        let text = format!(
            r#"{{"name":"a/b","displayName":"{long}","description":"{long}","later":1,"webhookConfig":{{"webhookOverrides":[
            {{}},{{"name":"w","timeout":"31s"}},{{"name":"x/y","disabled":true}},{{"displayName":"w","name":"w","timeout":"1s"}},
            {{"name":"v","genericWebService":{{"uri":"http://a.example.com"}}}}]}}}}"#
        );
        let codes: Vec<_> = found(&text).into_iter().map(|(code, _)| code).collect();
        assert_eq!(
            codes,
            [
                "resource_name",
                "too_long",
                "too_long",
                "unknown_field",
                "override_unnamed",
                "override_empty",
                "timeout_too_long",
                "resource_name",
                "disabled",
                "override_twice",
                "uri_not_https"
            ]
        );
        assert_eq!(
            found("{}"),
            [("name_missing", "name".to_owned()), ("display_name_missing", "displayName".to_owned())]
        );
    }
}
