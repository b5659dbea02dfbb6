//! One way to be accepted, and several that must all agree.

use futures_util::future::LocalBoxFuture;

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
    AllOf(Vec<Check>),
}

/// What a check says: most know at once, and only the others cost a future.
pub(super) enum Judgement<'a> {
    Now(Result<Caller, String>),
    Later(LocalBoxFuture<'a, Result<Caller, String>>),
}

impl Judgement<'_> {
    pub(super) async fn settled(self) -> Result<Caller, String> {
        match self {
            Self::Now(judged) => judged,
            Self::Later(judged) => judged.await,
        }
    }
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
    pub(super) fn judge<'a>(&'a self, presented: &'a Presented<'a>) -> Judgement<'a> {
        match self {
            Self::Basic(check) => Judgement::Now(check.verify(presented)),
            Self::Header(check) => Judgement::Now(check.verify(presented)),
            Self::Mtls(check) => Judgement::Now(check.verify(presented)),
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
fn judge_all<'a>(checks: &'a [Check], presented: &'a Presented<'a>) -> Judgement<'a> {
    let mut callers = Vec::with_capacity(checks.len());
    for (index, check) in checks.iter().enumerate() {
        match check.judge(presented) {
            Judgement::Now(Ok(caller)) => callers.push(caller),
            Judgement::Now(Err(reason)) => return Judgement::Now(Err(format!("all_of: {reason}"))),
            Judgement::Later(judged) => {
                let rest = &checks[index + 1..];
                return Judgement::Later(Box::pin(async move {
                    callers.push(judged.await.map_err(|reason| format!("all_of: {reason}"))?);
                    for check in rest {
                        let judged = check.judge(presented).settled().await;
                        callers.push(judged.map_err(|reason| format!("all_of: {reason}"))?);
                    }
                    Ok(Caller::All(callers))
                }));
            }
        }
    }
    // Nobody is accepted by no check at all.
    if callers.is_empty() {
        return Judgement::Now(Err("all_of: it holds no check".to_owned()));
    }
    Judgement::Now(Ok(Caller::All(callers)))
}
