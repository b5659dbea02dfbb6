//! Signatures, and a memory of those that were right.
//!
//! Agents send one token for up to an hour, and a public-key signature costs more than the rest of a call.
//! Remembered is only what cannot change: that this text was signed with that key. Time, issuer,
//! audience and everything else are judged at every call, and a key that its issuer has withdrawn counts
//! for nothing from then on.

use std::sync::Arc;

use jsonwebtoken::Algorithm;
use moka::sync::Cache;

use super::keys::{Key, Keys};
use super::reason::Reason;
use super::token::{self, Claims, Token, TokenHash, WITHOUT_SIGNATURE};
use crate::excerpt::excerpt;

/// How many tokens of a check are remembered; one has about 1 KB of claims.
const MOST: u64 = 4096;

/// Verifies signatures with the keys of one issuer.
#[derive(Debug, Clone)]
pub(super) struct Signatures {
    keys: Arc<Keys>,
    algorithms: Arc<[Algorithm]>,
    verified: Cache<TokenHash, Arc<Verified>>,
}

#[derive(Debug)]
struct Verified {
    claims: Arc<Claims>,
    key: Arc<Key>,
}

/// A token whose signature has not been verified yet.
pub(super) struct Unverified<'t> {
    token: Token<'t>,
    algorithm: Algorithm,
    hash: TokenHash,
    pub(super) claims: Arc<Claims>,
}

impl Unverified<'_> {
    pub(super) fn names_key(&self) -> bool {
        self.token.head.kid.is_some()
    }
}

/// What is known of a token without waiting.
pub(super) enum Known<'t> {
    /// It was signed with a key that is valid now.
    Verified(Arc<Claims>),
    /// It can be read.
    Unverified(Unverified<'t>),
}

impl Signatures {
    pub(super) fn new(keys: Arc<Keys>, algorithms: &[Algorithm]) -> Self {
        Self { keys, algorithms: algorithms.into(), verified: Cache::new(MOST) }
    }

    pub(super) fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }

    /// What is known of a token, which may be anything.
    pub(super) fn look<'t>(&self, text: &'t str) -> Result<Known<'t>, Reason> {
        let hash = token::hash(text);
        if let Some(verified) = self.verified.get(&hash)
            && self.keys.holds(&verified.key)
        {
            return Ok(Known::Verified(Arc::clone(&verified.claims)));
        }
        let token = Token::parse(text)?;
        if token.signature_was_removed() {
            return Err(Reason::invalid(WITHOUT_SIGNATURE));
        }
        let algorithm = token.head.alg.parse().ok().filter(|algorithm| self.algorithms.contains(algorithm));
        let algorithm = algorithm.ok_or_else(|| {
            let found = excerpt(&token.head.alg, 40);
            Reason::invalid(format!("wrong algorithm: expected alg {:?}, found {found:?}", self.algorithms))
        })?;
        let claims = Arc::new(token.claims()?);
        Ok(Known::Unverified(Unverified { token, algorithm, hash, claims }))
    }

    /// Verifies with the keys at hand; `None` if they must be asked for.
    pub(super) fn verify_now(&self, unverified: &Unverified<'_>) -> Option<Result<(), Reason>> {
        let key = self.keys.known(unverified.token.head.kid.as_deref(), unverified.algorithm)?;
        Some(self.verify_with(unverified, key))
    }

    /// Verifies with the keys at hand, or with new ones.
    pub(super) async fn verify(&self, unverified: &Unverified<'_>) -> Result<(), Reason> {
        let kid = unverified.token.head.kid.as_deref();
        let key = self.keys.find(kid, unverified.algorithm).await?;
        self.verify_with(unverified, key)
    }

    fn verify_with(&self, unverified: &Unverified<'_>, key: Arc<Key>) -> Result<(), Reason> {
        let Unverified { token, algorithm, hash, claims } = unverified;
        if !key.verifies(token.signed, token.signature, *algorithm) {
            let kid = token.head.kid.as_deref().unwrap_or("without a name");
            return Err(Reason::invalid(format!(
                "wrong signature: it was not made with the key {:?} of {}, or the token was changed or cut off",
                excerpt(kid, 100),
                self.keys.source()
            )));
        }
        self.verified.insert(*hash, Arc::new(Verified { claims: Arc::clone(claims), key }));
        Ok(())
    }
}
