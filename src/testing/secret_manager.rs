//! Secret Manager, as much of it as is needed to read secrets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use serde_json::json;

use super::http::{Answer, Asked, Loopback, lock};
use crate::outbound::crc32c;

/// A Secret Manager on loopback, which accepts any token.
///
/// ```
/// use rejoinder::testing::SecretManager;
///
/// let manager = SecretManager::start();
/// manager.add("projects/p/secrets/agent-key", "hush");
/// let environment = [("REJOINDER_SECRETS__ENDPOINT", manager.url())];
/// // … the settings may have { secret = "projects/p/secrets/agent-key/versions/latest" } now …
/// assert_eq!(manager.reads(), 0);
/// ```
#[derive(Debug)]
pub struct SecretManager {
    server: Loopback,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The versions of each secret, the first being 1.
    secrets: BTreeMap<String, Vec<Vec<u8>>>,
    failing: Option<u16>,
    damaged: bool,
    reads: usize,
    tokens: Vec<String>,
}

impl SecretManager {
    /// Holds nothing yet.
    #[must_use]
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = Loopback::start(move |asked| lock(&shared).answer(asked));
        Self { server, state }
    }

    /// What belongs into `secrets.endpoint`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url("")
    }

    /// Adds a version to the secret `projects/P/secrets/S`, which is the latest from now on; gives its number.
    pub fn add(&self, secret: impl Into<String>, value: impl Into<Vec<u8>>) -> usize {
        let mut state = lock(&self.state);
        let versions = state.secrets.entry(secret.into()).or_default();
        versions.push(value.into());
        versions.len()
    }

    /// From now on every read is answered with this status.
    pub fn fail_with(&self, status: u16) {
        lock(&self.state).failing = Some(status);
    }

    /// From now on payloads do not have the checksum that comes with them.
    pub fn damage(&self) {
        lock(&self.state).damaged = true;
    }

    /// From now on secrets are given again, as they are.
    pub fn recover(&self) {
        let mut state = lock(&self.state);
        (state.failing, state.damaged) = (None, false);
    }

    /// How often a secret was asked for.
    #[must_use]
    pub fn reads(&self) -> usize {
        lock(&self.state).reads
    }

    /// The tokens that were presented.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        lock(&self.state).tokens.clone()
    }
}

impl State {
    fn answer(&mut self, asked: &Asked) -> Answer {
        self.reads += 1;
        let Some(token) = asked.bearer() else { return Answer::google(401, "no token") };
        self.tokens.push(token.to_owned());
        if let Some(status) = self.failing {
            return Answer::google(status, "failing");
        }
        let name = asked.path.strip_prefix("/v1/").and_then(|path| path.strip_suffix(":access"));
        let found = name.and_then(|name| name.split_once("/versions/")).and_then(|(secret, version)| {
            let versions = self.secrets.get(secret)?;
            let number = if version == "latest" { versions.len() } else { version.parse().ok()? };
            Some((secret, number, versions.get(number.checked_sub(1)?)?))
        });
        let Some((secret, number, value)) = found else { return Answer::google(404, "no such version") };
        let sum = crc32c(value).wrapping_add(u32::from(self.damaged));
        Answer::json(
            200,
            &json!({
                "name": format!("{secret}/versions/{number}"),
                "payload": {
                    "data": base64::engine::general_purpose::STANDARD.encode(value),
                    "dataCrc32c": sum.to_string(),
                },
            }),
        )
    }
}
