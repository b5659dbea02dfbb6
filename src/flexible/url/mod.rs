//! The address of an exchange: literal text with values that cannot choose another resource.

mod error;
mod segments;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::expression::Expression;
use super::function;
use super::reference::Reference;
use super::scope::Scope;
use super::soql::{self, Soql};
use super::template::{Part, Problem, Template, as_text};
use crate::config::{Unresolved, UrlEncoding};

pub use error::{UriError, UrlError};
use segments::{empty_segments, has_dot_segment};

/// An address with references in its path and query, parsed once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct UrlTemplate {
    /// Scheme and authority, which are literal.
    origin: String,
    path: Vec<UrlPart>,
    query: Vec<UrlPart>,
    /// How many empty segments the path has when every value is there.
    empty_segments: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum UrlPart {
    Text(String),
    Value { reference: Reference, soql: Option<Soql> },
}

/// The longest address sent, in bytes; servers refuse longer ones.
const LONGEST: usize = 16 << 10;

/// All but RFC 3986's unreserved characters.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const IN_PATH: &AsciiSet = &UNRESERVED
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b':')
    .remove(b';')
    .remove(b'@')
    .remove(b',');
const IN_QUERY: &AsciiSet = &IN_PATH.remove(b'/').remove(b'?');

impl UrlTemplate {
    pub(super) fn parse(uri: &str) -> Result<Self, UriError> {
        let template = Template::parse(uri.trim())?;
        let mut this = Self { origin: String::new(), path: Vec::new(), query: Vec::new(), empty_segments: 0 };
        let mut place = Place::Origin;
        for part in template.parts {
            match part {
                Part::Text(text) => this.literal(&text, &mut place),
                Part::Value(Expression::Reference(reference)) => match place {
                    Place::Origin => {
                        return Err(UriError::OriginReference { reference: reference.text().to_owned() });
                    }
                    Place::Path => this.path.push(UrlPart::Value { reference, soql: None }),
                    Place::Query => {
                        let soql = soql::place(&literals(&this.path), &literals(&this.query));
                        this.query.push(UrlPart::Value { reference, soql });
                    }
                    Place::Fragment => {}
                },
                Part::Value(call) => return Err(UriError::Function { call: call.text().to_owned() }),
            }
        }
        this.check()?;
        this.empty_segments = empty_segments(&literals(&this.path));
        Ok(this)
    }

    fn literal(&mut self, text: &str, place: &mut Place) {
        let mut rest = text;
        if *place == Place::Origin {
            let from = self.origin.len();
            self.origin.push_str(rest);
            let Some(host) = self.origin.find("://").map(|at| at + 3) else { return };
            let Some(end) = self.origin[host..].find(['/', '?', '#', '\\']).map(|at| host + at) else {
                return;
            };
            rest = &rest[end - from..];
            self.origin.truncate(end);
            *place = Place::Path;
        }
        if *place == Place::Path {
            let end = rest.find(['?', '#']).unwrap_or(rest.len());
            push(&mut self.path, &rest[..end]);
            rest = &rest[end..];
            if let Some(query) = rest.strip_prefix('?') {
                rest = query;
                *place = Place::Query;
            }
        }
        if *place == Place::Query {
            let end = rest.find('#').unwrap_or(rest.len());
            push(&mut self.query, &rest[..end]);
            rest = &rest[end..];
        }
        if rest.starts_with('#') {
            *place = Place::Fragment;
        }
    }

    fn check(&self) -> Result<(), UriError> {
        let path = literals(&self.path);
        let uri = format!("{}{path}", self.origin);
        let invalid = |cause: String| {
            let written: String = self.path.iter().map(UrlPart::text).collect();
            UriError::Invalid { uri: format!("{}{written}", self.origin), cause }
        };
        if !self.origin.contains("://") {
            return Err(invalid("it does not begin with https://".to_owned()));
        }
        let url = Url::parse(&uri).map_err(|error| invalid(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(invalid(format!("its scheme is {}", url.scheme())));
        }
        if has_dot_segment(&path) { Err(UriError::DotSegment) } else { Ok(()) }
    }

    /// The references in it, in order.
    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        self.path.iter().chain(&self.query).filter_map(|part| match part {
            UrlPart::Value { reference, .. } => Some(reference),
            UrlPart::Text(_) => None,
        })
    }

