//! Where an issuer's keys are, and reading them.

use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use crate::config::checks::keys_file;
use crate::outbound::{Method, Outbound, Request, Response, Target, TargetSettings, Url};

/// How long one answer may take; a call may wait for two of them.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long keys are kept whose issuer does not say.
const UNSAID: Duration = Duration::from_secs(300);
/// What is made of what it says.
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Where keys come from.
pub(in crate::auth) struct Source {
    place: Place,
    outbound: Outbound,
    target: OnceLock<Target>,
}

enum Place {
    /// A JWK set.
    Set(Url),
    /// A document that tells where they are, for this issuer.
    Discovery(Url, String),
    /// A JWK set on this machine.
    File(PathBuf),
}

/// What an issuer published.
pub(super) struct Fetched {
    pub(super) keys: Vec<Value>,
    pub(super) fresh_for: Duration,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Set(address) | Place::Discovery(address, _) => f.write_str(address.as_str()),
            Place::File(file) => file.display().fmt(f),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({self})")
    }
}

impl Source {
    fn new(place: Place, outbound: Outbound) -> Self {
        Self { place, outbound, target: OnceLock::new() }
    }

    /// A JWK set.
    pub(in crate::auth) fn set(address: Url, outbound: Outbound) -> Self {
        Self::new(Place::Set(address), outbound)
    }

    /// The set that the issuer's discovery document names (OpenID Connect Discovery 1.0, 4).
    pub(in crate::auth) fn discovery(issuer: &str, outbound: Outbound) -> Result<Self, url::ParseError> {
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')).parse()?;
        Ok(Self::new(Place::Discovery(address, issuer.to_owned()), outbound))
    }

    /// A JWK set in a file, which is looked at again like one elsewhere.
    pub(in crate::auth) fn file(file: PathBuf, outbound: Outbound) -> Self {
        Self::new(Place::File(file), outbound)
    }

    /// What tells it from others: two issuers may be told of in one place.
    pub(in crate::auth) fn identity(&self) -> String {
        let issuer = if let Place::Discovery(_, issuer) = &self.place { issuer.as_str() } else { "" };
        format!("{issuer} {self}")
    }

    /// Counts an attempt.
    pub(super) fn count(&self, ok: bool) {
        let host = match &self.place {
            Place::Set(address) | Place::Discovery(address, _) => address.host_str().unwrap_or_default(),
            Place::File(_) => "file",
        };
        self.outbound.metrics().keys_fetched(host, ok);
    }

    pub(super) async fn fetch(&self) -> Result<Fetched, String> {
        match &self.place {
            Place::Set(address) => read(&get(self.target(address)?, address.clone()).await?),
            Place::Discovery(address, issuer) => self.discover(address, issuer).await,
            Place::File(file) => {
                let file = file.clone();
                let keys = tokio::task::spawn_blocking(move || keys_file::keys(&file)).await;
                let keys = keys.map_err(|error| error.to_string())??;
                Ok(Fetched { keys, fresh_for: SHORTEST })
            }
        }
    }

    fn target(&self, address: &Url) -> Result<&Target, String> {
        if let Some(target) = self.target.get() {
            return Ok(target);
        }
        let built = self.outbound.api("keys", address, PATIENCE).map_err(|error| error.to_string())?;
        Ok(self.target.get_or_init(|| built))
    }

    async fn discover(&self, address: &Url, issuer: &str) -> Result<Fetched, String> {
        let target = self.target(address)?;
        let document: Value = json(&get(target, address.clone()).await?)?;
        let says = document.get("issuer").and_then(Value::as_str);
        if says != Some(issuer) {
            return Err(format!(
                "{self} is of the issuer {says:?}, and {issuer:?} is configured; both must be the same, to the letter"
            ));
        }
        let place = document.get("jwks_uri").and_then(Value::as_str).unwrap_or_default();
        let place: Url =
            place.parse().map_err(|error| format!("{self} has the jwks_uri {place:?}: {error}"))?;
        // Keys beside the document are as trustworthy as it is; elsewhere the rules for every call hold.
        if place.origin() == address.origin() {
            return read(&get(target, place).await?);
        }
        let settings = TargetSettings { timeout: PATIENCE, ..TargetSettings::new("keys") };
        let elsewhere = self.outbound.target(&settings).map_err(|error| error.to_string())?;
        read(&get(&elsewhere, place).await?)
    }
}

async fn get(target: &Target, address: Url) -> Result<Response, String> {
    let place = address.to_string();
    let request = Request::new(Method::GET, address);
    let response = target.send(request, None).await.map_err(|error| error.to_string())?;
    if response.status == 200 {
        return Ok(response);
    }
    Err(format!("{place} answered {} and not 200", response.status))
}

fn json(response: &Response) -> Result<Value, String> {
    serde_json::from_slice(&response.body).map_err(|error| format!("the answer is no JSON: {error}"))
}

fn read(response: &Response) -> Result<Fetched, String> {
    match json(response)?.get_mut("keys").map(Value::take) {
        Some(Value::Array(keys)) => Ok(Fetched { keys, fresh_for: fresh_for(response) }),
        _ => Err("the answer is no JWK set: it has no list `keys`".to_owned()),
    }
}

/// How long the answer may be kept: `max-age` less `Age` (RFC 9111).
fn fresh_for(response: &Response) -> Duration {
    let text =
        |name: &str| response.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let directives = text("cache-control").split(',').map(str::trim);
    let age = text("age").parse().unwrap_or(0_u64);
    let said = directives.filter_map(|directive| {
        let (name, seconds) = directive.split_once('=')?;
        name.eq_ignore_ascii_case("max-age").then(|| seconds.trim_matches('"').parse::<u64>().ok()).flatten()
    });
    let said = said.min().map(|seconds| Duration::from_secs(seconds.saturating_sub(age)));
    said.unwrap_or(UNSAID).clamp(SHORTEST, LONGEST)
}
