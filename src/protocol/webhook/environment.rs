//! `Environment`: what of an agent is served where, and with which webhooks.

use super::resource::last_segment;
use super::{Timestamp, Webhook, read};
use crate::protocol::ParseError;
use crate::protocol::schema::message;

message! {
    /// An environment of an agent.
    pub struct Environment {
        /// `projects/P/locations/L/agents/A/environments/E`.
        name: String = "name";
        /// What people call it, at most 64 characters.
        display_name: String = "displayName";
        /// What it is for, at most 500 characters.
        description: String = "description";
        /// The versions of flows that it serves.
        version_configs: Vec<VersionConfig> = "versionConfigs";
        /// When it was last changed; the platform says so.
        update_time: Option<Timestamp> = "updateTime";
        /// The tests that run before it is served.
        test_cases_config: Option<TestCasesConfig> = "testCasesConfig";
        /// What it changes about webhooks.
        webhook_config: Option<WebhookConfig> = "webhookConfig";
    }
    masked unknown;
}

message! {
    /// A version of a flow.
    pub struct VersionConfig {
        /// `projects/P/locations/L/agents/A/flows/F/versions/V`.
        version: String = "version";
    }
}

message! {
    /// Test cases of an environment.
    pub struct TestCasesConfig {
        /// `projects/P/locations/L/agents/A/testCases/T`, each.
        test_cases: Vec<String> = "testCases";
        /// Whether they run once a day.
        enable_continuous_run: bool = "enableContinuousRun";
        /// Whether they run before a version is served.
        enable_predeployment_run: bool = "enablePredeploymentRun";
    }
}

message! {
    /// What an environment changes about webhooks.
    pub struct WebhookConfig {
        /// Each names a webhook of the agent, and sets what is different here.
        webhook_overrides: Vec<Webhook> = "webhookOverrides";
    }
    masked unknown;
}

impl Environment {
    /// Reads an environment; its webhooks may have the form of agent exports, too.
    ///
    /// # Errors
    ///
    /// As [`Webhook::parse`].
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        read(body)
    }

    /// The last part of its name, which is how a session names it.
    #[must_use]
    pub fn id(&self) -> &str {
        last_segment(&self.name)
    }

    /// What it changes about webhooks.
    #[must_use]
    pub fn webhook_overrides(&self) -> &[Webhook] {
        self.webhook_config.as_ref().map_or(&[], |config| &config.webhook_overrides)
    }

    /// What it changes about this webhook, for [`Webhook::with_overrides`].
    ///
    /// The name decides; a full name and a bare id agree when the id does. Where no name agrees,
    /// the display name does: ids change when an agent is restored elsewhere.
    #[must_use]
    pub fn overrides_for(&self, webhook: &Webhook) -> Option<&Webhook> {
        let overrides = self.webhook_overrides();
        let same_display_name =
            |one: &&Webhook| !one.display_name.is_empty() && one.display_name == webhook.display_name;
        overrides
            .iter()
            .find(|one| same_webhook(&one.name, &webhook.name))
            .or_else(|| overrides.iter().find(same_display_name))
    }
}

impl Webhook {
    /// Whether this, as an override, is about that webhook: see [`Environment::overrides_for`].
    pub(crate) fn is_about(&self, webhook: &Self) -> bool {
        same_webhook(&self.name, &webhook.name)
            || !self.display_name.is_empty() && self.display_name == webhook.display_name
    }
}

/// Whether two names, full or the id alone, name one webhook.
pub(super) fn same_webhook(one: &str, other: &str) -> bool {
    let both_full = one.contains('/') && other.contains('/');
    !one.is_empty() && if both_full { one == other } else { last_segment(one) == last_segment(other) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        let text = r#"{"name":"projects/p/locations/l/agents/a/environments/e-1","updateTime":"2026-11-22T18:30:00Z",
            "webhookConfig":{"webhookOverrides":[
                {"name":"projects/p/locations/l/agents/a/webhooks/w-1","displayName":"Orders","timeout":"1s"},
                {"name":"w-2","displayName":"Weather","timeout":"2s"},
                {"displayName":"Bills","timeout":{"seconds":3}},
                {}]}}"#;
        Environment::parse(text.as_bytes()).expect("an environment")
    }

    #[test]
    fn overrides_are_found_by_name_and_then_by_display_name() {
        let environment = environment();
        assert_eq!(environment.id(), "e-1");
        let full = "projects/p/locations/l/agents/a/webhooks";
        for (name, display_name, expected) in [
            (format!("{full}/w-1"), "renamed", Some(1)),
            ("w-1".to_owned(), "Weather", Some(1)),
            (format!("{full}/w-2"), "", Some(2)),
            (format!("{full}/w-9"), "Weather", Some(2)),
            ("projects/p/locations/l/agents/other/webhooks/w-1".to_owned(), "", None),
            (String::new(), "Bills", Some(3)),
            (String::new(), "bills", None),
            (String::new(), "", None),
        ] {
            let webhook = Webhook { name, display_name: display_name.to_owned(), ..Webhook::default() };
            let found = environment.overrides_for(&webhook).map(|found| found.timeout().as_secs());
            assert_eq!(found, expected, "{webhook:?}");
        }
    }

    #[test]
    fn an_environment_is_written_as_it_came() {
        let text = serde_json::to_string(&environment()).expect("JSON");
        assert_eq!(Environment::parse(text.as_bytes()), Ok(environment()));
        assert!(text.contains(r#""updateTime":"2026-11-22T18:30:00Z""#), "{text}");
        assert!(text.contains(r#""timeout":"3s""#), "{text}");
    }
}
