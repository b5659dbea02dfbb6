//! What the checks share: taking one header, and comparing without telling.

use actix_web::http::header::{HeaderMap, HeaderName};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The value of a header that may stand only once.
pub(super) fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<&'h [u8], String> {
    let mut values = headers.get_all(name);
    let value = values.next().ok_or_else(|| format!("{name} is missing"))?;
    match values.next() {
        None => Ok(value.as_bytes()),
        // Which of two is meant is anybody's guess, and an attacker's game.
        Some(_) => Err(format!("{name} stands more than once")),
    }
}

/// A secret's hash. Comparing hashes takes the same time whatever was sent, its length included.
#[derive(Clone)]
pub(super) struct Digest([u8; 32]);

impl Digest {
    pub(super) fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    pub(super) fn matches(&self, sent: &[u8]) -> bool {
        self.equals(&Self::of(sent))
    }

    pub(super) fn equals(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}
