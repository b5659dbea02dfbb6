//! Bodies on a page: pretty or raw, and no longer than a page bears.

use crate::activity::kept::{self, Messages};
use crate::console::activity::{Body, Message};
use crate::console::format::{bytes, pretty_within, visible};
use crate::excerpt::excerpt;

/// What a page shows of one, in bytes;
const SHOWN: usize = 32 << 10;
/// where there are many of them.
const SHOWN_OF_MANY: usize = 8 << 10;
const MANY: usize = 4;
/// What is shown of headers: of each, and of all of a message.
const HEADER: usize = 1 << 10;
const HEADERS: usize = 16 << 10;

/// How bodies are shown on a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    raw: bool,
    most: usize,
}

impl Form {
    /// For a page of so many attempts.
    pub(super) fn new(raw: bool, attempts: usize) -> Self {
        Self { raw, most: if attempts < MANY { SHOWN } else { SHOWN_OF_MANY } }
    }

    /// The text as the page has it, and whether there is more.
    fn shown(self, text: &str) -> (String, bool) {
        let pretty = if self.raw { text.to_owned() } else { pretty_within(text, self.most) };
        // What is made visible is longer.
        let begin = &pretty[..pretty.floor_char_boundary(self.most)];
        let seen = visible(begin);
        let cut = seen.floor_char_boundary(self.most);
        (seen[..cut].to_owned(), begin.len() < pretty.len() || cut < seen.len())
    }
}

/// A body as it is kept. `unkept` says why there may be none.
pub(super) fn body(
    kept: Option<&kept::Body<'_>>,
    size: u64,
    unkept: &str,
    form: Form,
    whole: String,
) -> Body {
    let Some(kept) = kept else {
        let notes = if size == 0 { Vec::new() } else { vec![unkept.to_owned()] };
        return Body { text: None, notes, whole };
    };
    let mut notes = Vec::new();
    if kept.masked {
        notes.push("Secrets were replaced by *** before it was kept: names like password, what activity.mask names, and the secrets of the settings.".to_owned());
    }
    if kept.truncated {
        notes.push(format!(
            "It was cut when it was kept: {} of {} (activity.body_limit).",
            bytes(kept.text.len() as u64),
            bytes(size)
        ));
    }
    if kept.binary {
        notes.push("It was no UTF-8: what could not be read is replaced.".to_owned());
    }
    if kept.text.is_empty() {
        return Body { text: None, notes, whole };
    }
    let (text, is_cut) = form.shown(&kept.text);
    if is_cut {
        notes.push(format!("This page shows the first {} of what is kept.", bytes(text.len() as u64)));
    }
    Body { text: Some(text), notes, whole }
}

/// A message with its headers.
pub(super) fn message(
    line: String,
    headers: &[(std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)],
    size: u64,
    body: Body,
) -> Message {
    let cut = |text: &str| excerpt(text, HEADER).into_owned();
    let mut room = HEADERS;
    let mut shown = Vec::new();
    for (name, value) in headers {
        let (name, value) = (cut(name), cut(value));
        let Some(left) = room.checked_sub(name.len() + value.len()) else {
            shown.push(("…".to_owned(), "more headers are in the JSON of the invocation".to_owned()));
            break;
        };
        room = left;
        shown.push((name, value));
    }
    Message { line, headers: shown, size: bytes(size), body }
}

/// The body of one side of an attempt, counted from 1.
pub(super) fn of<'m>(messages: &'m Messages<'_>, attempt: usize, is_request: bool) -> Option<&'m str> {
    let attempt = messages.attempts.get(attempt.checked_sub(1)?)?;
    let body = if is_request {
        messages.requests.get(attempt.request)?.body.as_ref()
    } else {
        attempt.response.as_ref()?.body.as_ref()
    };
    Some(&body?.text)
}
