//! The public keys of an issuer, as it publishes them now.
//!
//! They are asked for when the server starts, when the time is over that the issuer gave them, and when a
//! token names a key that is not among them: for that reason once a minute at most, whatever callers send.
//! While the issuer cannot be reached, the keys of before go on. A call that needs no new key waits for
//! nothing and takes no lock.

mod fetch;
mod pace;
mod set;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use jsonwebtoken::Algorithm;
use tokio::runtime::Handle;

use super::reason::Reason;
use crate::clock::Clock;
use crate::excerpt::excerpt;

use fetch::Fetched;
pub(super) use fetch::Source;
use pace::{Pace, Why};
pub(super) use set::Key;
use set::Set;

/// How long past their time keys are used before a call waits for new ones: an idle server asks late.
const VERY_STALE: Duration = Duration::from_secs(3600);

/// The keys of one issuer.
pub(super) struct Keys {
    source: Source,
    clock: Clock,
    set: ArcSwap<Set>,
    asking: Mutex<Asking>,
    runtime: OnceLock<Handle>,
}

#[derive(Default)]
struct Asking {
    pace: Pace,
    running: Option<Shared<BoxFuture<'static, ()>>>,
    /// What the last attempt failed of.
    failure: Option<String>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Keys {
    /// Asks nobody until [`Keys::start`], or until the first token comes.
    pub(super) fn new(source: Source, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            source,
            clock,
            set: ArcSwap::from_pointee(Set::default()),
            asking: Mutex::default(),
            runtime: OnceLock::new(),
        })
    }

    /// Where they come from.
    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// Asks for them on `runtime` from now on, for the first time at once.
    pub(super) fn start(self: &Arc<Self>, runtime: &Handle) {
        let _ = self.runtime.set(runtime.clone());
        self.ask(Why::NoKeys);
    }

    /// The key that a token names, if it is known and its time is not long over.
    pub(super) fn known(self: &Arc<Self>, kid: Option<&str>, algorithm: Algorithm) -> Option<Arc<Key>> {
        let set = self.set.load();
        let key = set.find(kid, algorithm).ok()?;
        match set.age(self.clock.now()) {
            None => Some(key),
            Some(over) if over < VERY_STALE => {
                self.ask(Why::Stale);
                Some(key)
            }
            Some(_) => None,
        }
    }

    /// Whether this key is still one of them.
    pub(super) fn holds(self: &Arc<Self>, key: &Arc<Key>) -> bool {
        let set = self.set.load();
        match set.age(self.clock.now()) {
            None => {}
            Some(over) if over < VERY_STALE => drop(self.ask(Why::Stale)),
            Some(_) => return false,
        }
        set.contains(key)
    }

    /// The key that a token names, asked for if need be.
    pub(super) async fn find(
        self: &Arc<Self>,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Arc<Key>, Reason> {
        // Twice: the first may join an attempt that began before the key was published.
        for _ in 0..2 {
            if let Some(key) = self.known(kid, algorithm) {
                return Ok(key);
            }
            let why = match &**self.set.load() {
                set if set.is_empty() => Why::NoKeys,
                set if set.find(kid, algorithm).is_ok() => Why::Stale,
                _ => Why::UnknownKey,
            };
            match self.ask(why) {
                Some(asked) => asked.await,
                None => break,
            }
        }
        // Keys of before are better than none while the issuer is down.
        let set = self.set.load();
        set.find(kid, algorithm).map_err(|missing| self.explain(&set, kid, &missing))
    }

    fn explain(&self, set: &Set, kid: Option<&str>, missing: &str) -> Reason {
        let failure = self.lock().failure.clone();
        if set.is_empty() {
            let cause = failure.unwrap_or_else(|| "they were not asked for yet".to_owned());
            return Reason::unjudged(format!("no keys could be had from {}: {cause}", self.source));
        }
        let kid = kid.map_or("none".to_owned(), |kid| format!("{:?}", excerpt(kid, 100)));
        let seconds = set.since(self.clock.now()).as_secs();
        let failure = failure.map(|cause| format!("; asking again failed: {cause}")).unwrap_or_default();
        Reason::invalid(format!(
            "wrong key: the token names the key {kid}, and {missing}; {} had {} {seconds} s ago{failure}",
            self.source,
            set.names()
        ))
    }

    /// Asks for new keys, or joins who does; `None` if that may not be done now.
    fn ask(self: &Arc<Self>, why: Why) -> Option<Shared<BoxFuture<'static, ()>>> {
        let mut asking = self.lock();
        if let Some(running) = &asking.running {
            return Some(running.clone());
        }
        if !asking.pace.permits(why, self.clock.now()) {
            return None;
        }
        // A caller that goes away must not end what others wait for: it is a task of its own.
        let runtime = self.runtime.get().cloned().or_else(|| Handle::try_current().ok())?;
        let this = Arc::clone(self);
        let task = runtime.spawn(async move { this.fetch().await });
        let running = async move { drop(task.await) }.boxed().shared();
        asking.running = Some(running.clone());
        Some(running)
    }

    async fn fetch(&self) {
        let fetched = self.source.fetch().await;
        self.source.count(fetched.is_ok());
        let now = self.clock.now();
        let before = self.set.load_full();
        let renewed =
            fetched.and_then(|Fetched { keys, fresh_for }| before.renewed(keys, now, now + fresh_for));
        let mut asking = self.lock();
        asking.running = None;
        match renewed {
            Ok(set) => {
                if set.names() != before.names() {
                    tracing::info!(target: "rejoinder::auth", source = %self.source, keys = set.names(), "keys of an issuer");
                }
                self.set.store(Arc::new(set));
                asking.failure = None;
            }
            Err(cause) => {
                tracing::warn!(
                    target: "rejoinder::auth", source = %self.source, error = cause.as_str(),
                    "the keys of an issuer cannot be had; {}",
                    if before.is_empty() { "its tokens cannot be judged until then" } else { "those of before go on" }
                );
                asking.failure = Some(cause);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Asking> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
