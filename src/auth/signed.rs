//! A check of signed tokens: what comes before the signature, the signature, and what comes after.

use std::sync::Arc;

use super::judgement::Judgement;
use super::reason::Reason;
use super::token::{self, Claims, Expected};
use super::verified::{Known, Signatures, Unverified};
use super::{Caller, Presented};
use crate::clock::Clock;
use crate::telemetry::metrics::Metrics;

/// What all checks of signed tokens share.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    /// The check's kind, for reasons.
    pub(super) kind: &'static str,
    pub(super) expected: Arc<Expected>,
    pub(super) signatures: Signatures,
    /// Whether every token must name its key; else one that names none is of the only key that fits.
    pub(super) names_key: bool,
    pub(super) clock: Clock,
    pub(super) metrics: Metrics,
}

impl Signed {
    /// Judges the bearer token. `accept` decides whether the holder of a valid one may call.
    pub(super) fn judge<'a>(
        &'a self,
        presented: &Presented<'a>,
        accept: impl Fn(&Claims) -> Result<Caller, Reason> + 'a,
    ) -> Judgement<'a> {
        // For whom and for when it is costs nothing to see, so that no forgery makes us ask for keys.
        let expected =
            |claims: &Claims| self.expected.judge(claims, presented.path, self.clock.unix_seconds());
        let look = || {
            let known = self.signatures.look(token::bearer(presented)?)?;
            let (Known::Verified(claims) | Known::Unverified(Unverified { claims, .. })) = &known;
            if let Known::Unverified(unverified) = &known
                && self.names_key
                && !unverified.names_key()
            {
                return Err(Reason::invalid(
                    "wrong key: the token names none (kid), and this issuer's always do",
                ));
            }
            expected(claims).map(|()| known)
        };
        let unverified = match look() {
            Err(reason) => return self.outcome(Err(reason), "refused").into(),
            Ok(Known::Verified(claims)) => return self.outcome(accept(&claims), "cached").into(),
            Ok(Known::Unverified(unverified)) => unverified,
        };
        match self.signatures.verify_now(&unverified) {
            Some(verified) => {
                self.outcome(verified.and_then(|()| accept(&unverified.claims)), "verified").into()
            }
            None => Judgement::Later(Box::pin(async move {
                let verified = self.signatures.verify(&unverified).await;
                self.outcome(verified.and_then(|()| accept(&unverified.claims)), "verified")
            })),
        }
    }

    /// Counts the outcome, and says which check a refusal is of.
    fn outcome(&self, outcome: Result<Caller, Reason>, accepted: &'static str) -> Result<Caller, Reason> {
        self.metrics.tokens(if outcome.is_ok() { accepted } else { "refused" });
        outcome.map_err(|reason| reason.of(self.kind))
    }
}
