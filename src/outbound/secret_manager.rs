//! Secret Manager: reads a version of a secret.

mod checksum;

use std::time::{Duration, Instant};

use base64::Engine as _;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;

use super::google::{self, Google, GoogleError};
use super::{Method, Outbound, OutboundError, OutboundSetupError, Request, Target, Url};
pub(crate) use checksum::crc32c;

use crate::config::secret::source_text;
use crate::config::{Exposed, SecretVersion};

/// A secret's largest payload in base64, and the JSON around it.
const LARGEST_ANSWER: usize = 96 << 10;

/// How long one version is waited for.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A secret that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret {version} cannot be read: {reason}")]
#[non_exhaustive]
pub struct SecretError {
    /// Which one.
    pub version: SecretVersion,
    /// Why not, and what helps.
    pub reason: String,
}

/// The service, as one account sees it.
#[derive(Debug)]
pub(super) struct SecretManager {
    endpoint: String,
    target: Result<Target, OutboundSetupError>,
    google: Google,
}

#[derive(Deserialize)]
struct Accessed {
    #[serde(default)]
    name: String,
    payload: Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    #[serde(default)]
    data: String,
    data_crc32c: Option<String>,
}

/// What a version holds.
pub(super) struct Read {
    /// The version's own name, a number where an alias was asked for.
    pub(super) name: String,
    pub(super) value: Exposed,
}

impl SecretManager {
    pub(super) fn new(endpoint: &str, outbound: &Outbound, google: Google) -> Self {
        let target = Url::parse(endpoint)
            .map_err(|error| OutboundSetupError::Client { reason: error.to_string() })
            .and_then(|url| outbound.api("Secret Manager", &url, TIMEOUT))
            .map(|target| target.with_response_limit(LARGEST_ANSWER));
        Self { endpoint: endpoint.to_owned(), target, google }
    }

    /// Asks for a version.
    pub(super) async fn access(&self, version: &SecretVersion) -> Result<Read, SecretError> {
        let failed = |reason: String| SecretError { version: version.clone(), reason };
        let target = self.target.as_ref().map_err(|error| failed(error.to_string()))?;
        let deadline = target.deadline();
        let token = tokio::time::timeout(TIMEOUT, self.google.access_token()).await;
        let token = token.map_err(|_| failed("no access token came in time".to_owned()))?;
        let token = token.map_err(|error: GoogleError| failed(error.to_string()))?;
        let answer = self.ask(target, version, &token.text, deadline).await;
        let response = answer.map_err(|error| failed(error.to_string()))?;
        match response.status {
            200 => read(&response.body).map_err(|reason| failed(reason.to_owned())),
            status => {
                if status == 401 {
                    self.google.forget_access(token.number);
                }
                Err(failed(refusal(status, &google::account().await)))
            }
        }
    }

    async fn ask(
        &self,
        target: &Target,
        version: &SecretVersion,
        token: &Exposed,
        deadline: Instant,
    ) -> Result<super::Response, OutboundError> {
        let url = Url::parse(&format!("{}/v1/{version}:access", self.endpoint))
            .map_err(|error| OutboundError::UrlInvalid { reason: error.to_string() })?;
        let mut request = Request::new(Method::GET, url);
        let mut value = HeaderValue::try_from(format!("Bearer {}", &**token)).map_err(|_| {
            OutboundError::InvalidHeader {
                name: "authorization".to_owned(),
                reason: "the token has control characters",
            }
        })?;
        value.set_sensitive(true);
        request.headers.insert(AUTHORIZATION, value);
        target.send(request, Some(deadline)).await
    }
}

/// What a status means, and what helps.
fn refusal(status: u16, account: &str) -> String {
    match status {
        401 | 403 => format!(
            "status {status} for {account}; grant it roles/secretmanager.secretAccessor on the secret, and enable secretmanager.googleapis.com"
        ),
        404 => "status 404; there is no such secret or version in that project".to_owned(),
        400 | 412 => format!("status {status}; the version is disabled or destroyed, or its name is wrong"),
        status => format!("status {status}"),
    }
}

fn read(body: &[u8]) -> Result<Read, &'static str> {
    // What is wrong with it exactly, its parser would tell with a piece of it.
    let accessed: Accessed =
        serde_json::from_slice(body).map_err(|_| "the answer is not Secret Manager's JSON")?;
    let data = base64::engine::general_purpose::STANDARD
        .decode(accessed.payload.data)
        .map_err(|_| "its payload is no base64")?;
    if let Some(expected) = accessed.payload.data_crc32c
        && expected.parse() != Ok(crc32c(&data))
    {
        return Err("its payload does not have the checksum that came with it: it was damaged on its way");
    }
    let value =
        source_text(data).map_err(|_| "its payload is empty, no UTF-8 text, or larger than 64 KiB")?;
    Ok(Read { name: accessed.name, value: value.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_decoded_and_checked_without_showing_them() {
        let crc = crc32c(b"s3cret\n");
        let answer = |data: &str, crc: &str| {
            format!(
                r#"{{"name":"projects/1/secrets/s/versions/7","payload":{{"data":"{data}","dataCrc32c":"{crc}"}}}}"#
            )
        };
        let good =
            read(answer("czNjcmV0Cg==", &crc.to_string()).as_bytes()).unwrap_or_else(|_| panic!("good"));
        assert_eq!((&*good.value, &*good.name), ("s3cret", "projects/1/secrets/s/versions/7"));
        assert!(read(br#"{"payload":{"data":"czNjcmV0Cg=="}}"#).is_ok());
        for (body, expected) in [
            (answer("czNjcmV0Cg==", "1"), "checksum"),
            (answer("czNjcmV0Cg==", "x"), "checksum"),
            (answer("*", "1"), "base64"),
            (answer("Cg==", &crc32c(b"\n").to_string()), "empty"),
            ("{}".to_owned(), "JSON"),
            ("s3cret".to_owned(), "JSON"),
        ] {
            let error = read(body.as_bytes()).err().expect("refused");
            assert!(error.contains(expected) && !error.contains("s3cret"), "{error}");
        }
    }
}
