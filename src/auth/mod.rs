//! Who may call us.
//!
//! A door has a list of checks of which one must accept the caller; an empty list lets everybody
//! in, which the server allows on loopback only. Every check compares in constant time, and what
//! exactly was wrong is told to the log, never to the caller.

mod basic;
mod header;
mod verify;
mod watched;

use actix_web::http::header::HeaderMap;

use crate::config;

pub use basic::Basic;
pub use header::Header;

/// Who was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caller {
    /// Nobody: no check is configured.
    Unverified,
    /// A caller that knew the password of this user.
    Basic {
        /// The user's name.
        username: String,
    },
    /// A caller that sent one of the values of this header.
    Header {
        /// The header's name.
        name: String,
    },
}

impl Caller {
    /// A few words for the log.
    #[must_use]
    pub fn label(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Unverified => "unverified".into(),
            Self::Basic { username } => format!("basic:{username}").into(),
            Self::Header { name } => format!("header:{name}").into(),
        }
    }
}

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

/// One way to be accepted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Check {
    /// User and password (RFC 7617).
    Basic(Basic),
    /// A header with a secret value.
    Header(Header),
}

impl From<Basic> for Check {
    fn from(check: Basic) -> Self {
        Self::Basic(check)
    }
}

impl From<Header> for Check {
    fn from(check: Header) -> Self {
        Self::Header(check)
    }
}

impl From<&config::Auth> for Auth {
    fn from(settings: &config::Auth) -> Self {
        let any_of = settings.any_of.iter().map(|check| match check {
            config::Check::Basic { username, password } => Check::Basic(Basic::new(username, password)),
            config::Check::Header { name, values } => Check::Header(Header::new(name.clone(), values)),
        });
        Self { any_of: any_of.collect() }
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

    /// Judges a caller by the headers of the call.
    pub(crate) fn verify(&self, headers: &HeaderMap) -> Result<Caller, Refused> {
        if self.is_open() {
            return Ok(Caller::Unverified);
        }
        let mut reasons = Vec::new();
        for check in &self.any_of {
            let judged = match check {
                Check::Basic(check) => check.verify(headers),
                Check::Header(check) => check.verify(headers),
            };
            match judged {
                Ok(caller) => return Ok(caller),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(Refused { reasons })
    }

    /// The value of `WWW-Authenticate` for a refused caller.
    pub(crate) fn challenge(&self) -> &'static str {
        let basic = self.any_of.iter().any(|check| matches!(check, Check::Basic(_)));
        if basic { "Basic realm=\"rejoinder\", charset=\"UTF-8\"" } else { "Header realm=\"rejoinder\"" }
    }
}
