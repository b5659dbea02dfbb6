//! Who may call us.
//!
//! A door has a list of checks of which one must accept the caller; an empty list lets everybody
//! in, which the server allows on loopback only. Every check compares in constant time, and what
//! exactly was wrong is told to the log, never to the caller.

mod allow;
mod basic;
mod build;
mod caller;
mod challenge;
mod check;
mod cloud_run_iam;
mod digest;
mod header;
mod introspection;
mod judgement;
mod jwt;
mod keys;
mod mtls;
mod presented;
mod reason;
mod service_agent;
mod signed;
mod token;
mod verified;
mod watched;

use tokio::runtime::Handle;

use crate::clock::Clock;
use crate::config;
use crate::outbound::Outbound;

pub(crate) use allow::NotAllowed;
pub use basic::Basic;
pub use caller::Caller;
pub(crate) use challenge::Challenges;
pub use check::Check;
pub use cloud_run_iam::CloudRunIam;
pub use header::Header;
pub use introspection::Introspection;
pub use jwt::Jwt;
pub use mtls::{Mtls, PeerCertificate};
pub use presented::Presented;
use reason::{Kind, Reason};
pub use service_agent::ServiceAgent;

pub use crate::certificates::{NamePattern, PatternError, SubjectPattern};

/// A caller that no check accepted, and why: for the log alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .reasons.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>().join("; "))]
pub struct Refused {
    reasons: Vec<Reason>,
}

/// What a refused caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It is not known who calls: 401.
    Unauthorized,
    /// It is known, and that one may not: 403.
    Forbidden,
    /// Nobody can tell now, because an issuer cannot be reached, say: 503.
    Unavailable,
}

impl Refused {
    /// What the caller is told: what the check says that came furthest.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self.kind() {
            Kind::Unknown | Kind::InvalidToken => Refusal::Unauthorized,
            Kind::Unjudged => Refusal::Unavailable,
            Kind::Forbidden | Kind::InsufficientScope => Refusal::Forbidden,
        }
    }

    fn kind(&self) -> Kind {
        self.reasons.iter().map(|reason| reason.kind).max().unwrap_or(Kind::Unknown)
    }
}

/// The checks of which one must accept the caller, and whose sessions are answered.
#[derive(Debug, Clone, Default)]
pub struct Auth {
    any_of: Vec<Check>,
    allow: config::checks::Allow,
}

impl From<&config::Auth> for Auth {
    /// Issuers are asked as the defaults of `[outbound]` have it.
    fn from(settings: &config::Auth) -> Self {
        Self::new(settings, &Outbound::new(&config::Outbound::default()))
    }
}

impl Auth {
    /// Builds the checks; issuers are asked through `outbound`.
    #[must_use]
    pub fn new(settings: &config::Auth, outbound: &Outbound) -> Self {
        Self::with_clock(settings, outbound, Clock::system())
    }

    fn with_clock(settings: &config::Auth, outbound: &Outbound, clock: Clock) -> Self {
        let builder = build::Builder::new(outbound, clock);
        let any_of = settings.any_of.iter().map(|check| builder.check(check)).collect();
        Self { any_of, allow: settings.allow.clone() }
    }

    /// Lets everybody in.
    #[must_use]
    pub fn open() -> Self {
        Self::default()
    }

    /// Accepts a caller that any of these checks accepts.
    pub fn any_of<C: Into<Check>>(checks: impl IntoIterator<Item = C>) -> Self {
        Self { any_of: checks.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Whether everybody is let in.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.any_of.is_empty()
    }

    /// Lets checks that ask issuers do so on `runtime`, and at once ask for what every call will need.
    ///
    /// The server does it; without it they are asked where the first call is judged.
    pub fn start(&self, runtime: &Handle) {
        self.any_of.iter().for_each(|check| check.start(runtime));
    }

    /// Why callers cannot be judged yet, if so.
    #[must_use]
    pub fn unready(&self) -> Option<String> {
        self.each().into_iter().find_map(|check| match check {
            Check::CloudRunIam(check) => check.unproven(),
            _ => None,
        })
    }

    /// Judges a caller by what the call presents. It waits only where an issuer must be asked.
    ///
    /// # Errors
    ///
    /// Why each check refused.
    pub async fn verify(&self, presented: &Presented<'_>) -> Result<Caller, Refused> {
        if self.is_open() {
            return Ok(Caller::Unverified);
        }
        let mut reasons = Vec::new();
        for check in &self.any_of {
            match check.judge(presented).outcome().await {
                Ok(caller) => return Ok(caller),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(Refused { reasons })
    }

    /// Judges whether a session is one of those that are answered.
    pub(crate) fn judge_session(&self, session: &str) -> Result<(), NotAllowed> {
        allow::judge(&self.allow, session)
    }

    /// The checks of client certificates, those inside of others included.
    pub(crate) fn mtls(&self) -> Vec<&Mtls> {
        let checks = self.each().into_iter();
        checks.filter_map(|check| if let Check::Mtls(mtls) = check { Some(mtls) } else { None }).collect()
    }

    /// What `WWW-Authenticate` says to a refused caller.
    pub(crate) fn challenges(&self, refused: Option<&Refused>) -> Challenges {
        Challenges::of(&self.any_of, refused.map(Refused::kind))
    }

    fn each(&self) -> Vec<&Check> {
        self.any_of.iter().flat_map(Check::each).collect()
    }
}

#[cfg(test)]
mod tests;
