//! One JSON object a line, with the members that Cloud Logging gives a meaning.

use std::cell::RefCell;
use std::fmt;
use std::io::Write as _;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::writer;

/// Writes events as Cloud Logging reads them.
pub(super) struct CloudLogging;

impl<S: Subscriber> Layer<S> for CloudLogging {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        // What explains a crash must not wait for it.
        let urgent = *event.metadata().level() == Level::ERROR;
        writer::append(urgent, |line| write_event(event, line));
    }
}

fn write_event(event: &Event<'_>, line: &mut Vec<u8>) {
    let metadata = event.metadata();
    line.extend_from_slice(b"{\"severity\":\"");
    line.extend_from_slice(severity(*metadata.level()).as_bytes());
    line.extend_from_slice(b"\",\"time\":\"");
    write_time(jiff::Timestamp::now(), line);
    line.extend_from_slice(b"\",\"target\":");
    let mut members = Members { line };
    members.value(metadata.target());
    event.record(&mut members);
    line.extend_from_slice(b"}\n");
}

/// RFC 3339 with microseconds. The text of a second serves all of its events.
fn write_time(now: jiff::Timestamp, line: &mut Vec<u8>) {
    thread_local! {
        static SECOND: RefCell<(i64, String)> = const { RefCell::new((i64::MIN, String::new())) };
    }
    SECOND.with_borrow_mut(|(second, text)| {
        if *second != now.as_second() {
            *second = now.as_second();
            *text = format!("{now:.0}");
            // The Z comes behind the microseconds.
            text.pop();
        }
        line.extend_from_slice(text.as_bytes());
    });
    let _ = write!(line, ".{:06}Z", now.subsec_microsecond());
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
        self.name(field);
        self.value(value);
    }

    fn name(&mut self, field: &Field) {
        // Names come from our own and our users' sources, and hold nothing to escape.
        self.line.extend_from_slice(b",\"");
        self.line.extend_from_slice(field.name().as_bytes());
        self.line.extend_from_slice(b"\":");
    }

    fn value(&mut self, value: impl serde::Serialize) {
        if serde_json::to_writer(&mut *self.line, &value).is_err() {
            self.line.extend_from_slice(b"null");
        }
    }
}

impl Visit for Members<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        let plain = value.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
        if !plain {
            return self.member(field, value);
        }
        self.name(field);
        self.line.push(b'"');
        self.line.extend_from_slice(value.as_bytes());
        self.line.push(b'"');
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // NaN becomes null.
        self.member(field, value);
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

    use tracing_subscriber::layer::SubscriberExt as _;

    use serde_json::json;

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
