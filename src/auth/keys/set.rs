//! A JWK set (RFC 7517) as keys to verify with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde_json::Value;

use crate::excerpt::excerpt;

/// How many keys of one issuer are kept; the largest known ones have about ten.
const MOST: usize = 100;

/// One public key.
#[derive(Debug)]
pub(in crate::auth) struct Key {
    published: Jwk,
    decoding: DecodingKey,
    /// What it says that it is for (`alg`), if it does; `None` inside is for nothing that we know.
    named: Option<Option<Algorithm>>,
}

impl Key {
    /// Whether this key's owner signed the message.
    pub(in crate::auth) fn verifies(&self, signed: &str, signature: &str, algorithm: Algorithm) -> bool {
        jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &self.decoding, algorithm).unwrap_or(false)
    }

    fn id(&self) -> Option<&str> {
        self.published.common.key_id.as_deref()
    }

    /// Whether it is meant for signatures of this algorithm.
    fn fits(&self, algorithm: Algorithm) -> bool {
        self.decoding.family() == algorithm.family()
            && self.named.is_none_or(|named| named == Some(algorithm))
    }
}

/// The keys as they were published at one time.
#[derive(Debug, Default)]
pub(super) struct Set {
    keys: Vec<Arc<Key>>,
    /// When they were had, and until when they need not be asked for again.
    time: Option<(Instant, Instant)>,
}

impl Set {
    /// The successor of this set: keys that stay the same stay the same objects.
    pub(super) fn renewed(
        &self,
        published: Vec<Value>,
        now: Instant,
        fresh_until: Instant,
    ) -> Result<Self, String> {
        let count = published.len();
        if count > MOST {
            return Err(format!("the JWK set has {count} keys, over {MOST}"));
        }
        // One that nobody here understands harms no other (RFC 7517, 5).
        let readable = published.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        let keys: Vec<_> = readable.filter_map(|jwk| self.keep(jwk)).collect();
        if keys.is_empty() {
            return Err(format!("the JWK set has no key to verify signatures with, of {count} keys in all"));
        }
        Ok(Self { keys, time: Some((now, fresh_until)) })
    }

    fn keep(&self, published: Jwk) -> Option<Arc<Key>> {
        if let Some(same) = self.keys.iter().find(|key| key.published == published) {
            return Some(Arc::clone(same));
        }
        if matches!(published.common.public_key_use, Some(PublicKeyUse::Encryption)) {
            return None;
        }
        let decoding = DecodingKey::from_jwk(&published).ok()?;
        // A secret that is published is none: whoever reads it could sign.
        (decoding.family() != AlgorithmFamily::Hmac).then(|| {
            let named = published.common.key_algorithm.map(|name| name.to_string().parse().ok());
            Arc::new(Key { published, decoding, named })
        })
    }

    /// The key of this name; a token that names none may have been signed with the only one that fits.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<Arc<Key>, String> {
        let mut fitting = self.keys.iter().filter(|key| key.fits(algorithm));
        match kid {
            Some(kid) => match fitting.find(|key| key.id() == Some(kid)) {
                Some(key) => Ok(Arc::clone(key)),
                None if self.keys.iter().any(|key| key.id() == Some(kid)) => {
                    Err(format!("that one is not for {algorithm:?}"))
                }
                None => Err("there is none of that name".to_owned()),
            },
            None => match (fitting.next(), fitting.next()) {
                (Some(only), None) => Ok(Arc::clone(only)),
                _ => Err(format!("it takes a name (kid) to choose one for {algorithm:?}")),
            },
        }
    }

    pub(super) fn contains(&self, key: &Arc<Key>) -> bool {
        self.keys.iter().any(|known| Arc::ptr_eq(known, key))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// For how long the time of the keys is over; `None` if it is not.
    pub(super) fn age(&self, now: Instant) -> Option<Duration> {
        let (_, fresh_until) = self.time?;
        now.checked_duration_since(fresh_until)
    }

    /// How long it is since they were had.
    pub(super) fn since(&self, now: Instant) -> Duration {
        self.time.map_or(Duration::ZERO, |(had, _)| now.saturating_duration_since(had))
    }

    /// The keys' names, for messages.
    pub(super) fn names(&self) -> String {
        let names: Vec<_> = self.keys.iter().map(|key| key.id().unwrap_or("a key without a name")).collect();
        excerpt(&names.join(", "), 300).into_owned()
    }
}
