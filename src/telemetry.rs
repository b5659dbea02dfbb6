//! Log events on standard error: text for people, JSON for Cloud Logging.

use std::cell::RefCell;
use std::fmt;
use std::io::{IsTerminal as _, Write as _};

use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};

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
    let installed = if json {
        registry.with(CloudLogging.with_filter(filter)).try_init()
    } else {
        let text = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
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
    tracing::error!(place, thread = thread.name(), "panic: {message}");
}

/// Writes one JSON object a line, with the members that Cloud Logging gives a meaning.
struct CloudLogging;

thread_local! {
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for CloudLogging {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        LINE.with_borrow_mut(|line| {
            line.clear();
            write_event(event, line);
            // A closed standard error is no reason to fail a call.
            let _ = std::io::stderr().write_all(line);
        });
    }
}

fn write_event(event: &Event<'_>, line: &mut Vec<u8>) {
    let metadata = event.metadata();
    let _ = write!(
        line,
        "{{\"severity\":\"{}\",\"time\":\"{:.6}\",\"target\":",
        severity(*metadata.level()),
        jiff::Timestamp::now(),
    );
    let mut members = Members { line };
    members.value(metadata.target());
    event.record(&mut members);
    line.extend_from_slice(b"}\n");
}

/// Cloud Logging's names for levels.
fn severity(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG | Level::TRACE => "DEBUG",
    }
}

struct Members<'l> {
    line: &'l mut Vec<u8>,
}

impl Members<'_> {
    fn member(&mut self, field: &Field, value: impl serde::Serialize) {
        self.line.push(b',');
        self.value(field.name());
        self.line.push(b':');
        self.value(value);
    }

    fn value(&mut self, value: impl serde::Serialize) {
        if serde_json::to_writer(&mut *self.line, &value).is_err() {
            self.line.extend_from_slice(b"null");
        }
    }
}

impl Visit for Members<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field, json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.member(field, format_args!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    struct Collect(Arc<Mutex<Vec<u8>>>);

    impl<S: Subscriber> Layer<S> for Collect {
        fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
            write_event(event, &mut self.0.lock().expect("no panic"));
        }
    }

    #[test]
    fn an_event_is_one_json_line_with_its_severity() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let subscriber = tracing_subscriber::registry().with(Collect(Arc::clone(&lines)));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(tag = "a\n\"b\"", ms = 1.5, status = 404, absent = None::<&str>, "no {}", "luck");
        });
        let line = String::from_utf8(lines.lock().expect("no panic").clone()).expect("text");
        let event: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(event["severity"], "WARNING");
        assert_eq!(event["message"], "no luck");
        assert_eq!(
            (&event["tag"], &event["ms"], &event["status"]),
            (&json!("a\n\"b\""), &json!(1.5), &json!(404))
        );
        assert!(event["time"].as_str().expect("a time").ends_with('Z'));
        assert!(event.get("absent").is_none());
    }
}
