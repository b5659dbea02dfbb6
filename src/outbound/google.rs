//! Tokens of the Google account that this process runs as.
//!
//! The account is found as Google's own programs find it (Application Default Credentials): the file
//! that `GOOGLE_APPLICATION_CREDENTIALS` names, what `gcloud` left behind, else the metadata server.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use google_cloud_auth::credentials::idtoken::{self, IDTokenCredentials};
use google_cloud_auth::credentials::{self, AccessTokenCredentials};
use tokio::runtime::Handle;

use crate::config::Exposed;

/// What access tokens are for; what they allow, the account's roles decide.
pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// How long a token is waited for when the caller has no limit of its own.
const PATIENCE: Duration = Duration::from_secs(10);

/// For how many audiences tokens are kept; where audiences come from conversations there is no end of them.
const MOST_AUDIENCES: usize = 64;

/// The account. Clones share its tokens.
#[derive(Clone)]
pub(crate) struct Google(Arc<Shared>);

struct Shared {
    /// Where tokens are renewed: it must live as long as they are used.
    runtime: Option<Handle>,
    /// A metadata server for tests, in place of everything else.
    metadata: Option<String>,
    access: Mutex<Option<Kept<AccessTokenCredentials>>>,
    ids: Mutex<HashMap<String, Kept<IDTokenCredentials>>>,
}

/// Credentials with a number, by which those that were refused are told from newer ones.
#[derive(Clone)]
struct Kept<T> {
    number: u64,
    credentials: T,
}

/// A token, and the number of the credentials that it came from.
pub(crate) struct GoogleToken {
    pub(crate) text: Exposed,
    pub(crate) number: u64,
}

/// No token could be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Google gives no {kind}: {reason}")]
pub(crate) struct GoogleError {
    kind: &'static str,
    reason: String,
}

impl fmt::Debug for Google {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Google")
    }
}

impl Google {
    /// Renews tokens on `runtime`; without one, on that of each caller.
    pub(crate) fn new(runtime: Option<Handle>) -> Self {
        Self::with_metadata(runtime, None)
    }

    /// Takes tokens from this metadata server.
    pub(crate) fn with_metadata(runtime: Option<Handle>, metadata: Option<String>) -> Self {
        Self(Arc::new(Shared { runtime, metadata, access: Mutex::default(), ids: Mutex::default() }))
    }

    /// An access token for Google's APIs.
    pub(crate) async fn access_token(&self) -> Result<GoogleToken, GoogleError> {
        const KIND: &str = "access token";
        let this = self.clone();
        let (number, fetched) = self
            .run(KIND, async move {
                let kept = this.access()?;
                let token = kept.credentials.access_token().await.map_err(|error| explain(&error));
                Ok((kept.number, token.map(|token| token.token)))
            })
            .await?;
        match fetched {
            Ok(text) => Ok(GoogleToken { text: text.into(), number }),
            Err(reason) => {
                // Some failures are kept for good, and not all of those deserve it.
                self.forget_access(number);
                Err(GoogleError { kind: KIND, reason })
            }
        }
    }

    /// An ID token that is made out to `audience`.
    pub(crate) async fn id_token(&self, audience: &str) -> Result<GoogleToken, GoogleError> {
        const KIND: &str = "ID token";
        let (this, whose) = (self.clone(), audience.to_owned());
        let (number, fetched) = self
            .run(KIND, async move {
                let kept = this.id(&whose)?;
                let token = kept.credentials.id_token().await.map_err(|error| explain(&error));
                Ok((kept.number, token))
            })
            .await?;
        match fetched {
            Ok(text) => Ok(GoogleToken { text: text.into(), number }),
            Err(reason) => {
                self.forget_id(audience, number);
                Err(GoogleError { kind: KIND, reason })
            }
        }
    }

    /// Drops the access token of this number: it was refused.
    pub(crate) fn forget_access(&self, number: u64) {
        let mut access = self.0.access.lock().unwrap_or_else(PoisonError::into_inner);
        access.take_if(|kept| kept.number == number);
    }

    /// Drops the ID token of this number: it was refused.
    pub(crate) fn forget_id(&self, audience: &str, number: u64) {
        let mut ids = self.0.ids.lock().unwrap_or_else(PoisonError::into_inner);
        if ids.get(audience).is_some_and(|kept| kept.number == number) {
            ids.remove(audience);
        }
    }

