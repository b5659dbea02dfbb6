//! What a resource made through the API may name: secrets, and accounts to act as.
//!
//! Whoever edits webhooks decides where they lead. Without bounds, that would be to send any secret
//! that this server can read to a server of their own.

use super::{ResourceError, Violation};
use crate::config::{self, Config};
use crate::protocol::webhook::{GenericWebService, ServiceAgentAuth, Webhook};

/// The bounds of these settings.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Bounds {
    /// `secrets.allow`
    secrets: Vec<String>,
    /// `secrets.allow_accounts`
    accounts: Vec<String>,
    /// `outbound.dangerous_allow_http`
    pub(super) http: bool,
}

impl Bounds {
    pub(crate) fn new(config: &Config) -> Self {
        let config::Secrets { allow, allow_accounts, .. } = &config.secrets;
        Self {
            secrets: allow.clone(),
            accounts: allow_accounts.clone(),
            http: config.outbound.dangerous_allow_http,
        }
    }

    /// What of this webhook is not allowed, with the key that would allow it.
    pub(super) fn violations(&self, webhook: &Webhook, place: &str) -> Vec<Violation> {
        let Some(service) = webhook.generic_web_service() else { return Vec::new() };
        let root = if webhook.service_directory().is_some() { "serviceDirectory." } else { "" };
        let at = |field: &str| {
            let dot = if place.is_empty() { "" } else { "." };
            format!("{place}{dot}{root}genericWebService.{field}")
        };
        let mut violations = Vec::new();
        for (field, version) in secret_versions(service) {
            if !self.secrets.iter().any(|allowed| allows_secret(allowed, version)) {
                let shown = crate::excerpt::excerpt(version, 200);
                let description = format!(
                    "a resource made through the API may not name {shown:?}; secrets.allow in the settings says what it may"
                );
                violations.push(Violation { field: at(&field), description });
            }
        }
        if let Some(account) =
            service.service_account_auth_config.as_ref().map(|config| &config.service_account)
            && !account.is_empty()
            && !self.accounts.iter().any(|allowed| matches(allowed, account))
        {
            let shown = crate::excerpt::excerpt(account, 200);
            let description = format!(
                "a resource made through the API may not act as {shown:?}; secrets.allow_accounts in the settings says as whom it may"
            );
            violations.push(Violation { field: at("serviceAccountAuthConfig.serviceAccount"), description });
        }
        if service.service_agent_auth == ServiceAgentAuth::AccessToken && !is_google(&service.uri) {
            let description = "an access token of this server's own account opens Google's APIs; a resource made through the API may send one to https://….googleapis.com alone. Use ID_TOKEN".to_owned();
            violations.push(Violation { field: at("serviceAgentAuth"), description });
        }
        violations
    }

    /// Refuses a resource that names what it may not.
    pub(super) fn admit<'w>(
        &self,
        webhooks: impl IntoIterator<Item = (String, &'w Webhook)>,
    ) -> Result<(), ResourceError> {
        let violations: Vec<Violation> =
            webhooks.into_iter().flat_map(|(place, webhook)| self.violations(webhook, &place)).collect();
        let Some(first) = violations.first() else { return Ok(()) };
        Err(ResourceError::NotAllowed { message: format!("{}: {}.", first.field, first.description) })
    }
}

/// The secrets that a service names, each with its field.
fn secret_versions(service: &GenericWebService) -> Vec<(String, &str)> {
    let headers = service.secret_versions_for_request_headers.iter();
    let headers = headers
        .map(|(name, value)| (format!("secretVersionsForRequestHeaders.{name}"), &*value.secret_version));
    let oauth = service.oauth_config.as_ref().map(|oauth| &*oauth.secret_version_for_client_secret);
    let single = [
        ("secretVersionForUsernamePassword", Some(&*service.secret_version_for_username_password)),
        ("oauthConfig.secretVersionForClientSecret", oauth),
    ];
    let single = single.into_iter().filter_map(|(field, name)| Some((field.to_owned(), name?)));
    single.chain(headers).filter(|(_, name)| !name.is_empty()).collect()
}

