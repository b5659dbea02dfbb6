//! Bodies on a page: pretty or raw, and no longer than a page bears.

use crate::activity::kept::{self, Messages};
use crate::console::activity::{Body, Message};
use crate::console::format::{bytes, pretty_within};
use crate::excerpt::excerpt;

/// What a page shows of one, in bytes.
const SHOWN: usize = 32 << 10;
/// Headers of a message, and what is shown of each.
const HEADERS: usize = 100;
const HEADER: usize = 2 << 10;

/// A body as it is kept. `unkept` says why there may be none.
pub(super) fn body(kept: Option<&kept::Body<'_>>, size: u64, unkept: &str, raw: bool, whole: String) -> Body {
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
    let (text, is_cut) = shown(&kept.text, raw);
    if is_cut {
        notes.push(format!("This page shows the first {} of what is kept.", bytes(SHOWN as u64)));
    }
    Body { text: Some(text), notes, whole }
}

/// The text as a page has it, and whether there is more.
pub(super) fn shown(text: &str, raw: bool) -> (String, bool) {
    let pretty = if raw { text.to_owned() } else { pretty_within(text, SHOWN) };
    if pretty.len() <= SHOWN {
        return (pretty, false);
    }
    (pretty[..pretty.floor_char_boundary(SHOWN)].to_owned(), true)
}

/// A message with its headers.
pub(super) fn message(
    line: String,
    headers: &[(std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)],
    size: u64,
    body: Body,
) -> Message {
    let cut = |text: &str| excerpt(text, HEADER).into_owned();
    let headers = headers.iter().take(HEADERS).map(|(name, value)| (cut(name), cut(value)));
    Message { line, headers: headers.collect(), size: bytes(size), body }
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
