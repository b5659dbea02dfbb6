//! The metadata server of Google Cloud, and IAM Credentials beside it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use serde_json::json;

use super::http::{Answer, Asked, Loopback, lock};

/// A metadata server on loopback: it gives access tokens `access-1`, `access-2`, … and ID tokens of an account.
///
/// Google's libraries, and with them `rejoinder serve`, use it when the variable `GCE_METADATA_HOST`
/// is [`host`](Self::host). As `outbound.iam_endpoint` it also gives tokens of other accounts.
///
/// ```
/// use rejoinder::testing::MetadataServer;
///
/// let metadata = MetadataServer::start("runner@example.iam.gserviceaccount.com");
/// let environment = [("GCE_METADATA_HOST", metadata.host())];
/// assert!(environment[0].1.starts_with("127.0.0.1:"));
/// ```
#[derive(Debug)]
pub struct MetadataServer {
    server: Loopback,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    account: String,
    failing: Option<u16>,
    given: usize,
    paths: Vec<String>,
}

const DEFAULT: &str = "/computeMetadata/v1/instance/service-accounts/default/";

impl MetadataServer {
    /// Gives tokens of this account.
    #[must_use]
    pub fn start(account: impl Into<String>) -> Self {
        let state = Arc::new(Mutex::new(State {
            account: account.into(),
            failing: None,
            given: 0,
            paths: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        let server = Loopback::start(move |asked| lock(&shared).answer(asked));
        Self { server, state }
    }

    /// What belongs into `GCE_METADATA_HOST`.
    #[must_use]
    pub fn host(&self) -> String {
        self.server.address().to_string()
    }

    /// Its base address, which may stand in `outbound.iam_endpoint`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url("")
    }

    /// From now on every request for a token is answered with this status.
    pub fn fail_with(&self, status: u16) {
        lock(&self.state).failing = Some(status);
    }

    /// From now on tokens are given again.
    pub fn recover(&self) {
        lock(&self.state).failing = None;
    }

    /// The paths that were asked for, with their queries.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        lock(&self.state).paths.clone()
    }
}

impl State {
    fn answer(&mut self, asked: &Asked) -> Answer {
        let query = if asked.query.is_empty() { String::new() } else { format!("?{}", asked.query) };
        self.paths.push(format!("{}{query}", asked.path));
        if let Some(account) = asked.path.strip_prefix("/v1/projects/-/serviceAccounts/") {
            return self.impersonate(account, asked);
        }
        if asked.header("metadata-flavor") != Some("Google") {
            return Answer::text(403, "Missing Metadata-Flavor:Google header.");
        }
        match asked.path.strip_prefix(DEFAULT) {
            Some("email") => Answer::text(200, self.account.clone()),
            Some("token" | "identity") if self.failing.is_some() => {
                Answer::text(self.failing.unwrap_or(500), "failing")
            }
            Some("token") => {
                self.given += 1;
                let token = format!("access-{}", self.given);
                Answer::json(
                    200,
                    &json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer" }),
                )
            }
            Some("identity") => match asked.parameter("audience") {
                Some(audience) => Answer::text(200, self.id_token(&audience)),
                None => Answer::text(400, "non-empty audience parameter required"),
            },
            _ => match asked.path.as_str() {
                "/computeMetadata/v1/project/project-id" => Answer::text(200, "example-project"),
                "/computeMetadata/v1/project/numeric-project-id" => Answer::text(200, "123456789012"),
                "/" | "/computeMetadata/v1/" => Answer::text(200, "instance/\nproject/\n"),
                _ => Answer::text(404, "not found"),
            },
        }
    }

    fn impersonate(&mut self, rest: &str, asked: &Asked) -> Answer {
        if let Some(status) = self.failing {
            return Answer::google(status, "failing");
        }
        if !asked.bearer().is_some_and(|token| token.starts_with("access-")) {
            return Answer::google(401, "expected an access token");
        }
        let body: serde_json::Value = serde_json::from_slice(&asked.body).unwrap_or_default();
        match rest.split_once(':') {
            Some((account, "generateAccessToken")) if body["scope"].is_array() => {
                self.given += 1;
                let expires = SystemTime::now() + Duration::from_secs(3600);
                let expires =
                    jiff::Timestamp::try_from(expires).map(|time| time.to_string()).unwrap_or_default();
                let token = format!("access-{}-of-{account}", self.given);
                Answer::json(200, &json!({ "accessToken": token, "expireTime": expires }))
            }
            Some((_, "generateIdToken")) => match body["audience"].as_str() {
                Some(audience) => Answer::json(200, &json!({ "token": self.id_token(audience) })),
                None => Answer::google(400, "expected an audience"),
            },
            _ => Answer::google(404, "no such method, or no scope"),
        }
    }

    /// A token of the right form that nobody signed.
    fn id_token(&mut self, audience: &str) -> String {
        self.given += 1;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let claims = json!({
            "iss": "https://accounts.google.com", "aud": audience, "email": self.account, "email_verified": true,
            "iat": now, "exp": now + 3600, "jti": self.given,
        });
        let encoded = |text: String| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let header = encoded(json!({ "alg": "RS256", "typ": "JWT", "kid": "fake" }).to_string());
        format!("{header}.{}.{}", encoded(claims.to_string()), encoded("unsigned".to_owned()))
    }
}
