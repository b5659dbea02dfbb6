//! A token endpoint of OAuth 2.0, for the client-credentials grant.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use serde_json::{Value, json};

use super::http::{Answer, Asked, Loopback, lock};

/// A token endpoint on loopback. Each exchange gives another token: `token-1`, `token-2`, …
///
/// ```
/// use rejoinder::testing::TokenEndpoint;
///
/// let endpoint = TokenEndpoint::start("client", "s3cret");
/// // … put `endpoint.url()` into a webhook's oauthConfig, and call it …
/// assert!(endpoint.requests().is_empty());
/// assert!(!endpoint.accepts("token-1"), "no exchange was made yet");
/// ```
#[derive(Debug)]
pub struct TokenEndpoint {
    server: Loopback,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    client: (String, String),
    expires_in: Option<u64>,
    answer: Option<(u16, String)>,
    given: usize,
    /// Tokens up to this number are not valid any more.
    revoked: usize,
    requests: Vec<TokenRequest>,
}

/// A request for a token, as it arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenRequest {
    /// The query of the address.
    pub query: String,
    /// The members of the form, in their order.
    pub form: Vec<(String, String)>,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl TokenRequest {
    /// A member of the form.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&str> {
        find(&self.form, name)
    }

    /// A header; names are in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

impl TokenEndpoint {
    /// Gives tokens, valid for an hour, to this client, be it in the form or in a Basic header.
    #[must_use]
    pub fn start(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        let state = Arc::new(Mutex::new(State {
            client: (client_id.into(), client_secret.into()),
            expires_in: Some(3600),
            answer: None,
            given: 0,
            revoked: 0,
            requests: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        let server = Loopback::start(move |asked| lock(&shared).answer(asked));
        Self { server, state }
    }

    /// What belongs into `tokenEndpoint`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url("/token")
    }

    /// From now on tokens say that they are valid for so many seconds, or nothing of it.
    pub fn expires_in(&self, seconds: Option<u64>) {
        lock(&self.state).expires_in = seconds;
    }

    /// From now on every request is answered with this; see [`recover`](Self::recover).
    pub fn answer_with(&self, status: u16, body: impl Into<String>) {
        lock(&self.state).answer = Some((status, body.into()));
    }

    /// From now on tokens are given again.
    pub fn recover(&self) {
        lock(&self.state).answer = None;
    }

    /// From now on the client has this secret.
    pub fn set_secret(&self, secret: impl Into<String>) {
        lock(&self.state).client.1 = secret.into();
    }

    /// Takes back all tokens that were given.
    pub fn revoke(&self) {
        let mut state = lock(&self.state);
        state.revoked = state.given;
    }

    /// Whether this token was given and not taken back.
    #[must_use]
    pub fn accepts(&self, token: &str) -> bool {
        let state = lock(&self.state);
        let number = token.strip_prefix("token-").and_then(|number| number.parse::<usize>().ok());
        number.is_some_and(|number| number > state.revoked && number <= state.given)
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<TokenRequest> {
        lock(&self.state).requests.clone()
    }
}

impl State {
    fn answer(&mut self, asked: &Asked) -> Answer {
        let form = url::form_urlencoded::parse(&asked.body).into_owned().collect();
        let request = TokenRequest { query: asked.query.clone(), form, headers: asked.headers.clone() };
        self.requests.push(request.clone());
        if let Some((status, body)) = &self.answer {
            return Answer::json_text(*status, body.clone());
        }
        let refused = |status, error: &str| Answer::json(status, &json!({ "error": error }));
        if asked.method != "POST" || request.member("grant_type") != Some("client_credentials") {
            return refused(400, "unsupported_grant_type");
        }
        let (id, secret) = &self.client;
        let in_form =
            request.member("client_id") == Some(id) && request.member("client_secret") == Some(secret);
        let in_header = basic(&request).is_some_and(|(sent_id, sent)| sent_id == *id && sent == *secret);
        if !in_form && !in_header {
            return refused(401, "invalid_client");
        }
        self.given += 1;
        let mut token = json!({ "access_token": format!("token-{}", self.given), "token_type": "Bearer" });
        if let Some(seconds) = self.expires_in {
            token["expires_in"] = Value::from(seconds);
        }
        Answer::json(200, &token)
    }
}

/// Id and secret of a Basic header, each form-encoded (RFC 6749, 2.3.1).
fn basic(request: &TokenRequest) -> Option<(String, String)> {
    let encoded = request.header("authorization")?.strip_prefix("Basic ")?;
    let pair = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
    let (id, secret) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    let decoded = |text: &str| {
        let pair = format!("x={text}");
        url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Some((decoded(id)?, decoded(secret)?))
}
