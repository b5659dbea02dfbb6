//! The fields of an event, each where Cloud Logging looks for it.

use std::fmt;
use std::io::Write as _;

use tracing::field::{Field, Visit};

use super::super::trace::Trace;
use super::{Nested, SAMPLED, SPAN, TRACE, numbers};

/// Writes each field to its place.
pub(super) struct Members<'l> {
    pub(super) line: &'l mut Vec<u8>,
    pub(super) nested: &'l mut Nested,
    pub(super) project: &'l str,
    /// Whether it is the event of a call, whose numbers belong to its HTTP request as well.
    pub(super) access: bool,
    /// Whether the event named its trace itself.
    pub(super) traced: bool,
}

impl Members<'_> {
    /// Writes what comes as text where its name belongs.
    fn text(&mut self, field: &Field, text: impl serde::Serialize + fmt::Display) {
        match field.name() {
            name if is_label(field) => member(&mut self.nested.labels, name, text),
            "trace_id" => self.trace(&text),
            "span_id" => member(self.line, SPAN, text),
            // It is JSON, and in one line.
            "parameters" if self.access => {
                name_of_member(self.line, "parameters");
                let _ = write!(self.line, "{text}");
            }
            name => match name.strip_prefix("httpRequest.") {
                Some(name) => member(&mut self.nested.http_request, name, text),
                None => member(self.line, name, text),
            },
        }
    }

    fn trace(&mut self, id: &dyn fmt::Display) {
        self.traced = true;
        match self.project {
            "" => member(self.line, "trace_id", format_args!("{id}")),
            project => member(self.line, TRACE, format_args!("projects/{project}/traces/{id}")),
        }
    }

    /// Adds the trace of what runs now, unless the event named one.
    pub(super) fn finish(mut self) {
        let Some(context) = Trace::current_context().filter(|_| !self.traced) else { return };
        self.trace(&context.trace_id());
        if let Some(span) = context.span_id() {
            member(self.line, SPAN, format_args!("{span}"));
        }
        member(self.line, SAMPLED, context.is_sampled());
    }
}

/// Whether logs are filtered by it.
fn is_label(field: &Field) -> bool {
    ["tag", "session", "page"].contains(&field.name())
}

fn member(object: &mut Vec<u8>, name: &str, content: impl serde::Serialize) {
    name_of_member(object, name);
    value(object, content);
}

pub(super) fn name_of_member(object: &mut Vec<u8>, name: &str) {
    // Names come from our own and our users' sources, and hold nothing to escape.
    object.extend_from_slice(b",\"");
    object.extend_from_slice(name.as_bytes());
    object.extend_from_slice(b"\":");
}

pub(super) fn value(object: &mut Vec<u8>, content: impl serde::Serialize) {
    if serde_json::to_writer(&mut *object, &content).is_err() {
        object.extend_from_slice(b"null");
    }
}

impl Visit for Members<'_> {
    fn record_str(&mut self, field: &Field, text: &str) {
        // A label without a value says nothing.
        if !(text.is_empty() && is_label(field)) {
            self.text(field, text);
        }
    }

    fn record_u64(&mut self, field: &Field, number: u64) {
        match field.name() {
            // Whole numbers of 64 bits are text in ProtoJSON.
            "bytes" if self.access => {
                name_of_member(&mut self.nested.http_request, "responseSize");
                numbers::quoted(&mut self.nested.http_request, number);
            }
            "status" if self.access => {
                member(&mut self.nested.http_request, "status", number);
                member(self.line, "status", number);
            }
            name => member(self.line, name, number),
        }
    }

    fn record_i64(&mut self, field: &Field, number: i64) {
        member(self.line, field.name(), number);
    }

    fn record_f64(&mut self, field: &Field, number: f64) {
        if self.access && field.name() == "ms" {
            name_of_member(&mut self.nested.http_request, "latency");
            numbers::seconds(&mut self.nested.http_request, number);
        }
        // NaN becomes null.
        member(self.line, field.name(), number);
    }

    fn record_bool(&mut self, field: &Field, flag: bool) {
        let name = if field.name() == "trace_sampled" { SAMPLED } else { field.name() };
        member(self.line, name, flag);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, format_args!("{value:?}"));
    }
}
