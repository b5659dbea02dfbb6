//! What a webhook presents to its service: who calls, in the place of Dialogflow.
//!
//! There is one `Authorization` header, and several fields of a resource may want to set it. The
//! platform says of one pair who wins: a header's secret over a plain header of that name. The rest
//! follows the same thought, that who says it more exactly means it: a header that is spelled out,
//! then user and password, then `oauthConfig`, `serviceAccountAuthConfig` and `serviceAgentAuth`. The
//! last must come last, since the platform equates its absence with an ID token.

mod basic;
pub(crate) mod client;
mod error;
mod oauth;
mod service_account;
mod service_agent;
mod token;

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

use super::google::Google;
use super::secrets::{Secrets, Version};
use super::{Outbound, Request};
use crate::config::{AgentAuthDefault, IdTokenAudience, SecretVersion};
use crate::protocol::webhook::{GenericWebService, ServiceAgentAuth, Webhook};

pub(crate) use error::CredentialsError;
use oauth::OAuth;
use service_account::ServiceAccount;
use service_agent::{AgentToken, ServiceAgent};
use token::Used;

/// What credentials are taken from.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    pub(crate) outbound: Outbound,
    pub(crate) google: Google,
    pub(crate) secrets: Secrets,
    pub(crate) audience: IdTokenAudience,
}

/// How one webhook proves who calls.
#[derive(Debug)]
pub(crate) struct Credentials {
    secrets: Secrets,
    /// Headers whose values are secrets; they win over those that the request has.
    headers: Vec<(HeaderName, Arc<Version>)>,
    authorization: Option<Authorization>,
}

/// What sets `Authorization` beside headers.
#[derive(Debug)]
enum Authorization {
    Basic(Arc<Version>),
    OAuth(OAuth),
    ServiceAccount(ServiceAccount),
    ServiceAgent(ServiceAgent),
}

/// What was presented; whether it can be renewed after a 401 is known by it.
#[derive(Debug, Default)]
pub(crate) struct Presented(Option<Used>);

impl Credentials {
    /// Reads what a webhook presents.
    ///
    /// # Errors
    ///
    /// Everything in it that can never be presented, each with its field.
    pub(crate) fn parse(webhook: &Webhook, sources: &Sources) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let none = GenericWebService::default();
        let service = webhook.generic_web_service().unwrap_or(&none);
        let mut headers = Vec::new();
        for (name, value) in &service.secret_versions_for_request_headers {
            let place = || format!("secretVersionsForRequestHeaders.{name}");
            let version = version(&value.secret_version, &place(), sources, &mut faults);
            match name.parse::<HeaderName>() {
                Ok(header) if Request::is_of_connection(&header) => {
                    faults
                        .push(format!("{}: {header} belongs to the connection; remove this header", place()));
                }
                Ok(header) => headers.extend(version.map(|version| (header, version))),
                Err(_) => faults.push(format!("{}: {name:?} is no name of a header", place())),
            }
        }
        let spelled_out = headers.iter().any(|(name, _)| name == AUTHORIZATION)
            || service.request_headers.keys().any(|name| name.eq_ignore_ascii_case(AUTHORIZATION.as_str()));
        let authorization =
            if spelled_out { None } else { authorization(webhook, service, sources, &mut faults) };
        if faults.is_empty() {
            Ok(Self { secrets: sources.secrets.clone(), headers, authorization })
        } else {
            Err(faults)
        }
    }

    /// What is presented otherwise than the platform would do it.
    pub(crate) fn note(&self) -> Option<&'static str> {
        matches!(self.authorization, Some(Authorization::ServiceAgent(_))).then_some(
            "serviceAgentAuth presents a token of the account that this server runs as: only Google can make one of Dialogflow's service agent",
        )
    }

    /// Puts them into a request.
    ///
    /// # Errors
    ///
    /// If one of them cannot be had before `deadline`, `left` from now.
    pub(crate) async fn present(
        &self,
        request: &mut Request,
        deadline: Instant,
        left: Duration,
    ) -> Result<Presented, CredentialsError> {
        if self.authorization.is_none() && self.headers.is_empty() {
            return Ok(Presented::default());
        }
        let presented = tokio::time::timeout(left, self.put(request, deadline)).await;
        presented.unwrap_or_else(|_| Err(CredentialsError::late(self.method(), left)))
    }

    async fn put(&self, request: &mut Request, deadline: Instant) -> Result<Presented, CredentialsError> {
        let mut used = None;
        let value = match &self.authorization {
            None => None,
            Some(Authorization::Basic(version)) => {
                let pair = self.secrets.value(version).await;
                let pair = pair.map_err(|error| CredentialsError::secret(basic::METHOD, error))?;
                Some(basic::header(&pair)?)
            }
            Some(Authorization::OAuth(oauth)) => {
                Some(oauth.header(&self.secrets, deadline, &mut used).await?)
            }
            Some(Authorization::ServiceAccount(account)) => Some(account.header(deadline, &mut used).await?),
            Some(Authorization::ServiceAgent(agent)) => Some(agent.header(&request.url, &mut used).await?),
        };
        if let Some(value) = value {
            request.headers.insert(AUTHORIZATION, value);
        }
        for (name, version) in &self.headers {
            const METHOD: &str = "secretVersionsForRequestHeaders";
            let value = self.secrets.value(version).await;
            let value = value.map_err(|error| CredentialsError::secret(METHOD, error))?;
            let value = sensitive(value.as_bytes()).ok_or_else(|| CredentialsError::NotAHeader {
                method: METHOD,
                what: format!("the secret for {name}"),
            })?;
            request.headers.insert(name.clone(), value);
        }
        Ok(Presented(used))
    }

    /// Whether a 401 may be answered with another token.
    pub(crate) fn is_renewable(&self) -> bool {
        !matches!(self.authorization, Some(Authorization::Basic(_)) | None)
    }

    /// Drops the token that was answered with a 401; tells whether another one can be had.
    pub(crate) fn renew(&self, presented: &Presented) -> bool {
        let Some(used) = &presented.0 else { return false };
        match &self.authorization {
            Some(Authorization::OAuth(oauth)) => oauth.forget(used),
            Some(Authorization::ServiceAccount(account)) => account.forget(used),
            Some(Authorization::ServiceAgent(agent)) => agent.forget(used),
            Some(Authorization::Basic(_)) | None => return false,
        }
        true
    }

    fn method(&self) -> &'static str {
        match &self.authorization {
            Some(Authorization::Basic(_)) => basic::METHOD,
            Some(Authorization::OAuth(_)) => oauth::METHOD,
            Some(Authorization::ServiceAccount(_)) => service_account::METHOD,
            Some(Authorization::ServiceAgent(_)) => service_agent::METHOD,
            None => "secretVersionsForRequestHeaders",
        }
    }
}

