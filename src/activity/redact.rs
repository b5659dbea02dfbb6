//! What must not be kept is replaced by `***` before anything is written.
//!
//! By name: headers, query parameters and members of bodies that are called like a secret, those that
//! `activity.mask` names, and the headers that callers are checked by. By value: every secret of the
//! settings, wherever it stands. A header that was sent as a secret is one where it comes back, too.

use std::borrow::Cow;

use serde_json::Value;

use super::kept::Body;
use super::literals::Literals;
use crate::config::{Activity, Auth, Check, Secret};
use crate::protocol::masked::is_secret_name;

pub(super) const MASK: &str = "***";

/// A shorter secret would be found in texts that have nothing to do with it.
pub(super) const SHORTEST: usize = 6;

/// Headers that are secrets whatever they are called.
const SECRET_HEADERS: [&str; 5] =
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-goog-iap-jwt-assertion"];

/// The largest body that is taken apart to look for secrets; of a larger one nothing is kept.
const LARGEST: usize = 4 << 20;

/// The rules.
#[derive(Debug)]
pub(crate) struct Redactor {
    /// In lower case.
    names: Vec<String>,
    headers: Vec<String>,
    literals: Literals,
    cap: usize,
}

impl Redactor {
    pub(crate) fn new(settings: &Activity, auth: &Auth, secrets: Vec<Secret>) -> Self {
        let names = settings.mask.iter().map(|name| name.to_ascii_lowercase()).collect();
        let mut headers = Vec::new();
        checked_headers(&auth.any_of, &mut headers);
        Self { names, headers, literals: Literals::new(secrets), cap: settings.body_limit }
    }

    /// Takes notice of secrets that have changed.
    pub(crate) fn refresh(&self) {
        self.literals.refresh();
    }