    /// References in SOQL that stand outside quotes.
    pub(super) fn bare_soql(&self) -> impl Iterator<Item = &Reference> {
        self.query.iter().filter_map(|part| match part {
            UrlPart::Value { reference, soql: Some(Soql::Bare) } => Some(reference),
            _ => None,
        })
    }

    /// The address with its values; what could not be put in is told to `problems`.
    pub(super) fn render(&self, scope: &Scope<'_>, problems: &mut Vec<Problem>) -> Result<Url, UrlError> {
        let (in_path, in_query) = match scope.semantics().url_encoding {
            UrlEncoding::Unreserved => (UNRESERVED, UNRESERVED),
            UrlEncoding::Component => (IN_PATH, IN_QUERY),
        };
        let mut text = String::with_capacity(self.origin.len() + 128);
        text.push_str(&self.origin);
        render(&self.path, &mut text, in_path, scope, problems)?;
        let path = &text[self.origin.len()..];
        if has_dot_segment(path) {
            return Err(UrlError::DotSegment);
        }
        if empty_segments(path) > self.empty_segments {
            return Err(UrlError::EmptySegment);
        }
        if !self.query.is_empty() {
            text.push('?');
            render(&self.query, &mut text, in_query, scope, problems)?;
        }
        if text.len() > LONGEST {
            return Err(UrlError::TooLong { length: text.len(), limit: LONGEST });
        }
        Url::parse(&text).map_err(|error| UrlError::Invalid { cause: error.to_string() })
    }
}

#[derive(PartialEq)]
enum Place {
    Origin,
    Path,
    Query,
    Fragment,
}

impl UrlPart {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Value { reference, .. } => reference.text(),
        }
    }
}

fn push(parts: &mut Vec<UrlPart>, text: &str) {
    if !text.is_empty() {
        parts.push(UrlPart::Text(text.to_owned()));
    }
}

/// The text with a letter for every value.
fn literals(parts: &[UrlPart]) -> String {
    parts
        .iter()
        .map(|part| match part {
            UrlPart::Text(text) => text.as_str(),
            UrlPart::Value { .. } => "x",
        })
        .collect()
}

fn render(
    parts: &[UrlPart],
    text: &mut String,
    encoded: &'static AsciiSet,
    scope: &Scope<'_>,
    problems: &mut Vec<Problem>,
) -> Result<(), UrlError> {
    for part in parts {
        let (reference, soql) = match part {
            UrlPart::Text(plain) => {
                text.push_str(plain);
                continue;
            }
            UrlPart::Value { reference, soql } => (reference, soql),
        };
        let Some(value) = scope.resolve(reference) else {
            let reference = reference.text().to_owned();
            match scope.semantics().unresolved {
                Unresolved::Fail => return Err(UrlError::Unresolved { reference }),
                Unresolved::Keep => text.extend(utf8_percent_encode(&reference, encoded)),
                Unresolved::Empty => {}
            }
            problems.push(Problem::Unresolved { reference });
            continue;
        };
        let plain = as_text(&value);
        match soql {
            None => text.extend(utf8_percent_encode(&plain, encoded)),
            Some(Soql::Quoted) => text.extend(utf8_percent_encode(&soql::escape(&plain), encoded)),
            Some(Soql::Bare) if soql::is_plain(&plain) => text.extend(utf8_percent_encode(&plain, encoded)),
            Some(Soql::Bare) => {
                return Err(UrlError::Soql {
                    reference: reference.text().to_owned(),
                    found: function::kind(&value),
                });
            }
        }
    }
    Ok(())
}
