//! Values that must not be seen, and where they are kept.

mod source;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use secrecy::{ExposeSecret as _, SecretString};

pub use source::SecretVersion;
pub(super) use source::resolve;
pub(crate) use source::{read as read_file, text as source_text};

/// A password or token, which prints as `***`.
///
/// Clones are one secret: where it is kept elsewhere, all of them get its new value when it changes.
#[derive(Clone)]
pub struct Secret(Arc<Held>);

struct Held {
    value: ArcSwap<SecretString>,
    /// How often the value was replaced.
    version: AtomicU64,
    origin: SecretOrigin,
}

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretOrigin {
    /// In the settings or the environment: it never changes.
    Settings,
    /// In a file, which is read again.
    File(std::path::PathBuf),
    /// In Secret Manager, which is asked before the server starts and again later.
    Manager(SecretVersion),
}

/// The text of a secret as it is now; wiped when nobody has it any more.
pub struct Exposed(Arc<SecretString>);

impl Secret {
    /// A secret that is kept elsewhere. Until its value comes it is a random text, which nobody can know.
    pub(super) fn unread(origin: SecretOrigin) -> Self {
        Self::with(unknowable(), origin)
    }

    pub(super) fn with(text: String, origin: SecretOrigin) -> Self {
        let value = ArcSwap::from_pointee(SecretString::from(text));
        Self(Arc::new(Held { value, version: AtomicU64::new(0), origin }))
    }

    /// The secret itself, for comparing or sending it; never for a message.
    #[must_use]
    pub fn expose(&self) -> Exposed {
        Exposed(self.0.value.load_full())
    }

    /// A number that grows when the value changes: what was computed from it is to be computed anew.
    ///
    /// Take it before the value: a change in between is then seen the next time.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.0.version.load(Ordering::Acquire)
    }

    /// Where it is kept.
    #[must_use]
    pub fn origin(&self) -> &SecretOrigin {
        &self.0.origin
    }

    /// Replaces the value in all clones; tells whether it is another one.
    pub(crate) fn replace(&self, text: &str) -> bool {
        let changed = self.0.value.load().expose_secret() != text;
        if changed {
            self.0.value.store(Arc::new(SecretString::from(text.to_owned())));
            self.0.version.fetch_add(1, Ordering::Release);
        }
        changed
    }
}

/// 128 bits of chance as text.
fn unknowable() -> String {
    let mut bytes = [0; 16];
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    if provider.secure_random.fill(&mut bytes).is_err() {
        // Without chance from the system no connection is safe either: an accepted guess is the lesser evil to prevent.
        let seed = || std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0_u8);
        return format!("{:016x}{:016x}", seed(), seed());
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Default for Secret {
    fn default() -> Self {
        Self::unread(SecretOrigin::Settings)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::with(text, SecretOrigin::Settings)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Exposed {
    fn from(text: String) -> Self {
        Self(Arc::new(text.into()))
    }
}

impl Clone for Exposed {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Deref for Exposed {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_clones_get_a_new_value_and_can_tell() {
        let secret = Secret::from("old".to_owned());
        let clone = secret.clone();
        let (before, old) = (clone.version(), clone.expose());
        assert!(!secret.replace("old") && clone.version() == before);
        assert!(secret.replace("new") && clone.version() > before);
        assert_eq!((&*clone.expose(), &*old), ("new", "old"));
        assert_eq!(format!("{secret:?} {old:?}"), "*** ***");
    }

    #[test]
    fn what_was_not_read_yet_matches_nothing_that_anybody_knows() {
        let (one, other) = (Secret::default(), Secret::default());
        assert_eq!(one.expose().len(), 32);
        assert_ne!(&*one.expose(), &*other.expose());
    }
}
