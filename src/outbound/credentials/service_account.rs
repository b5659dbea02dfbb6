//! `serviceAccountAuthConfig`: an access token of another service account, by impersonation.
//!
//! Our own account asks for it (IAM Credentials, `generateAccessToken`). We ask ourselves: the
//! library's way leads to one address only, and keeps a failure for as long as the process runs.

use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::Deserialize;

use super::super::google::{self, Google};
use super::super::{Clock, Method, Request, Target, Url};
use super::token::{TokenCache, Used};
use super::{CredentialsError, Sources, bearer};

pub(super) const METHOD: &str = "serviceAccountAuthConfig";

/// An account that ours may take the place of.
#[derive(Debug)]
pub(super) struct ServiceAccount {
    target: Target,
    url: Url,
    google: Google,
    clock: Clock,
    cache: TokenCache,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Generated {
    access_token: String,
    expire_time: jiff::Timestamp,
}

impl ServiceAccount {
    pub(super) fn parse(account: &str, sources: &Sources, timeout: Duration) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
        if !account.contains('@') || !account.chars().all(plain) {
            return Err(format!(
                "{METHOD}.serviceAccount: expected NAME@PROJECT.iam.gserviceaccount.com, found {:?}",
                crate::excerpt::excerpt(account, 100)
            ));
        }
        let endpoint = &sources.outbound.settings().iam_endpoint;
        let url = format!("{endpoint}/v1/projects/-/serviceAccounts/{account}:generateAccessToken");
        let url = Url::parse(&url).map_err(|error| format!("outbound.iam_endpoint: {error}"))?;
        let target = sources.outbound.api("IAM Credentials", &url, timeout);
        Ok(Self {
            target: target.map_err(|error| format!("{METHOD}: {error}"))?,
            url,
            google: sources.google.clone(),
            clock: sources.outbound.clock().clone(),
            cache: TokenCache::new(sources.outbound.clock()),
        })
    }

    pub(super) async fn header(
        &self,
        deadline: Instant,
        used: &mut Option<Used>,
    ) -> Result<HeaderValue, CredentialsError> {
        let header = self.cache.get(|| self.generate(deadline)).await?;
        *used = Some(Used::Cached(header.clone()));
        Ok(header)
    }

    pub(super) fn forget(&self, used: &Used) {
        self.cache.forget(used);
    }

    async fn generate(&self, deadline: Instant) -> Result<(HeaderValue, Option<Duration>), CredentialsError> {
        let own = self.google.access_token().await;
        let own = own.map_err(|cause| CredentialsError::Google { method: METHOD, cause })?;
        let mut request = Request::new(Method::POST, self.url.clone());
        request.headers.insert(AUTHORIZATION, bearer(METHOD, &own.text)?);
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = serde_json::json!({ "scope": [google::SCOPE], "lifetime": "3600s" });
        let response = self.target.send(request.body(body.to_string()), Some(deadline)).await;
        let response = response.map_err(|cause| CredentialsError::Exchange { method: METHOD, cause })?;
        let endpoint = || super::super::guard::place(&self.url);
        if response.status != 200 {
            if response.status == 401 {
                self.google.forget_access(own.number);
            }
            return Err(CredentialsError::Refused {
                method: METHOD,
                endpoint: endpoint(),
                status: response.status,
                error: None,
                fix: "grant the account that this server runs as roles/iam.serviceAccountTokenCreator on that service account, and enable iamcredentials.googleapis.com",
            });
        }
        let no_token = |reason| CredentialsError::NoToken { method: METHOD, endpoint: endpoint(), reason };
        let generated: Generated = serde_json::from_slice(&response.body)
            .map_err(|_| no_token("it is not accessToken and expireTime"))?;
        let expires = std::time::SystemTime::from(generated.expire_time);
        let expires_in = expires.duration_since(self.clock.wall()).unwrap_or_default();
        Ok((bearer(METHOD, &generated.access_token)?, Some(expires_in)))
    }
}
