//! The threads that handlers run on.
//!
//! A connection's thread serves many connections, so a handler that blocks must not run there.
//! Handlers run on a runtime of several threads, where the others go on when one is held.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

/// With fewer threads than this, a few blocking handlers would hold everything.
const FEWEST: usize = 4;

/// How many threads handlers get: `configured`, or one a core and at least four.
pub(crate) fn threads(configured: usize) -> usize {
    if configured > 0 {
        return configured;
    }
    std::thread::available_parallelism().map_or(FEWEST, |cores| cores.get().max(FEWEST))
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