/// Whether a pattern such as `projects/p/secrets/webhook-*` is about this version; without a version
/// it is about all of them.
fn allows_secret(pattern: &str, version: &str) -> bool {
    let whole = pattern.contains("/versions/");
    let name =
        if whole { version } else { version.split_once("/versions/").map_or(version, |(secret, _)| secret) };
    let (wanted, found) = (pattern.split('/'), name.split('/'));
    wanted.clone().count() == found.clone().count()
        && wanted.zip(found).all(|(wanted, found)| matches(wanted, found))
}

/// Whether a text has the form of a pattern in which `*` is any text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match text.split_once(part) {
            Some((_, behind)) => text = behind,
            None => return false,
        }
    }
    text.ends_with(end)
}

fn is_google(uri: &str) -> bool {
    let host = url::Url::parse(uri).ok().filter(|url| url.scheme() == "https");
    let host = host.as_ref().and_then(url::Url::host_str);
    host.is_some_and(|host| host == "googleapis.com" || host.ends_with(".googleapis.com"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_allow_secrets_segment_by_segment() {
        for (pattern, version, allowed) in [
            ("projects/p/secrets/webhook-*", "projects/p/secrets/webhook-a/versions/1", true),
            ("projects/p/secrets/webhook-*", "projects/p/secrets/webhook-a/versions/latest", true),
            ("projects/p/secrets/webhook-*", "projects/p/secrets/other/versions/1", false),
            ("projects/p/secrets/webhook-*", "projects/q/secrets/webhook-a/versions/1", false),
            ("projects/p/secrets/*", "projects/p/locations/l/secrets/s/versions/1", false),
            ("projects/p/locations/l/secrets/*", "projects/p/locations/l/secrets/s/versions/1", true),
            ("projects/*/secrets/*", "projects/p/secrets/s/versions/1", true),
            ("projects/p/secrets/s/versions/1", "projects/p/secrets/s/versions/1", true),
            ("projects/p/secrets/s/versions/1", "projects/p/secrets/s/versions/2", false),
            ("*", "projects/p/secrets/s/versions/1", false),
            ("projects/p/secrets/a*b*c", "projects/p/secrets/axbxc/versions/1", true),
            ("projects/p/secrets/a*b*c", "projects/p/secrets/axc/versions/1", false),
            ("projects/p/secrets/ab*bc", "projects/p/secrets/abc/versions/1", false),
        ] {
            assert_eq!(allows_secret(pattern, version), allowed, "{pattern} {version}");
        }
    }

    #[test]
    fn everything_that_names_a_secret_or_an_account_is_bounded() {
        let text = r#"{"displayName":"W","genericWebService":{"uri":"https://a.example.com",
            "secretVersionForUsernamePassword":"projects/p/secrets/a/versions/1","serviceAgentAuth":"ACCESS_TOKEN",
            "secretVersionsForRequestHeaders":{"X-K":{"secretVersion":"projects/p/secrets/b/versions/1"}},
            "oauthConfig":{"secretVersionForClientSecret":"projects/p/secrets/c/versions/1"},
            "serviceAccountAuthConfig":{"serviceAccount":"a@p.iam.gserviceaccount.com"}}}"#;
        let webhook = Webhook::parse(text.as_bytes()).expect("a webhook");
        let bounds = |secrets: &[&str], accounts: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
            Bounds { secrets: owned(secrets), accounts: owned(accounts), http: false }
        };
        let fields = |bounds: &Bounds| -> Vec<String> {
            bounds
                .violations(&webhook, "")
                .into_iter()
                .map(|found| found.field.replace("genericWebService.", ""))
                .collect()
        };
        assert_eq!(
            fields(&bounds(&[], &[])),
            [
                "secretVersionForUsernamePassword",
                "oauthConfig.secretVersionForClientSecret",
                "secretVersionsForRequestHeaders.X-K",
                "serviceAccountAuthConfig.serviceAccount",
                "serviceAgentAuth"
            ]
        );
        assert_eq!(
            fields(&bounds(&["projects/p/secrets/*"], &["*@p.iam.gserviceaccount.com"])),
            ["serviceAgentAuth"]
        );
        assert!(
            is_google("https://run.googleapis.com/v1") && !is_google("https://googleapis.com.example.com")
        );
    }
}