    /// The text without the secrets of the settings.
    pub(crate) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.literals.without(text)
    }

    /// The same for what stands in `texts` from `start` on.
    pub(super) fn clean(&self, texts: &mut Vec<u8>, start: usize) {
        self.literals.clean(texts, start);
    }

    fn is_secret(&self, name: &str) -> bool {
        is_secret_name(name) || self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// A header's value as it may be kept; what says how a secret is presented stays.
    pub(crate) fn header<'v>(&self, name: &str, value: Cow<'v, str>, sensitive: bool) -> Cow<'v, str> {
        let known = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        let secret = sensitive
            || known(&SECRET_HEADERS)
            || self.headers.iter().any(|known| name.eq_ignore_ascii_case(known))
            || self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
            || !is_plain(name) && is_secret_name(name);
        if !secret {
            return value;
        }
        match value.split_once(' ') {
            Some((scheme @ ("Bearer" | "Basic" | "bearer" | "basic"), _)) => {
                format!("{scheme} {MASK}").into()
            }
            _ => MASK.into(),
        }
    }

    /// An address as it may be kept, and whether something in it was replaced.
    pub(crate) fn url<'u>(&self, url: &'u str) -> (Cow<'u, str>, bool) {
        let (url, mut masked) = without_user(url);
        let Some((before, query)) = url.split_once('?') else { return (url, masked) };
        let hidden = |part: &str| matches!(part.split_once('='), Some((name, value)) if !value.is_empty() && self.is_secret(name));
        if !query.split('&').any(hidden) {
            return (url, masked);
        }
        masked = true;
        let parts = query.split('&').map(|part| match part.split_once('=') {
            Some((name, _)) if hidden(part) => format!("{name}={MASK}"),
            _ => part.to_owned(),
        });
        (format!("{before}?{}", parts.collect::<Vec<_>>().join("&")).into(), masked)
    }

    /// A body as it may be kept: its secrets replaced, then cut. `also` are values that must not be
    /// in it either.
    pub(crate) fn body<'b>(&self, body: &'b [u8], also: &[String]) -> Body<'b> {
        if body.len() > LARGEST {
            return Body { truncated: true, ..Body::default() };
        }
        let text = String::from_utf8_lossy(body);
        let binary = matches!(text, Cow::Owned(_));
        let mut masked = false;
        let text = match self.named(&text) {
            Some(replaced) => {
                masked = true;
                replaced.into()
            }
            None => text,
        };
        let text = match self.text(&text) {
            Cow::Owned(replaced) => {
                masked = true;
                replaced.into()
            }
            Cow::Borrowed(_) => text,
        };
        let text = match without(&text, also) {
            Cow::Owned(replaced) => {
                masked = true;
                replaced.into()
            }
            Cow::Borrowed(_) => text,
        };
        let truncated = text.len() > self.cap;
        let text = if truncated { cut(text, self.cap) } else { text };
        Body { text, truncated, masked, binary }
    }

    /// A body with `***` in place of what is named like a secret; none if there is nothing such.
    fn named(&self, text: &str) -> Option<String> {
        match text.trim_start().as_bytes().first()? {
            b'{' | b'[' => {
                let mut value: Value = serde_json::from_str(text).ok()?;
                self.members(&mut value).then(|| value.to_string())
            }
            _ if text.contains('=') && !text.contains(['\n', ' ', '<']) => {
                let form = format!("?{text}");
                let (replaced, masked) = self.url(&form);
                masked.then(|| replaced[1..].to_owned())
            }
            _ => None,
        }
    }

    fn members(&self, value: &mut Value) -> bool {
        match value {
            Value::Object(members) => {
                let mut masked = false;
                for (name, value) in members.iter_mut() {
                    // Alone, these words name much that is none: the key of a pair, say.
                    let plain = matches!(name.to_ascii_lowercase().as_str(), "key" | "auth" | "sig");
                    let named = self.names.iter().any(|known| known.eq_ignore_ascii_case(name));
                    let is_text = matches!(value, Value::String(text) if !text.is_empty() && text != MASK);
                    if (named && !value.is_null() || !plain && is_text && is_secret_name(name))
                        && *value != MASK
                    {
                        *value = MASK.into();
                        masked = true;
                    } else {
                        masked |= self.members(value);
                    }
                }
                masked
            }
            Value::Array(elements) => {
                elements.iter_mut().fold(false, |masked, element| self.members(element) | masked)
            }
            _ => false,
        }
    }
}

/// The text without these values.
pub(crate) fn without<'t>(text: &'t str, values: &[String]) -> Cow<'t, str> {
    let mut text = Cow::Borrowed(text);
    for value in values.iter().filter(|value| value.len() >= SHORTEST) {
        if text.contains(value.as_str()) {
            text = text.replace(value.as_str(), MASK).into();
        }
    }
    text
}

/// An address without the user and password in it.
fn without_user(url: &str) -> (Cow<'_, str>, bool) {
    let Some((scheme, rest)) = url.split_once("://") else { return (url.into(), false) };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => (format!("{scheme}://{MASK}{}", &rest[at..]).into(), true),
        None => (url.into(), false),
    }
}

fn cut(text: Cow<'_, str>, cap: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => text[..text.floor_char_boundary(cap)].into(),
        Cow::Owned(mut text) => {
            text.truncate(text.floor_char_boundary(cap));
            text.into()
        }
    }
}

/// Whether this is a header of every call, of which nobody needs to ask more.
fn is_plain(name: &str) -> bool {
    matches!(
        name,
        "accept"
            | "accept-encoding"
            | "content-length"
            | "content-type"
            | "date"
            | "host"
            | "user-agent"
            | "traceparent"
            | "x-request-id"
    )
}

fn checked_headers(checks: &[Check], names: &mut Vec<String>) {
    for check in checks {
        match check {
            Check::Header(header) => names.push(header.name.as_str().to_owned()),
            Check::AllOf(checks) => checked_headers(checks, names),
            _ => {}
        }
    }
}
