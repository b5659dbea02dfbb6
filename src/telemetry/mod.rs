//! Log events on standard error, text for people or JSON for Cloud Logging; numbers for Prometheus; traces.

mod cloud_logging;
pub(crate) mod metrics;
mod running;
mod text;
mod told;
pub(crate) mod trace;
mod writer;

use std::io::IsTerminal as _;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

pub(crate) use running::{Running, current as running, held_threads, is_seen_blocking};

use crate::config::{Log, LogFormat};

/// The target of the event that each call is.
pub(crate) const ACCESS: &str = "rejoinder::access";

/// Sends log events to standard error, as `[log]` says, and the place of every panic with them.
///
/// If the program has a subscriber already, that one stays.
pub(crate) fn install(log: &Log) {
    let terminal = std::io::stderr().is_terminal();
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !terminal,
    };
    // The configuration has checked it.
    let filter: Targets = log.level.parse().unwrap_or_default();
    let registry = tracing_subscriber::registry();
    let cloud = cloud_logging::CloudLogging { project: log.project.clone() };
    let installed = if json {
        registry.with(cloud.with_filter(filter)).try_init()
    } else {
        let text = tracing_subscriber::fmt::layer().fmt_fields(text::ForPeople);
        let text = text.with_writer(std::io::stderr).with_target(false);
        // On a terminal the variable NO_COLOR decides.
        let text = if terminal { text } else { text.with_ansi(false) };
        registry.with(text.with_filter(filter)).try_init()
    };
    if installed.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    // Other threads panic too, those of the program's own.
    let running = running();
    tracing::error!(
        place,
        thread = thread.name(),
        tag = running.as_ref().map(|running| &*running.tag),
        request_id = running.as_ref().map(|running| &*running.request_id),
        "panic: {message}"
    );
}

/// Writes what is still held back. Called when the server ends.
pub(crate) fn flush() {
    writer::flush();
}
