//! Which call each thread works on: told when it panics, and when it does not let go of its thread.
//!
//! A handler that blocks holds a thread that others need. It is noticed while it does, by a thread
//! that looks at all others from time to time, and at the latest when it lets go. Each poll of a
//! handler costs two looks at the clock and a lock that nobody else wants.
//!
//! One that was seen to block gets threads of its own for a while, as if it had been registered so.

use std::cell::OnceCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytestring::ByteString;

use super::told::Told;
use crate::excerpt::excerpt;

/// So much of a tag is kept.
const LONGEST: usize = 256;
/// How often the threads are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A call that a thread works on.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) tag: ByteString,
    pub(crate) request_id: Arc<str>,
    /// How long it may hold its thread; zero for as long as it likes.
    patience: Duration,
    /// Whether it holds a thread of connections, not one of handlers.
    inline: bool,
    warned: AtomicBool,
}

#[derive(Debug, Default)]
struct Slot(Mutex<Option<Work>>);

#[derive(Debug, Clone)]
struct Work {
    running: Arc<Running>,
    since: Instant,
    /// Whether the thread is made for blocking.
    may_block: bool,
}

static SLOTS: Mutex<Vec<Weak<Slot>>> = Mutex::new(Vec::new());
static TOLD: Mutex<Option<Told>> = Mutex::new(None);
static HELD: AtomicUsize = AtomicUsize::new(0);
/// Spares calls the look into a list that is mostly empty.
static ANY_TOLD: AtomicBool = AtomicBool::new(false);

thread_local! {
    static SLOT: OnceCell<Arc<Slot>> = const { OnceCell::new() };
}

impl Running {
    pub(crate) fn new(tag: ByteString, request_id: Arc<str>, patience: Duration, inline: bool) -> Arc<Self> {
        if !patience.is_zero() {
            look_after_threads();
        }
        Arc::new(Self {
            tag: if tag.len() > LONGEST { excerpt(&tag, LONGEST).into_owned().into() } else { tag },
            request_id,
            patience,
            inline,
            warned: AtomicBool::new(false),
        })
    }

    /// Does `work`, known to be this call's whenever it is polled.
    pub(crate) async fn watch<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            let _entered = Entered::new(&self, false);
            work.as_mut().poll(context)
        })
        .await
    }

    /// Does `work` on a thread that may be held.
    pub(crate) fn block<R>(running: Option<Arc<Self>>, work: impl FnOnce() -> R) -> R {
        let _entered = running.map(|running| Entered::new(&running, true));
        work()
    }

    /// Warns, once a call and not often for a tag.
    fn warn(&self, held: Duration, still: bool) {
        if self.warned.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut told = lock(&TOLD);
        let told = told.get_or_insert_default();
        let due = told.is_due(&self.tag, Instant::now());
        ANY_TOLD.store(!told.is_empty(), Ordering::Relaxed);
        if !due {
            return;
        }
        let ms = held.as_millis() as u64;
        let (thread, cure) = if self.inline {
            ("a thread of connections", "without inline(), or as `blocking(handler)`")
        } else {
            ("a thread of handlers", "as `blocking(handler)`")
        };
        let how = if still { "has held" } else { "held" };
        tracing::warn!(
            target: "rejoinder::blocking",
            tag = &*self.tag, request_id = &*self.request_id, ms, still_running = still,
            "the handler of {:?} {how} {thread} for {ms} ms without awaiting; others wait for that \
             thread. Register it {cure}. For a minute its calls get threads of their own",
            self.tag
        );
    }
}

/// Whether a handler of this tag was seen to block within the last minute.
pub(crate) fn is_seen_blocking(tag: &str) -> bool {
    ANY_TOLD.load(Ordering::Relaxed)
        && lock(&TOLD).as_ref().is_some_and(|told| told.is_known(&excerpt(tag, LONGEST), Instant::now()))
}

