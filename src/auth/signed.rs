//! A check of signed tokens: what comes before the signature, the signature, and what comes after.

use std::sync::Arc;

use super::judgement::Judgement;
use super::reason::Reason;
use super::token::{self, Claims, Expected};
use super::verified::{Known, Signatures};
use super::{Caller, Presented};
use crate::clock::Clock;

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
}

impl Signed {
    /// Judges the bearer token. `accept` decides whether the holder of a valid one may call.
    pub(super) fn judge<'a>(
        &'a self,
        presented: &Presented<'a>,
        accept: impl Fn(&Claims) -> Result<Caller, Reason> + 'a,
    ) -> Judgement<'a> {
        let known = token::bearer(presented).and_then(|text| self.signatures.look(text));
        // For whom and for when it is costs nothing to see, so that no forgery makes us ask for keys.
        let expected =
            |claims: &Claims| self.expected.judge(claims, presented.path, self.clock.unix_seconds());
        let of_kind = |reason: Reason| reason.of(self.kind);
        let unverified = match known {
            Err(reason) => return of_kind(reason).into(),
            Ok(Known::Verified(claims)) => {
                return expected(&claims).and_then(|()| accept(&claims)).map_err(of_kind).into();
            }
            Ok(Known::Unverified(unverified)) => unverified,
        };
        if self.names_key && !unverified.names_key() {
            return of_kind(Reason::invalid(
                "wrong key: the token names none (kid), and this issuer's always do",
            ))
            .into();
        }
        if let Err(reason) = expected(&unverified.claims) {
            return of_kind(reason).into();
        }
        match self.signatures.verify_now(&unverified) {
            Some(verified) => verified.and_then(|()| accept(&unverified.claims)).map_err(of_kind).into(),
            None => Judgement::Later(Box::pin(async move {
                let verified = self.signatures.verify(&unverified).await;
                verified.and_then(|()| accept(&unverified.claims)).map_err(|reason| reason.of(self.kind))
            })),
        }
    }
}
