//! One way to be accepted, and several that must all agree.

use tokio::runtime::Handle;

use super::judgement::Judgement;
use super::reason::Reason;
use super::{Basic, Caller, CloudRunIam, Header, Introspection, Jwt, Mtls, Presented, ServiceAgent};

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
    /// An ID token of Dialogflow's own account.
    ServiceAgent(ServiceAgent),
    /// An ID token that Cloud Run has verified.
    CloudRunIam(CloudRunIam),
    /// A bearer token that an issuer signed.
    Jwt(Jwt),
    /// A bearer token that an issuer is asked about.
    Introspection(Introspection),
    /// All of these at once.
    AllOf(Vec<Self>),
}

macro_rules! from_kinds {
    ($($kind:ident)*) => {$(
        impl From<$kind> for Check {
            fn from(check: $kind) -> Self {
                Self::$kind(check)
            }
        }
    )*};
}
from_kinds! { Basic Header Mtls ServiceAgent CloudRunIam Jwt Introspection }

impl Check {
    pub(super) fn judge<'a>(&'a self, presented: &Presented<'a>) -> Judgement<'a> {
        match self {
            Self::Basic(check) => check.verify(presented).map_err(Reason::from).into(),
            Self::Header(check) => check.verify(presented).into(),
            Self::Mtls(check) => check.verify(presented).map_err(Reason::from).into(),
            Self::ServiceAgent(check) => check.judge(presented),
            Self::CloudRunIam(check) => check.verify(presented).into(),
            Self::Jwt(check) => check.judge(presented),
            Self::Introspection(check) => check.judge(presented),
            Self::AllOf(checks) => judge_all(checks, presented),
        }
    }

    /// Lets a check that asks others do so on `runtime`, which must live as long as calls are answered.
    pub(super) fn start(&self, runtime: &Handle) {
        match self {
            Self::ServiceAgent(check) => check.keys().start(runtime),
            Self::Jwt(check) => check.keys().start(runtime),
            Self::CloudRunIam(check) => check.start(runtime),
            Self::Introspection(check) => check.start(runtime),
            Self::AllOf(checks) => checks.iter().for_each(|check| check.start(runtime)),
            Self::Basic(_) | Self::Header(_) | Self::Mtls(_) => {}
        }
    }

    /// The scopes that a token must have here.
    pub(super) fn scopes(&self) -> &[String] {
        match self {
            Self::Jwt(check) => &check.scopes,
            Self::Introspection(check) => check.scopes(),
            _ => &[],
        }
    }

    /// Every check in this one, itself included.
    pub(super) fn each(&self) -> Vec<&Self> {
        match self {
            Self::AllOf(checks) => checks.iter().flat_map(Self::each).collect(),
            check => vec![check],
        }
    }
}

/// Accepts whom all checks accept; the first that refuses decides.
fn judge_all<'a>(checks: &'a [Check], presented: &Presented<'a>) -> Judgement<'a> {
    // Nobody is accepted by no check at all.
    if checks.is_empty() {
        return Reason::from("all_of: it holds no check").into();
    }
    let mut callers = Vec::with_capacity(checks.len());
    let mut waiting = Vec::new();
    for check in checks {
        match check.judge(presented) {
            Judgement::Now(Ok(caller)) => callers.push(Some(caller)),
            Judgement::Now(Err(reason)) => return reason.of("all_of").into(),
            Judgement::Later(outcome) => {
                waiting.push((callers.len(), outcome));
                callers.push(None);
            }
        }
    }
    if waiting.is_empty() {
        return Ok(Caller::All(callers.into_iter().flatten().collect())).into();
    }
    Judgement::Later(Box::pin(async move {
        for (place, outcome) in waiting {
            callers[place] = Some(outcome.await.map_err(|reason| reason.of("all_of"))?);
        }
        Ok(Caller::All(callers.into_iter().flatten().collect()))
    }))
}
