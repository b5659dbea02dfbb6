//! One way to be accepted, and several that must all agree.

use super::{Basic, Caller, Header, Mtls, Presented};
use crate::config;

/// One way to be accepted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Check {
    /// User and password (RFC 7617).
    Basic(Basic),
    /// A header with a secret value.
    Header(Header),
    /// A client certificate.
    Mtls(Mtls),
    /// All of these at once.
    AllOf(Vec<Self>),
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

impl From<Mtls> for Check {
    fn from(check: Mtls) -> Self {
        Self::Mtls(check)
    }
}

impl From<&config::Check> for Check {
    fn from(settings: &config::Check) -> Self {
        match settings {
            config::Check::Basic(check) => Self::Basic(Basic::new(&check.username, &check.password)),
            config::Check::Header(check) => Self::Header(Header::new(check.name.clone(), &check.values)),
            config::Check::Mtls(check) => Self::Mtls(Mtls::from(check)),
            config::Check::AllOf(checks) => Self::AllOf(checks.iter().map(Self::from).collect()),
        }
    }
}

impl Check {
    pub(super) fn judge(&self, presented: &Presented<'_>) -> Result<Caller, String> {
        match self {
            Self::Basic(check) => check.verify(presented),
            Self::Header(check) => check.verify(presented),
            Self::Mtls(check) => check.verify(presented),
            Self::AllOf(checks) => judge_all(checks, presented),
        }
    }

    pub(super) fn mtls(&self) -> Vec<&Mtls> {
        match self {
            Self::Mtls(check) => vec![check],
            Self::AllOf(checks) => checks.iter().flat_map(Self::mtls).collect(),
            Self::Basic(_) | Self::Header(_) => Vec::new(),
        }
    }
}

/// Accepts whom all checks accept; the first that refuses decides.
fn judge_all(checks: &[Check], presented: &Presented<'_>) -> Result<Caller, String> {
    let callers: Result<Vec<Caller>, String> = checks.iter().map(|check| check.judge(presented)).collect();
    match callers {
        // Nobody is accepted by no check at all.
        Ok(callers) if callers.is_empty() => Err("all_of: it holds no check".to_owned()),
        Ok(callers) => Ok(Caller::All(callers)),
        Err(reason) => Err(format!("all_of: {reason}")),
    }
}