    fn access(&self) -> Result<Kept<AccessTokenCredentials>, String> {
        let mut access = self.0.access.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = &*access {
            return Ok(kept.clone());
        }
        let built = match &self.0.metadata {
            None => credentials::Builder::default().with_scopes([SCOPE]).build_access_token_credentials(),
            Some(endpoint) => credentials::mds::Builder::default()
                .with_endpoint(endpoint)
                .with_scopes([SCOPE])
                .build_access_token_credentials(),
        };
        let kept = Kept { number: number(), credentials: built.map_err(|error| explain(&error))? };
        Ok(access.insert(kept).clone())
    }

    fn id(&self, audience: &str) -> Result<Kept<IDTokenCredentials>, String> {
        let mut ids = self.0.ids.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = ids.get(audience) {
            return Ok(kept.clone());
        }
        let built = match &self.0.metadata {
            None => idtoken::Builder::new(audience).with_include_email().build(),
            Some(endpoint) => idtoken::mds::Builder::new(audience)
                .with_endpoint(endpoint)
                .with_format(idtoken::mds::Format::Full)
                .build(),
        };
        let kept = Kept { number: number(), credentials: built.map_err(|error| explain(&error))? };
        if ids.len() >= MOST_AUDIENCES {
            let oldest = ids.iter().min_by_key(|(_, kept)| kept.number).map(|(audience, _)| audience.clone());
            oldest.and_then(|audience| ids.remove(&audience));
        }
        ids.insert(audience.to_owned(), kept.clone());
        Ok(kept)
    }

    /// Runs where tokens are renewed, not where a call happens to be answered.
    async fn run<T: Send + 'static>(
        &self,
        kind: &'static str,
        work: impl Future<Output = Result<T, String>> + Send + 'static,
    ) -> Result<T, GoogleError> {
        let failed = |reason: String| GoogleError { kind, reason };
        let work = tokio::time::timeout(PATIENCE, work);
        let running = match &self.0.runtime {
            Some(runtime) => runtime.spawn(work),
            None => tokio::spawn(work),
        };
        match running.await {
            Ok(Ok(done)) => done.map_err(failed),
            Ok(Err(_)) => Err(failed(format!("no answer within {}", humantime::format_duration(PATIENCE)))),
            Err(_) => Err(failed("asking for it ended early".to_owned())),
        }
    }
}

fn number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What went wrong and what helps, without what an answer held: it may be half a token.
fn explain(error: &(dyn StdError + 'static)) -> String {
    let causes: Vec<&(dyn StdError + 'static)> =
        std::iter::successors(Some(error), |error| StdError::source(*error)).collect();
    let status = causes.iter().rev().find_map(|cause| {
        cause.downcast_ref::<reqwest::Error>().and_then(reqwest::Error::status).map(|status| status.as_u16())
    });
    let unreadable = causes.iter().any(|cause| {
        cause.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_decode)
            || cause.is::<serde_json::Error>()
    });
    let reason = match status {
        _ if unreadable => "the answer is no token".to_owned(),
        Some(status) => format!("the answer has status {status}"),
        None => {
            let first = error.to_string();
            let last = causes.last().map_or_else(String::new, ToString::to_string);
            let told = if first == last { first } else { format!("{first} ({last})") };
            crate::excerpt::excerpt(&told, 300).into_owned()
        }
    };
    format!(
        "{reason}; run on Google Cloud with a service account, or set GOOGLE_APPLICATION_CREDENTIALS to the key file of one"
    )
}

/// Which account this process runs as, as far as that can be found out; for messages.
pub(crate) async fn account() -> String {
    let unknown = || "the account of the Application Default Credentials".to_owned();
    if let Some(path) = std::env::var_os("GOOGLE_APPLICATION_CREDENTIALS") {
        let email = std::fs::read(path).ok().and_then(|text| {
            let key: serde_json::Value = serde_json::from_slice(&text).ok()?;
            key["client_email"].as_str().map(str::to_owned)
        });
        return email.unwrap_or_else(unknown);
    }
    let host = std::env::var("GCE_METADATA_HOST").unwrap_or_else(|_| "metadata.google.internal".to_owned());
    let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/email");
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(1)).build();
    let Ok(client) = client else { return unknown() };
    let asked = client.get(url).header("Metadata-Flavor", "Google").send().await;
    let email = match asked.and_then(reqwest::Response::error_for_status) {
        Ok(answer) => answer.text().await.ok(),
        Err(_) => None,
    };
    let plausible =
        |email: &String| email.len() < 200 && email.contains('@') && !email.contains(char::is_whitespace);
    email.filter(plausible).unwrap_or_else(unknown)
}