/// The one method that sets `Authorization`.
fn authorization(
    webhook: &Webhook,
    service: &GenericWebService,
    sources: &Sources,
    faults: &mut Vec<String>,
) -> Option<Authorization> {
    let secret = &service.secret_version_for_username_password;
    if !secret.is_empty() {
        return version(secret, basic::METHOD, sources, faults).map(Authorization::Basic);
    }
    if !service.username.is_empty() {
        // The request has it from the resource itself.
        return None;
    }
    if let Some(config) = &service.oauth_config {
        let oauth = OAuth::parse(webhook, config, sources);
        return oauth.map_err(|found| faults.extend(found)).ok().map(Authorization::OAuth);
    }
    if let Some(config) = &service.service_account_auth_config {
        let account = ServiceAccount::parse(&config.service_account, sources, webhook.timeout());
        return account.map_err(|fault| faults.push(fault)).ok().map(Authorization::ServiceAccount);
    }
    let token = match &service.service_agent_auth {
        ServiceAgentAuth::IdToken => AgentToken::Id,
        ServiceAgentAuth::AccessToken => AgentToken::Access,
        ServiceAgentAuth::Unspecified
            if sources.outbound.settings().service_agent_auth_default == AgentAuthDefault::IdToken =>
        {
            AgentToken::Id
        }
        _ => return None,
    };
    Some(Authorization::ServiceAgent(ServiceAgent::new(token, &service.uri, sources)))
}

fn version(name: &str, place: &str, sources: &Sources, faults: &mut Vec<String>) -> Option<Arc<Version>> {
    let parsed = name.parse::<SecretVersion>();
    let parsed = parsed.map_err(|message| faults.push(format!("{place}: {message}"))).ok()?;
    Some(sources.secrets.version(&parsed))
}

/// A header's value that nothing prints; `None` if it cannot be one.
fn sensitive(bytes: &[u8]) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(bytes.trim_ascii()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn bearer(method: &'static str, token: &str) -> Result<HeaderValue, CredentialsError> {
    let plain = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    let value = plain.then(|| sensitive(format!("Bearer {token}").as_bytes())).flatten();
    value.ok_or_else(|| CredentialsError::NotAHeader { method, what: "the token".to_owned() })
}

#[cfg(test)]
mod tests;
