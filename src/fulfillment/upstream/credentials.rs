//! Which of a webhook's credentials are not presented when it is called from here.

use crate::protocol::webhook::{ServiceAgentAuth, Webhook};

/// The fields that say how the platform would prove who calls, and that have no effect here.
pub(super) fn not_presented(webhook: &Webhook) -> Vec<&'static str> {
    let Some(service) = webhook.generic_web_service() else { return Vec::new() };
    let agent = !matches!(service.service_agent_auth, ServiceAgentAuth::Unspecified | ServiceAgentAuth::None);
    [
        ("oauthConfig", service.oauth_config.is_some()),
        ("secretVersionForUsernamePassword", !service.secret_version_for_username_password.is_empty()),
        ("secretVersionsForRequestHeaders", !service.secret_versions_for_request_headers.is_empty()),
        ("serviceAgentAuth", agent),
        ("serviceAccountAuthConfig", service.service_account_auth_config.is_some()),
    ]
    .into_iter()
    .filter_map(|(field, set)| set.then_some(field))
    .collect()
}
