//! An issuer of tokens: OpenID Connect discovery, a JWK set with rotating keys, and introspection.

mod keys;
mod token;

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use serde_json::{Value, json};

use super::http::{Answer, Asked, Loopback, lock};
use keys::KeyPairs;
pub use token::TokenOrder;

/// An issuer on loopback. It can also sign in Google's place, for servers that take Google's keys from it.
///
/// ```
/// use rejoinder::testing::Issuer;
///
/// let issuer = Issuer::start();
/// let auth = format!(
///     r#"any_of = [{{ kind = "service_agent", project_number = "42", audience = ["https://a.example/webhook"], jwks_url = "{}" }}]"#,
///     issuer.jwks_url(),
/// );
/// let token = issuer.service_agent("42").audience("https://a.example/webhook").sign();
/// assert_eq!(token.split('.').count(), 3);
/// # drop(auth);
/// ```
#[derive(Debug)]
pub struct Issuer {
    server: Loopback,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    url: String,
    keys: KeyPairs,
    /// What `Cache-Control` says of the keys.
    max_age: u64,
    failing: Option<u16>,
    key_fetches: usize,
    client: (String, String),
    /// Opaque tokens, with what introspection says of them.
    opaque: Vec<(String, Value)>,
    introspections: usize,
}

impl Issuer {
    /// Publishes its first keys, which may be kept for an hour.
    #[must_use]
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            url: String::new(),
            keys: KeyPairs::new(),
            max_age: 3600,
            failing: None,
            key_fetches: 0,
            client: ("rejoinder".to_owned(), "introspect".to_owned()),
            opaque: Vec::new(),
            introspections: 0,
        }));
        let shared = Arc::clone(&state);
        let server = Loopback::start(move |asked| lock(&shared).answer(asked));
        lock(&state).url = server.url("");
        Self { server, state }
    }

    /// What stands in `iss`, and belongs into a check's `issuer`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url("")
    }

    /// Where its keys are.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        self.server.url("/keys")
    }

    /// Where it says whether tokens are active, to the client `rejoinder` with the secret `introspect`.
    #[must_use]
    pub fn introspection_url(&self) -> String {
        self.server.url("/introspect")
    }

    /// A token of this issuer, for the subject `subject`, valid for an hour.
    pub fn token(&self) -> TokenOrder<'_> {
        TokenOrder::new(self).claim("iss", self.url()).claim("sub", "subject")
    }

    /// An ID token as Google signs it for Dialogflow's account of this project, valid for an hour.
    pub fn service_agent(&self, project_number: &str) -> TokenOrder<'_> {
        TokenOrder::new(self)
            .claim("iss", "https://accounts.google.com")
            .claim("sub", "112233445566778899000")
            .claim("azp", "112233445566778899000")
            .claim("email", format!("service-{project_number}@gcp-sa-dialogflow.iam.gserviceaccount.com"))
            .claim("email_verified", true)
    }

    /// An opaque token, of which introspection says this and that it is active.
    #[must_use]
    pub fn opaque(&self, claims: &Value) -> String {
        let mut state = lock(&self.state);
        let token = format!("opaque-{}", state.opaque.len() + 1);
        let mut answer = claims.clone();
        answer["active"] = true.into();
        state.opaque.push((token.clone(), answer));
        token
    }

    /// From now on an opaque token is not active any more.
    pub fn revoke(&self, token: &str) {
        lock(&self.state).opaque.retain(|(known, _)| known != token);
    }

    /// From now on new keys sign; those of before stay published.
    pub fn rotate(&self) {
        lock(&self.state).keys.rotate();
    }

    /// Publishes only the keys that sign now.
    pub fn retire(&self) {
        lock(&self.state).keys.retire();
    }

    /// For how many seconds the keys may be kept.
    pub fn max_age(&self, seconds: u64) {
        lock(&self.state).max_age = seconds;
    }

    /// From now on every request is answered with this status; see [`recover`](Self::recover).
    pub fn fail_with(&self, status: u16) {
        lock(&self.state).failing = Some(status);
    }

    /// From now on requests are answered again.
    pub fn recover(&self) {
        lock(&self.state).failing = None;
    }

    /// How often the keys were asked for, failures included.
    #[must_use]
    pub fn key_fetches(&self) -> usize {
        lock(&self.state).key_fetches
    }

    /// How often it was asked about tokens.
    #[must_use]
    pub fn introspections(&self) -> usize {
        lock(&self.state).introspections
    }
}

impl State {
    fn answer(&mut self, asked: &Asked) -> Answer {
        match asked.path.as_str() {
            "/keys" => self.key_fetches += 1,
            "/introspect" => self.introspections += 1,
            _ => {}
        }
        if let Some(status) = self.failing {
            return Answer::json(status, &json!({ "error": "failing" }));
        }
        match asked.path.as_str() {
            "/.well-known/openid-configuration" => Answer::json(
                200,
                &json!({
                    "issuer": self.url,
                    "jwks_uri": format!("{}/keys", self.url),
                    "introspection_endpoint": format!("{}/introspect", self.url),
                }),
            ),
            "/keys" => Answer {
                cache_control: format!("public, max-age={}, must-revalidate", self.max_age),
                ..Answer::json(200, &self.keys.published())
            },
            "/introspect" => self.introspect(asked),
            _ => Answer::json(404, &json!({ "error": "not_found" })),
        }
    }

    fn introspect(&self, asked: &Asked) -> Answer {
        let form: Vec<(String, String)> = url::form_urlencoded::parse(&asked.body).into_owned().collect();
        let member =
            |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let (id, secret) = &self.client;
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
        let in_header = asked.header("authorization") == Some(&format!("Basic {pair}"));
        let in_form = member("client_id") == Some(id) && member("client_secret") == Some(secret);
        if !in_header && !in_form {
            return Answer::json(401, &json!({ "error": "invalid_client" }));
        }
        let token = member("token").unwrap_or_default();
        let known = self.opaque.iter().find(|(known, _)| known == token);
        Answer::json(200, known.map_or(&json!({ "active": false }), |(_, answer)| answer))
    }
}
