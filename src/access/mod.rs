//! Who may manage this server, and what they changed.
//!
//! People and pipelines present a token, whose role bounds what they may do; without one nobody may
//! anything. It is not about agents: who may call a webhook, [`auth`](crate::auth) decides.

mod audit;
mod mask;
mod refused;
mod role;
mod sign_in;
mod token;
mod tokens;
mod who;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use arc_swap::ArcSwapOption;

pub(crate) use audit::{Change, Filter, Line};
pub(crate) use refused::{Refused, RefusedKind};
pub(crate) use role::{Action, Role};
pub(crate) use sign_in::{SignIn, SignInError};
pub(crate) use token::Token;
#[cfg(feature = "cli")]
pub(crate) use tokens::text;
pub(crate) use tokens::{CreateError, Known, New, end_of};
pub(crate) use who::Who;

use crate::clock::Clock;
use crate::config;
use crate::store::{Id, Store, micros};

/// How long a token is believed without asking the store again: so soon the end of one that another
/// instance revoked is known here.
const BELIEVED: Duration = Duration::from_secs(5);

/// How many tokens are remembered for that.
const REMEMBERED: usize = 1000;

/// How often the time of a token's last use is written.
const TOUCHED: i64 = 60_000_000;

/// Judges who manages; clones are the same.
#[derive(Clone)]
pub(crate) struct Access(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    audit_keep: Duration,
    /// `access.admin_only`
    confined: bool,
    /// The admin token of this run, which is in no store.
    run: ArcSwapOption<Known>,
    seen: Mutex<HashMap<Id, (Instant, Arc<Known>)>>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

impl Access {
    pub(crate) fn new(settings: &config::Access, store: Store) -> Self {
        Self::with(settings, store, Clock::system())
    }

    fn with(settings: &config::Access, store: Store, clock: Clock) -> Self {
        let (audit_keep, confined) = (settings.audit_keep, settings.admin_only);
        let (run, seen) = (ArcSwapOption::empty(), Mutex::default());
        Self(Arc::new(Inner { store, clock, audit_keep, confined, run, seen }))
    }

    /// Whether management is answered on the operators' address alone.
    pub(crate) fn is_confined(&self) -> bool {
        self.0.confined
    }

    /// Who presents these headers.
    ///
    /// # Errors
    ///
    /// What [`Refused`] tells.
    pub(crate) async fn judge(&self, headers: &HeaderMap) -> Result<Who, Refused> {
        let token = self.presented(headers)?;
        self.of_token(&token).await
    }

    async fn of_token(&self, token: &Token) -> Result<Who, Refused> {
        let known = self.find(&token.id).await?;
        let known = known.ok_or_else(|| Refused::invalid(format!("there is no token {}", token.id)))?;
        if !known.hash.matches(token) {
            return Err(Refused::invalid(format!("the secret of token {} is another one", token.id)));
        }
        self.active(token.id, &known)
    }

    /// Whose token it is, unless it has ended; it is used now.
    fn active(&self, id: Id, known: &Arc<Known>) -> Result<Who, Refused> {
        let now = micros(&self.0.clock);
        let state = known.state_at(now);
        if state != "active" {
            return Err(Refused::invalid(format!("token {id} ({:?}) is {state}", known.name)));
        }
        // A role that a newer version knows is none here.
        let role = known.role.parse().map_err(Refused::invalid)?;
        self.used(id, known, now);
        Ok(Who { id: known.id.as_str().into(), name: known.name.as_str().into(), role })
    }

    /// An admin token for as long as this process runs, where there is no store that would keep one.
    #[cfg(any(test, feature = "cli"))]
    pub(crate) fn for_this_run(&self) -> Option<Token> {
        if self.0.store.is_configured() {
            return None;
        }
        let token = Token::new(Id::new(&self.0.clock)).ok()?;
        let known = Known {
            id: token.id.to_string(),
            name: "this run".to_owned(),
            role: Role::Admin.as_str().to_owned(),
            state: "active",
            created_at: micros(&self.0.clock),
            created_by: "rejoinder serve".to_owned(),
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            hash: token.hash(),
        };
        self.0.run.store(Some(Arc::new(known)));
        Some(token)
    }

    /// Whether a token may exist at all.
    pub(crate) fn is_possible(&self) -> bool {
        self.0.store.is_configured() || self.0.run.load().is_some()
    }

    fn presented(&self, headers: &HeaderMap) -> Result<Token, Refused> {
        let mut values = headers.get_all(AUTHORIZATION);
        let Some(value) = values.next() else {
            let hint = if self.is_possible() {
                "`rejoinder token create` makes one"
            } else {
                "there can be none until the server has a store.url"
            };
            return Err(Refused::Missing { hint });
        };
        if values.next().is_some() {
            return Err(Refused::invalid("Authorization stands more than once"));
        }
        let text = value.to_str().map_err(|_| Refused::invalid("Authorization is no text"))?;
        let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Token::of_basic(token.trim()).ok_or_else(|| {
                Refused::invalid("it is Basic, and not of the form EMAIL/token:rjt_ID_SECRET")
            });
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Refused::invalid("Authorization is not of the scheme Bearer"));
        }
        Token::parse(token.trim()).ok_or_else(|| Refused::invalid("it is not of the form rjt_ID_SECRET"))
    }

    async fn find(&self, id: &Id) -> Result<Option<Arc<Known>>, Refused> {
        if let Some(run) = &*self.0.run.load()
            && run.id == id.as_str()
        {
            return Ok(Some(Arc::clone(run)));
        }
        if !self.0.store.is_configured() && self.0.run.load().is_none() && self.seen().is_empty() {
            // Nothing was ever made here: no store needs to be opened to know.
            return Ok(None);
        }
        let now = self.0.clock.now();
        let seen = self.seen().get(id).filter(|(when, _)| now.duration_since(*when) < BELIEVED).cloned();
        if let Some((_, known)) = seen {
            return Ok(Some(known));
        }
        let Some(known) = self.get(id).await?.map(Arc::new) else {
            self.forget(id);
            return Ok(None);
        };
        let mut seen = self.seen();
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(*id, (now, Arc::clone(&known)));
        Ok(Some(known))
    }

    /// Notes the use of a token, beside the request that uses it.
    fn used(&self, id: Id, known: &Known, now: i64) {
        if self.0.run.load().as_ref().is_some_and(|run| run.id == known.id) {
            return;
        }
        if known.last_used_at.is_some_and(|last| now - last < TOUCHED) {
            return;
        }
        if let Some((_, seen)) = self.seen().get_mut(&id) {
            *seen = Arc::new(Known { last_used_at: Some(now), ..known.clone() });
        }
        let access = self.clone();
        tokio::spawn(async move {
            // The store has said what is wrong with it.
            let _ = access.touch(&id, now).await;
        });
    }

    fn forget(&self, id: &Id) {
        self.seen().remove(id);
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, HashMap<Id, (Instant, Arc<Known>)>> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn clock(&self) -> &Clock {
        &self.0.clock
    }

    fn audit_keep(&self) -> Duration {
        self.0.audit_keep
    }
}

#[cfg(test)]
mod tests;
