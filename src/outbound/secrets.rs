//! The secrets that are kept elsewhere: read before they are needed, and again while the server runs.
//!
//! A value that cannot be read again stays as it was last: nothing stops working because Secret
//! Manager does.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use futures_util::future::join_all;

use super::google::Google;
use super::secret_manager::{SecretError, SecretManager};
use super::single::Single;
use super::{Clock, Outbound};
use crate::config::secret::read_file;
use crate::config::{self, Exposed, Secret, SecretOrigin, SecretVersion};

/// How old a numbered version may become: it cannot change, but it can be destroyed.
const NUMBERED: Duration = Duration::from_secs(3600);

/// The longest time between two looks at what is due.
const TICK: Duration = Duration::from_secs(60);

/// The secrets of a server. Clones share them.
#[derive(Clone)]
pub struct Secrets(Arc<Shared>);

struct Shared {
    manager: SecretManager,
    references: Vec<Reference>,
    /// What webhooks and settings take from Secret Manager, as long as they do.
    versions: Mutex<HashMap<SecretVersion, Weak<Version>>>,
    max_age: Duration,
    clock: Clock,
}

/// A secret of the settings that is kept elsewhere.
struct Reference {
    path: String,
    secret: Secret,
    /// Where that is, if it is Secret Manager.
    version: Option<Arc<Version>>,
    failing: AtomicBool,
}

/// A version in Secret Manager, and what it held when it was last read.
pub(crate) struct Version {
    name: SecretVersion,
    value: ArcSwapOption<Held>,
    single: Single<SecretError>,
    failing: AtomicBool,
}

#[derive(Clone)]
struct Held {
    value: Exposed,
    read: Instant,
}

/// Secrets of the settings that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("secrets of the settings cannot be read:{}", .faults.iter().map(|fault| format!("\n- {fault}")).collect::<String>())]
pub struct SecretsError {
    /// Each with the key that it stands at.
    pub faults: Vec<String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("references", &self.0.references.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Version").field(&self.name).finish()
    }
}

impl Secrets {
    /// Those of these settings, none of which is read yet.
    pub(crate) fn new(
        settings: &config::Secrets,
        references: &[(String, Secret)],
        outbound: &Outbound,
        google: Google,
    ) -> Self {
        let mut versions: HashMap<SecretVersion, Weak<Version>> = HashMap::new();
        let mut reference = |(path, secret): &(String, Secret)| {
            let version = match secret.origin() {
                SecretOrigin::Manager(name) => Some(registered(&mut versions, name)),
                _ => None,
            };
            Reference { path: path.clone(), secret: secret.clone(), version, failing: AtomicBool::new(false) }
        };
        let references = references.iter().map(&mut reference).collect();
        Self(Arc::new(Shared {
            manager: SecretManager::new(&settings.endpoint, outbound, google),
            references,
            versions: Mutex::new(versions),
            max_age: settings.max_age,
            clock: outbound.clock().clone(),
        }))
    }

    /// Reads the secrets that the settings take from Secret Manager and that were not read yet.
    ///
    /// # Errors
    ///
    /// All that cannot be read, each with what helps.
    pub async fn resolve(&self) -> Result<(), SecretsError> {
        let references =
            self.0.references.iter().filter_map(|reference| Some((reference, reference.version.as_ref()?)));
        let read = references.map(|(reference, version)| async move {
            let value = self.value(version).await.map_err(|error| format!("{}: {error}", reference.path))?;
            reference.secret.replace(&value);
            Ok(())
        });
        let outcomes = join_all(read).await;
        let faults: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
        if faults.is_empty() { Ok(()) } else { Err(SecretsError { faults }) }
    }

    /// Reads everything again, files too; what cannot be read stays as it was.
    pub async fn refresh(&self) {
        self.files().await;
        join_all(self.versions().iter().map(|version| self.again(version))).await;
    }

    /// Those that could not be read the last time, and whether a value from before is used.
    pub(crate) fn unreadable(&self) -> Vec<(String, bool)> {
        let files = self.0.references.iter().filter(|reference| reference.failing.load(Ordering::Relaxed));
        // What the settings name was read once, or the server would not have started.
        let files = files.map(|reference| (reference.path.clone(), true));
        let versions = self.versions().into_iter().filter(|version| version.failing.load(Ordering::Relaxed));
        let mut versions: Vec<_> = versions
            .map(|version| (version.name.as_str().to_owned(), version.value.load().is_some()))
            .collect();
        versions.sort_unstable();
        files.chain(versions).collect()
    }

