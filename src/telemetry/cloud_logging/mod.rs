//! One JSON object a line, with the members that Cloud Logging gives a meaning.

mod members;
mod numbers;

use std::cell::{Cell, RefCell};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::writer;
use members::{Members, name_of_member, value};

/// Writes events as Cloud Logging reads them.
pub(super) struct CloudLogging {
    /// The project that traces belong to; empty if nobody knows it.
    pub(super) project: String,
}

impl<S: Subscriber> Layer<S> for CloudLogging {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        // What explains a crash must not wait for it.
        let urgent = *event.metadata().level() == Level::ERROR;
        writer::append(urgent, |line| write_event(event, &self.project, line));
    }
}

/// What goes into objects of its own, gathered while the rest is written.
#[derive(Default)]
struct Nested {
    labels: Vec<u8>,
    http_request: Vec<u8>,
}

thread_local! {
    static NESTED: Cell<Nested> = const { Cell::new(Nested { labels: Vec::new(), http_request: Vec::new() }) };
}

fn write_event(event: &Event<'_>, project: &str, line: &mut Vec<u8>) {
    let metadata = event.metadata();
    line.extend_from_slice(b"{\"severity\":\"");
    line.extend_from_slice(severity(*metadata.level()).as_bytes());
    line.extend_from_slice(b"\",\"time\":\"");
    write_time(jiff::Timestamp::now(), line);
    line.extend_from_slice(b"\",\"target\":");
    value(line, metadata.target());
    // Taken, not borrowed: a value may log while it is written.
    let mut nested = NESTED.take();
    let access = metadata.target() == super::ACCESS;
    let mut members = Members { line, nested: &mut nested, project, access, traced: false };
    event.record(&mut members);
    members.finish();
    for (name, object) in [(LABELS, &mut nested.labels), ("httpRequest", &mut nested.http_request)] {
        if let Some((_comma, object)) = object.split_first() {
            name_of_member(line, name);
            line.push(b'{');
            line.extend_from_slice(object);
            line.push(b'}');
        }
        object.clear();
    }
    NESTED.set(nested);
    line.extend_from_slice(b"}\n");
}

const LABELS: &str = "logging.googleapis.com/labels";
const TRACE: &str = "logging.googleapis.com/trace";
const SPAN: &str = "logging.googleapis.com/spanId";
const SAMPLED: &str = "logging.googleapis.com/trace_sampled";

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
    line.push(b'.');
    numbers::micros(line, now.subsec_microsecond().unsigned_abs());
    line.push(b'Z');
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

#[cfg(test)]
mod tests;
