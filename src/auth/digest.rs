//! Comparing secrets without telling how close a guess was.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

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
