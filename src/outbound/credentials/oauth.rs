//! `oauthConfig`: the client-credentials grant of OAuth 2.0 (RFC 6749, 4.4).
//!
//! The webhook's own headers are not sent to the token endpoint; the query of its address is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::HeaderValue;
use serde_json::Value;

use super::super::secrets::{Secrets, Version};
use super::super::{Request, Response, Target, TargetSettings, Url};
use super::token::{TokenCache, Used};
use super::{CredentialsError, Sources, bearer, client, version};
use crate::config::{ClientAuthentication, Exposed};
use crate::protocol::webhook::{OAuthConfig, Webhook};

pub(super) const METHOD: &str = "oauthConfig";

/// One client at one token endpoint.
#[derive(Debug)]
pub(super) struct OAuth {
    target: Target,
    endpoint: Url,
    client_id: String,
    client_secret: ClientSecret,
    scope: String,
    authentication: ClientAuthentication,
    cache: TokenCache,
}

#[derive(Debug)]
enum ClientSecret {
    Plain(Exposed),
    Version(Arc<Version>),
}

impl OAuth {
    pub(super) fn parse(
        webhook: &Webhook,
        config: &OAuthConfig,
        sources: &Sources,
    ) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let name = format!("{}, tokenEndpoint", webhook.display_name);
        let target = sources
            .outbound
            .target(&TargetSettings { timeout: webhook.timeout(), ..TargetSettings::new(&name) })
            .map_err(|error| faults.push(format!("{METHOD}: {error}")));
        let endpoint = Url::parse(&config.token_endpoint).map_err(|error| {
            faults.push(format!("{METHOD}.tokenEndpoint: expected the https URL that gives tokens: {error}"));
        });
        if config.client_id.is_empty() {
            faults.push(format!("{METHOD}.clientId: it is missing; set the client's id"));
        }
        let secret = &config.secret_version_for_client_secret;
        let plain: &str = &config.client_secret;
        let client_secret = if !secret.is_empty() {
            let place = format!("{METHOD}.secretVersionForClientSecret");
            version(secret, &place, sources, &mut faults).map(ClientSecret::Version)
        } else if plain.is_empty() {
            let fix = "name the client's secret in secretVersionForClientSecret; agent exports leave clientSecret out";
            faults.push(format!("{METHOD}.clientSecret: it is missing; {fix}"));
            None
        } else {
            Some(ClientSecret::Plain(plain.to_owned().into()))
        };
        match (target, endpoint, client_secret) {
            (Ok(target), Ok(endpoint), Some(client_secret)) if faults.is_empty() => Ok(Self {
                target,
                endpoint,
                client_id: config.client_id.clone(),
                client_secret,
                scope: config.scopes.join(" "),
                authentication: sources.outbound.settings().oauth_client_authentication,
                cache: TokenCache::new(sources.outbound.clock()),
            }),
            _ => Err(faults),
        }
    }

    /// The header, with the token in use or a new one.
    pub(super) async fn header(
        &self,
        secrets: &Secrets,
        deadline: Instant,
        used: &mut Option<Used>,
    ) -> Result<HeaderValue, CredentialsError> {
        let header = self.cache.get(|| self.exchange(secrets, deadline)).await?;
        *used = Some(Used::Cached(header.clone()));
        Ok(header)
    }

    pub(super) fn forget(&self, used: &Used) {
        self.cache.forget(used);
    }

    async fn exchange(
        &self,
        secrets: &Secrets,
        deadline: Instant,
    ) -> Result<(HeaderValue, Option<Duration>), CredentialsError> {
        let secret = match &self.client_secret {
            ClientSecret::Plain(secret) => secret.clone(),
            ClientSecret::Version(version) => {
                secrets.value(version).await.map_err(|error| CredentialsError::secret(METHOD, error))?
            }
        };
        let request = self.request(&secret);
        let response = self.target.send(request, Some(deadline)).await;
        let response = response.map_err(|cause| CredentialsError::Exchange { method: METHOD, cause })?;
        let (token, expires_in) = self.token(&response)?;
        Ok((bearer(METHOD, &token)?, expires_in))
    }

    fn request(&self, secret: &str) -> Request {
        let scope = Some(("scope", self.scope.as_str())).filter(|(_, scope)| !scope.is_empty());
        let members: Vec<_> = [("grant_type", "client_credentials")].into_iter().chain(scope).collect();
        client::form(&self.endpoint, &members, self.authentication, (&self.client_id, secret))
    }

    fn token(&self, response: &Response) -> Result<(String, Option<Duration>), CredentialsError> {
        let endpoint = || super::super::guard::place(&self.endpoint);
        let answer: Option<Value> = serde_json::from_slice(&response.body).ok();
        let member = |name: &str| answer.as_ref().and_then(|answer| answer.get(name));
        if !(200..300).contains(&response.status) {
            return Err(CredentialsError::Refused {
                method: METHOD,
                endpoint: endpoint(),
                status: response.status,
                error: member("error").and_then(Value::as_str).and_then(error_code),
                fix: "compare tokenEndpoint, clientId, the client's secret and scopes with what its operator gave you, and [outbound] oauth_client_authentication",
            });
        }
        let no_token = |reason| CredentialsError::NoToken { method: METHOD, endpoint: endpoint(), reason };
        if answer.is_none() {
            return Err(no_token("it is no JSON"));
        }
        let token = member("access_token").and_then(Value::as_str).filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| no_token("access_token is missing or no text"))?;
        let bearer = |kind: &Value| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        if member("token_type").is_some_and(|kind| !bearer(kind)) {
            return Err(no_token(
                "its token_type is not Bearer, which is the one that webhooks are called with",
            ));
        }
        let expires_in = member("expires_in").and_then(seconds).map(Duration::from_secs);
        Ok((token.to_owned(), expires_in))
    }
}

/// One of the words that RFC 6749 has for errors, or another of their form; what else stands there may be anything.
fn error_code(text: &str) -> Option<String> {
    let word =
        !text.is_empty() && text.len() <= 40 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    word.then(|| text.to_owned())
}

/// A number of seconds; some write it as text.
fn seconds(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => {
            number.as_u64().or_else(|| number.as_f64().map(|number| number.max(0.0) as u64))
        }
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}
