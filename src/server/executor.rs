//! The threads that handlers run on.
//!
//! A connection's thread serves many connections, so a handler that blocks must not run there.
//! Handlers run on a runtime of several threads, where the others go on when one is held.

use std::future::Future;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};
use tokio::task::JoinHandle;

/// With fewer threads than this, a few blocking handlers would hold everything.
const FEWEST: usize = 4;

/// How many threads handlers get: `configured`, or one a core and at least four.
pub(crate) fn threads(configured: usize) -> usize {
    if configured > 0 {
        return configured;
    }
    std::thread::available_parallelism().map_or(FEWEST, |cores| cores.get().max(FEWEST))
}

/// What threads a handler gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threads {
    /// Those of all handlers.
    Shared,
    /// One of its own, which it may hold as long as it likes.
    Own,
}

/// Runs a call's work.
pub(crate) fn spawn<F>(shared: &Handle, work: F, threads: Threads) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    // Timers and sockets of a runtime stand still when all of its threads are held, so what must go
    // on whatever the shared ones do has a runtime of its own, made when it is needed first. Nothing
    // runs on the threads of that one but its timers and sockets, so they are never held.
    static SPARE: OnceLock<Option<Runtime>> = OnceLock::new();
    let make = || {
        let mut spare = Builder::new_multi_thread();
        spare.worker_threads(1).thread_name("spare-handler").enable_all().build().ok()
    };
    match threads {
        Threads::Shared => shared.spawn(work),
        Threads::Own => {
            let spare = SPARE.get_or_init(make).as_ref().map_or(shared, Runtime::handle).clone();
            let entered = spare.clone();
            spare.spawn_blocking(move || entered.block_on(work))
        }
    }
}

/// The current runtime if it has that many threads, else one of our own that the process keeps.
pub(crate) fn handle(threads: usize) -> std::io::Result<Handle> {
    static OWN: OnceLock<Runtime> = OnceLock::new();
    if let Ok(current) = Handle::try_current()
        && current.runtime_flavor() == RuntimeFlavor::MultiThread
        && current.metrics().num_workers() >= threads
    {
        return Ok(current);
    }
    if let Some(own) = OWN.get() {
        return Ok(own.handle().clone());
    }
    let runtime =
        Builder::new_multi_thread().worker_threads(threads).thread_name("handler").enable_all().build()?;
    Ok(OWN.get_or_init(|| runtime).handle().clone())
}
