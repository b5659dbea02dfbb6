//! `{{placeholder}}`: texts with values put in, each escaped for the place where it stands.
//!
//! A body is JSON or XML, a parameter is a key or a value; where a placeholder stands in it is found
//! once, when the template is parsed, and what is wrong with it is told then, with its position.
//! Rendering cannot break the body: a value stays within its string, its text, its parameter, whatever
//! is in it. What names there are and what they mean is not known here.
//!
//! A `}}` without a beginning is text, as nested JSON objects end with it.

mod error;
mod json;
mod out;
mod parameters;
#[cfg(test)]
mod tests;
mod xml;

use std::borrow::Cow;

use serde_json::Value;

pub(crate) use error::{Fault, TemplateError, TooLarge};
use out::Out;
pub(crate) use parameters::Parameters;

/// What is rendered is smaller than this, in bytes.
pub(crate) const LIMIT: usize = 256 << 10;
/// The most placeholders of a template.
const MOST: usize = 1000;
/// The longest name of a placeholder, in bytes.
const LONGEST_NAME: usize = 256;

/// What a template's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A JSON body. Within a string a value is text; elsewhere it is a value of its kind.
    Json,
    /// An XML body: values stand in text, in quoted attributes and in CDATA sections.
    Xml,
    /// The key or value of a parameter. Whoever sends it encodes it; its size is that of the encoded text.
    Parameter,
}

/// The placeholders that there are.
pub(crate) trait Names {
    /// Whether there is one of this name.
    fn knows(&self, name: &str) -> bool;
    /// One that may have been meant.
    fn nearest(&self, name: &str) -> Option<String>;
}

/// What placeholders stand for in one case.
pub(crate) trait Values {
    /// The value; `None` where there is nothing, which is an empty text, or null where JSON wants a value.
    fn value(&self, name: &str) -> Option<Cow<'_, Value>>;
}

/// A text with placeholders, parsed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value { name: String, spot: Spot },
}

/// Where a value is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spot {
    JsonString,
    JsonValue,
    XmlText,
    XmlAttribute,
    XmlCdata,
    Parameter,
}

/// Follows a text up to the next placeholder.
#[derive(Debug)]
enum Follower {
    Json(json::State),
    Xml(xml::State),
    Parameter,
}

impl Follower {
    fn read(&mut self, text: &str) {
        match self {
            Self::Json(state) => state.read(text),
            Self::Xml(state) => state.read(text),
            Self::Parameter => {}
        }
    }

    fn spot(&self) -> Result<Spot, Fault> {
        match self {
            Self::Json(state) => state.spot(),
            Self::Xml(state) => state.spot(),
            Self::Parameter => Ok(Spot::Parameter),
        }
    }
}

impl Template {
    /// Parses a text.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it and where: braces, names, places that take no value, a body
    /// that is not what it should be.
    pub(crate) fn parse(text: &str, form: Form, names: &dyn Names) -> Result<Self, TemplateError> {
        let at = |offset: usize, fault| TemplateError::new(text, offset, fault);
        if text.len() >= LIMIT {
            return Err(at(0, Fault::TooLarge { size: text.len() }));
        }
        let mut follower = match form {
            Form::Json => Follower::Json(json::State::default()),
            Form::Xml => Follower::Xml(xml::State::default()),
            Form::Parameter => Follower::Parameter,
        };
        let mut parts = Vec::new();
        // The text with something harmless of the same length for each placeholder.
        let mut sample = String::with_capacity(if form == Form::Json { text.len() } else { 0 });
        let (mut done, mut placeholders) = (0, 0);
        while let Some(found) = text[done..].find("{{") {
            let open = done + found;
            let plain = &text[done..open];
            let end = text[open + 2..].find("}}").ok_or_else(|| at(open, Fault::Unclosed))?;
            let name = text[open + 2..open + 2 + end].trim();
            check_name(name, names).map_err(|fault| at(open, fault))?;
            placeholders += 1;
            if placeholders > MOST {
                return Err(at(open, Fault::TooMany));
            }
            follower.read(plain);
            let spot = follower.spot().map_err(|fault| at(open, fault))?;
            done = open + 2 + end + 2;
            if form == Form::Json {
                sample.push_str(plain);
                json::push_sample(&mut sample, spot, done - open);
            }
            if !plain.is_empty() {
                parts.push(Part::Text(plain.to_owned()));
            }
            parts.push(Part::Value { name: name.to_owned(), spot });
        }
        let rest = &text[done..];
        follower.read(rest);
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        match follower {
            Follower::Json(_) => {
                sample.push_str(rest);
                json::check(&sample)?;
            }
            Follower::Xml(state) => state.end().map_err(|fault| at(text.len(), fault))?,
            Follower::Parameter => {}
        }
        Ok(Self { parts })
    }

    /// The names of its placeholders, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Value { name, .. } => Some(name.as_str()),
        })
    }

    /// The text with all values put in.
    ///
    /// # Errors
    ///
    /// As soon as it reaches [`LIMIT`].
    pub(crate) fn render(&self, values: &dyn Values) -> Result<String, TooLarge> {
        let mut out = Out::new(LIMIT);
        self.render_to(&mut out, values)?;
        Ok(out.into_text())
    }

    fn render_to(&self, out: &mut Out, values: &dyn Values) -> Result<(), TooLarge> {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.plain(text)?,
                Part::Value { name, spot } => {
                    let value = values.value(name);
                    put(out, *spot, value.as_deref().unwrap_or(&Value::Null))?;
                }
            }
        }
        Ok(())
    }
}

fn check_name(name: &str, names: &dyn Names) -> Result<(), Fault> {
    let found = || crate::excerpt::excerpt(name, 80).into_owned();
    let is_name = name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if !is_name {
        return Err(Fault::NoName { found: found() });
    }
    if !names.knows(name) {
        return Err(Fault::Unknown { name: found(), nearest: names.nearest(name) });
    }
    Ok(())
}

fn put(out: &mut Out, spot: Spot, value: &Value) -> Result<(), TooLarge> {
    match spot {
        Spot::JsonValue => json::put_value(out, value),
        Spot::JsonString => json::put_text(out, &text_of(value)),
        Spot::XmlText => xml::put_text(out, &text_of(value)),
        Spot::XmlAttribute => xml::put_attribute(out, &text_of(value)),
        Spot::XmlCdata => xml::put_cdata(out, &text_of(value)),
        Spot::Parameter => out.plain(&text_of(value)),
    }
}

/// A value as text: a string as it is, a whole number without `.0`, null as nothing, the rest as JSON.
pub(crate) fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed(""),
        Value::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
        Value::Number(number) => match number.as_f64() {
            // Every number of the platform is a double; an id should not become `42.0`.
            Some(double) if number.is_f64() && double.fract() == 0.0 && double.abs() < 9e15 => {
                Cow::Owned(format!("{double:.0}"))
            }
            _ => Cow::Owned(number.to_string()),
        },
        Value::Array(_) | Value::Object(_) => Cow::Owned(value.to_string()),
    }
}
