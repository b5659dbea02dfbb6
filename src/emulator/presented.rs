//! What a call presents to say who calls, in words that show no value.

use std::fmt;

use crate::config::AgentAuthDefault;
use crate::protocol::webhook::{GenericWebService, ServiceAgentAuth};

/// One thing that a call presents.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Presented {
    /// The header that it is in, in lower case.
    pub header: String,
    /// What it is, such as `user and password of "agent"`.
    pub what: String,
    /// Whether somebody else has it: a secret's version, a token. Otherwise it is at hand.
    pub is_fetched: bool,
    /// Whether it is made for the resource's own address, as tokens are.
    pub is_token: bool,
}

impl fmt::Display for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

const AUTHORIZATION: &str = "authorization";

/// What a service's resource says that its calls present. The order in which one `Authorization` wins
/// over others is that of `outbound::credentials`.
pub(super) fn of(service: &GenericWebService, default: AgentAuthDefault) -> Vec<Presented> {
    let mut all = Vec::new();
    let mut add = |header: &str, what: String, is_fetched, is_token| {
        all.push(Presented { header: header.to_ascii_lowercase(), what, is_fetched, is_token });
    };
    for (name, value) in &service.secret_versions_for_request_headers {
        add(name, format!("the header {name} from {}", value.secret_version), true, false);
    }
    for name in service.request_headers.keys() {
        add(name, format!("the header {name}"), false, false);
    }
    let spelled_out = service
        .request_headers
        .keys()
        .chain(service.secret_versions_for_request_headers.keys())
        .any(|name| name.eq_ignore_ascii_case(AUTHORIZATION));
    if spelled_out {
        return all;
    }
    let secret = &service.secret_version_for_username_password;
    if !secret.is_empty() {
        add(AUTHORIZATION, format!("user and password from {secret}"), true, false);
    } else if !service.username.is_empty() {
        add(AUTHORIZATION, format!("user and password of {:?}", service.username), false, false);
    } else if let Some(oauth) = &service.oauth_config {
        let what =
            format!("an access token for the client {:?} from {}", oauth.client_id, oauth.token_endpoint);
        add(AUTHORIZATION, what, true, true);
    } else if let Some(account) = &service.service_account_auth_config {
        add(AUTHORIZATION, format!("an access token of {}", account.service_account), true, true);
    } else {
        let kind = match &service.service_agent_auth {
            ServiceAgentAuth::IdToken => "an ID token",
            ServiceAgentAuth::AccessToken => "an access token",
            ServiceAgentAuth::Unspecified if default == AgentAuthDefault::IdToken => "an ID token",
            _ => return all,
        };
        let what = format!(
            "{kind} of the account that runs this command (only Google can mint the service agent's own token)"
        );
        add(AUTHORIZATION, what, true, true);
    }
    all
}