/// How many threads of handlers are held by what does not let go of them.
pub(crate) fn held_threads() -> usize {
    HELD.load(Ordering::Relaxed)
}

/// The call that this thread works on.
pub(crate) fn current() -> Option<Arc<Running>> {
    // A thread that ends has no slot any more.
    let slot = SLOT.try_with(|slot| slot.get().cloned()).ok().flatten()?;
    let work = lock(&slot.0);
    work.as_ref().map(|work| Arc::clone(&work.running))
}

/// A thread's work until this is dropped.
struct Entered {
    slot: Option<Arc<Slot>>,
    before: Option<Work>,
}

impl Entered {
    fn new(running: &Arc<Running>, may_block: bool) -> Self {
        let slot = SLOT.try_with(|slot| Arc::clone(slot.get_or_init(Slot::listed))).ok();
        let work = Work { running: Arc::clone(running), since: Instant::now(), may_block };
        let before = slot.as_ref().and_then(|slot| lock(&slot.0).replace(work));
        Self { slot, before }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let Some(slot) = &self.slot else { return };
        let done = std::mem::replace(&mut *lock(&slot.0), self.before.take());
        if let Some(held) = done.as_ref().and_then(Work::too_long)
            && let Some(work) = &done
        {
            work.running.warn(held, false);
        }
    }
}

impl Work {
    /// How long it has held its thread, if that is too long.
    fn too_long(&self) -> Option<Duration> {
        let patience = self.running.patience;
        if self.may_block || patience.is_zero() {
            return None;
        }
        Some(self.since.elapsed()).filter(|held| *held >= patience)
    }
}

impl Slot {
    fn listed() -> Arc<Self> {
        let slot = Arc::new(Self::default());
        let mut slots = lock(&SLOTS);
        slots.retain(|slot| slot.strong_count() > 0);
        slots.push(Arc::downgrade(&slot));
        slot
    }
}

fn look_after_threads() {
    static START: Once = Once::new();
    START.call_once(|| {
        let look = || {
            loop {
                std::thread::sleep(LOOK_EVERY);
                let slots: Vec<_> = lock(&SLOTS).iter().filter_map(Weak::upgrade).collect();
                let mut handlers = 0;
                for slot in slots {
                    let work = lock(&slot.0).clone();
                    if let Some(work) = work
                        && let Some(held) = work.too_long()
                    {
                        handlers += usize::from(!work.running.inline);
                        work.running.warn(held, true);
                    }
                }
                HELD.store(handlers, Ordering::Relaxed);
            }
        };
        // Without it, what blocks is still told of when it lets go.
        let _ = std::thread::Builder::new().name("watchdog".to_owned()).spawn(look);
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thread_knows_its_call_while_it_polls_it() {
        let running = |tag| Running::new(ByteString::from_static(tag), "r".into(), Duration::ZERO, false);
        assert!(current().is_none());
        let tag = || current().map(|running| running.tag.to_string());
        let inner = async {
            tokio::task::yield_now().await;
            let blocked = Running::block(Some(running("blocked")), tag);
            (blocked, tag())
        };
        let mut watched = pin!(running("order").watch(inner));
        let first = futures_util::FutureExt::now_or_never(watched.as_mut());
        assert!(first.is_none() && current().is_none(), "only while it is polled");
        assert_eq!(watched.await, (Some("blocked".to_owned()), Some("order".to_owned())));
        assert!(current().is_none());
    }

    #[test]
    fn only_what_may_not_block_is_too_long() {
        let since = Instant::now().checked_sub(Duration::from_secs(1)).expect("a second ago");
        let too_long = |patience, may_block| {
            let running = Running::new("t".into(), "r".into(), Duration::from_millis(patience), false);
            Work { running, since, may_block }.too_long().is_some()
        };
        assert!(too_long(100, false));
        assert!(!too_long(100, true) && !too_long(0, false) && !too_long(60_000, false));
    }
}
