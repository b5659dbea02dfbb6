//! A bearer token that its issuer is asked about (RFC 7662).

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use moka::future::Cache;
use serde_json::Value;
use tokio::runtime::Handle;

use super::judgement::Judgement;
use super::reason::Reason;
use super::token::{self, Claims, Expected, TokenHash, WITHOUT_SIGNATURE, accept_claims, accept_scopes};
use super::{Caller, Presented};
use crate::clock::Clock;
use crate::config::{ClientAuthentication, Secret};
use crate::outbound::credentials::client;
use crate::outbound::{Outbound, Request, Target, Url};

const KIND: &str = "introspection";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many answers are remembered.
const MOST: u64 = 4096;
/// How long "this token is not active" is remembered: it may be a new one that has not spread yet.
const INACTIVE: Duration = Duration::from_secs(5);

/// Accepts tokens of which their issuer says that they are active.
#[derive(Clone)]
pub struct Introspection(Arc<Shared>);

pub(super) struct Settings {
    pub(super) endpoint: Url,
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) authentication: ClientAuthentication,
    pub(super) issuer: Option<String>,
    pub(super) audience: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) claims: Vec<(String, String)>,
    pub(super) max_age: Duration,
}

struct Shared {
    settings: Settings,
    clock: Clock,
    outbound: Outbound,
    target: OnceLock<Target>,
    runtime: OnceLock<Handle>,
    answers: Cache<TokenHash, Answer>,
}

/// What the issuer said, and how long that holds.
#[derive(Clone)]
struct Answer {
    active: Option<Arc<Claims>>,
    until: Instant,
}

impl std::fmt::Debug for Introspection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Introspection")
            .field("endpoint", &self.0.settings.endpoint.as_str())
            .finish_non_exhaustive()
    }
}

impl Introspection {
    pub(super) fn new(settings: Settings, outbound: Outbound, clock: Clock) -> Self {
        let answers = Cache::new(MOST);
        let (target, runtime) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Shared { settings, clock, outbound, target, runtime, answers }))
    }

    /// Asks on `runtime` from now on.
    pub(super) fn start(&self, runtime: &Handle) {
        let _ = self.0.runtime.set(runtime.clone());
    }

    pub(super) fn scopes(&self) -> &[String] {
        &self.0.settings.scopes
    }

    pub(super) fn judge<'a>(&'a self, presented: &Presented<'a>) -> Judgement<'a> {
        let path = presented.path;
        let text = match token::bearer(presented) {
            Ok(text) if text.contains(token::REMOVED) => {
                return Reason::invalid(WITHOUT_SIGNATURE).of(KIND).into();
            }
            Ok(text) => text,
            Err(reason) => return reason.of(KIND).into(),
        };
        Judgement::Later(Box::pin(async move {
            let asked = self.0.answer(text).await;
            let judged = asked.and_then(|(answer, how)| Ok((self.0.accept(&answer, path)?, how)));
            self.0.outbound.metrics().tokens(judged.as_ref().map_or("refused", |(_, how)| how));
            judged.map(|(caller, _)| caller).map_err(|reason| reason.of(KIND))
        }))
    }
}

impl Shared {
    fn accept(&self, answer: &Answer, path: &str) -> Result<Caller, Reason> {
        let settings = &self.settings;
        let claims = answer.active.as_deref().ok_or_else(|| {
            Reason::invalid(format!("{} says that the token is not active", settings.endpoint))
        })?;
        if let Some(issuer) = &settings.issuer
            && claims.text("iss") != Some(issuer)
        {
            return Err(Reason::invalid(format!(
                "wrong issuer: expected iss {issuer:?}, found {:?}",
                claims.text("iss")
            )));
        }
        if !settings.audience.is_empty() {
            let expected = Expected {
                issuers: Vec::new(),
                audiences: settings.audience.clone(),
                public_url: String::new(),
            };
            expected.judge_audience(claims, path)?;
        }
        token::judge_time(claims, self.clock.unix_seconds())?;
        accept_claims(claims, &settings.claims)?;
        accept_scopes(claims, &settings.scopes)?;
        Ok(Caller::Introspection {
            subject: claims.subject().to_owned(),
            client_id: claims.text("client_id").unwrap_or_default().to_owned(),
            scopes: claims.scopes().into_iter().map(str::to_owned).collect(),
        })
    }

    /// What is remembered of a token, or what the issuer says now, and which of both it is; several callers with one token ask once.
    async fn answer(self: &Arc<Self>, text: &str) -> Result<(Answer, &'static str), Reason> {
        let hash = token::hash(text);
        if let Some(answer) = self.answers.get(&hash).await {
            if self.clock.now() < answer.until {
                return Ok((answer, "cached"));
            }
            self.answers.invalidate(&hash).await;
        }
        let ask = async {
            // On one runtime, whose connections outlive the caller's thread.
            let runtime = self.runtime.get().cloned().unwrap_or_else(Handle::current);
            let (this, text) = (Arc::clone(self), text.to_owned());
            match runtime.spawn(async move { this.ask(&text).await }).await {
                Ok(asked) => asked,
                Err(error) => Err(format!("the question ended early: {error}")),
            }
        };
        let asked = self.answers.try_get_with(hash, ask).await;
        let unjudged =
            |cause: Arc<String>| Reason::unjudged(format!("the issuer could not be asked: {cause}"));
        asked.map(|answer| (answer, "verified")).map_err(unjudged)
    }

    async fn ask(&self, text: &str) -> Result<Answer, String> {
        let endpoint = &self.settings.endpoint;
        let target = match self.target.get() {
            Some(target) => target,
            None => {
                let built = self.outbound.api(KIND, endpoint, PATIENCE).map_err(|error| error.to_string())?;
                self.target.get_or_init(|| built)
            }
        };
        let asked_at = self.clock.now();
        let response = target.send(self.request(text), None).await.map_err(|error| error.to_string())?;
        if response.status != 200 {
            let fix = match response.status {
                401 | 403 => {
                    "; compare client_id, client_secret and client_authentication with what its operator gave you"
                }
                _ => "",
            };
            return Err(format!("{endpoint} answered {} and not 200{fix}", response.status));
        }
        let answer: Value = serde_json::from_slice(&response.body)
            .map_err(|error| format!("{endpoint} answered no JSON: {error}"))?;
        match answer {
            Value::Object(members) if members.get("active") == Some(&Value::Bool(true)) => {
                let claims = Arc::new(Claims(members));
                Ok(Answer { active: Some(claims), until: asked_at + self.settings.max_age })
            }
            Value::Object(members) if members.get("active") == Some(&Value::Bool(false)) => {
                Ok(Answer { active: None, until: asked_at + INACTIVE })
            }
            _ => Err(format!("{endpoint} answered without `active` (RFC 7662, 2.2)")),
        }
    }

    fn request(&self, text: &str) -> Request {
        let Settings { endpoint, client_id, client_secret, authentication, .. } = &self.settings;
        let members = [("token", text), ("token_type_hint", "access_token")];
        client::form(endpoint, &members, *authentication, (client_id, &client_secret.expose()))
    }
}
