//! Who may call us.
//!
//! A door has a list of checks of which one must accept the caller; an empty list lets everybody
//! in, which the server allows on loopback only. Every check compares in constant time, and what
//! exactly was wrong is told to the log, never to the caller.

mod basic;
mod caller;
mod check;
mod digest;
mod header;
mod mtls;
mod presented;
mod watched;

use crate::config;

pub use basic::Basic;
pub use caller::Caller;
pub use check::Check;
pub use header::Header;
pub use mtls::{Mtls, PeerCertificate};
pub use presented::Presented;

pub use crate::certificates::{NamePattern, PatternError, SubjectPattern};

/// A caller that no check accepted, and why: for the log alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .reasons.join("; "))]
pub struct Refused {
    reasons: Vec<String>,
}

/// The checks of which one must accept the caller.
#[derive(Debug, Clone, Default)]
pub struct Auth {
    any_of: Vec<Check>,
}

impl From<&config::Auth> for Auth {
    fn from(settings: &config::Auth) -> Self {
        Self { any_of: settings.any_of.iter().map(Check::from).collect() }
    }
}

impl Auth {
    /// Lets everybody in.
    #[must_use]
    pub fn open() -> Self {
        Self::default()
    }

    /// Accepts a caller that any of these checks accepts.
    pub fn any_of<C: Into<Check>>(checks: impl IntoIterator<Item = C>) -> Self {
        Self { any_of: checks.into_iter().map(Into::into).collect() }
    }

    /// Whether everybody is let in.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.any_of.is_empty()
    }

    /// Judges a caller by what the call presents.
    ///
    /// # Errors
    ///
    /// Why each check refused.
    pub fn verify(&self, presented: &Presented<'_>) -> Result<Caller, Refused> {
        if self.is_open() {
            return Ok(Caller::Unverified);
        }
        let mut reasons = Vec::new();
        for check in &self.any_of {
            match check.judge(presented) {
                Ok(caller) => return Ok(caller),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(Refused { reasons })
    }

    /// The checks of client certificates, those inside of others included.
    pub(crate) fn mtls(&self) -> Vec<&Mtls> {
        self.any_of.iter().flat_map(Check::mtls).collect()
    }

    /// The value of `WWW-Authenticate` for a refused caller.
    pub(crate) fn challenge(&self) -> &'static str {
        let basic = self.any_of.iter().any(|check| matches!(check, Check::Basic(_)));
        if basic { "Basic realm=\"rejoinder\", charset=\"UTF-8\"" } else { "Header realm=\"rejoinder\"" }
    }
}
