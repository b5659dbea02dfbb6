//! The digest of a secret that may change while the server runs.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::digest::Digest;
use crate::config::Secret;

/// A secret, and the digest of its value, computed anew when that changes.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    secret: Secret,
    /// What stands before the secret in what callers send.
    prefix: String,
    computed: Arc<ArcSwap<(u64, Digest)>>,
}

impl Watched {
    pub(super) fn new(prefix: String, secret: &Secret) -> Self {
        let computed = Arc::new(ArcSwap::from_pointee(compute(&prefix, secret)));
        Self { secret: secret.clone(), prefix, computed }
    }

    /// The digest of the value as it is now.
    pub(super) fn digest(&self) -> Digest {
        let computed = self.computed.load();
        if computed.0 == self.secret.version() {
            return computed.1.clone();
        }
        let anew = compute(&self.prefix, &self.secret);
        let digest = anew.1.clone();
        self.computed.store(Arc::new(anew));
        digest
    }
}

fn compute(prefix: &str, secret: &Secret) -> (u64, Digest) {
    // The version first: a change in between is then seen the next time.
    let version = secret.version();
    (version, Digest::of(format!("{prefix}{}", &*secret.expose()).as_bytes()))
}