    /// A version that a webhook needs; it is read with the first look for what is due, or when it is needed.
    pub(crate) fn version(&self, name: &SecretVersion) -> Arc<Version> {
        let mut versions = self.0.versions.lock().unwrap_or_else(PoisonError::into_inner);
        versions.retain(|_, version| version.strong_count() > 0);
        registered(&mut versions, name)
    }

    /// What it holds: as it was last read, or read now if it never was.
    pub(crate) async fn value(&self, version: &Version) -> Result<Exposed, SecretError> {
        let known = || version.value.load().as_ref().map(|held| held.value.clone());
        version.single.get(known, self.read(version)).await
    }

    /// Reads again and again what became too old, for as long as it is polled.
    pub(crate) async fn keep_fresh(self) {
        let tick = self.0.max_age.min(TICK);
        loop {
            self.refresh_due(tick / 2).await;
            tokio::time::sleep(tick).await;
        }
    }

    /// Reads files again, and what becomes too old within this time.
    async fn refresh_due(&self, soon: Duration) {
        self.files().await;
        let now = self.0.clock.now();
        let due = |version: &Arc<Version>| {
            let bound = if version.name.is_alias() { self.0.max_age } else { NUMBERED };
            let held = version.value.load();
            held.as_ref().is_none_or(|held| now.saturating_duration_since(held.read) + soon >= bound)
        };
        let versions = self.versions();
        join_all(versions.iter().filter(|version| due(version)).map(|version| self.again(version))).await;
    }

    async fn again(&self, version: &Version) {
        let outcome = version.single.anew(self.read(version)).await;
        match outcome {
            Ok(_) => {
                if version.failing.swap(false, Ordering::Relaxed) {
                    tracing::info!(target: "rejoinder::secrets", secret = version.name.as_str(), "can be read again");
                }
            }
            Err(error) => {
                // Told once: the same every minute would bury everything else.
                if !version.failing.swap(true, Ordering::Relaxed) {
                    let kept = version.value.load().is_some();
                    tracing::warn!(target: "rejoinder::secrets", last_value_kept = kept, "{error}");
                }
            }
        }
    }

    /// Asks for it, and gives its value to all who have it.
    async fn read(&self, version: &Version) -> Result<Exposed, SecretError> {
        let read = self.0.clock.now();
        let found = self.0.manager.access(&version.name).await?;
        let value = found.value;
        let changed = version.value.load().as_ref().is_some_and(|held| *held.value != *value);
        version.value.store(Some(Arc::new(Held { value: value.clone(), read })));
        for reference in &self.0.references {
            if reference.version.as_ref().is_some_and(|known| known.name == version.name) {
                reference.secret.replace(&value);
            }
        }
        if changed {
            tracing::info!(
                target: "rejoinder::secrets", secret = version.name.as_str(), version = found.name, "has a new value"
            );
        }
        Ok(value)
    }

    fn versions(&self) -> Vec<Arc<Version>> {
        let versions = self.0.versions.lock().unwrap_or_else(PoisonError::into_inner);
        versions.values().filter_map(Weak::upgrade).collect()
    }

    async fn files(&self) {
        for reference in &self.0.references {
            let SecretOrigin::File(path) = reference.secret.origin() else { continue };
            let path = path.clone();
            // A file may be far away, and slow.
            let Ok(read) = tokio::task::spawn_blocking(move || read_file(&path)).await else { continue };
            match read {
                Ok(text) => {
                    reference.failing.store(false, Ordering::Relaxed);
                    if reference.secret.replace(&text) {
                        tracing::info!(target: "rejoinder::secrets", key = reference.path, "the file has a new secret");
                    }
                }
                Err(reason) => {
                    if !reference.failing.swap(true, Ordering::Relaxed) {
                        tracing::warn!(
                            target: "rejoinder::secrets", key = reference.path, last_value_kept = true, "{reason}"
                        );
                    }
                }
            }
        }
    }
}

fn registered(versions: &mut HashMap<SecretVersion, Weak<Version>>, name: &SecretVersion) -> Arc<Version> {
    if let Some(known) = versions.get(name).and_then(Weak::upgrade) {
        return known;
    }
    let version = Arc::new(Version {
        name: name.clone(),
        value: ArcSwapOption::empty(),
        single: Single::default(),
        failing: AtomicBool::new(false),
    });
    versions.insert(name.clone(), Arc::downgrade(&version));
    version
}

#[cfg(test)]
mod tests;
