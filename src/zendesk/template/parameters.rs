//! Parameters whose keys and values are templates: what a query or a form is made of.

use super::out::Out;
use super::{Form, LIMIT, Names, Template, TemplateError, TooLarge, Values};

/// Parameters in their order; keys may come more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    pairs: Vec<(Template, Template)>,
}

/// What is wrong with which parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {part} of parameter {number}: {error}")]
pub(crate) struct ParameterError {
    /// From 1.
    pub(crate) number: usize,
    /// `key` or `value`.
    pub(crate) part: &'static str,
    pub(crate) error: TemplateError,
}

impl Parameters {
    /// Parses pairs of a key and a value.
    ///
    /// # Errors
    ///
    /// The first key or value that is no template.
    pub(crate) fn parse<K: AsRef<str>, V: AsRef<str>>(
        pairs: &[(K, V)],
        names: &dyn Names,
    ) -> Result<Self, ParameterError> {
        let parse = |number: usize, part, text: &str| {
            Template::parse(text, Form::Parameter, names).map_err(|error| ParameterError {
                number: number + 1,
                part,
                error,
            })
        };
        let pairs = pairs.iter().enumerate().map(|(number, (key, value))| {
            Ok((parse(number, "key", key.as_ref())?, parse(number, "value", value.as_ref())?))
        });
        Ok(Self { pairs: pairs.collect::<Result<_, _>>()? })
    }

    /// The names of all placeholders.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().flat_map(|(key, value)| key.names().chain(value.names()))
    }

    /// Keys and values with everything put in; whoever sends them encodes them.
    ///
    /// # Errors
    ///
    /// As soon as they reach [`LIMIT`], encoded and joined by `=` and `&`.
    pub(crate) fn render(&self, values: &dyn Values) -> Result<Vec<(String, String)>, TooLarge> {
        let mut size = 0;
        let mut add = |template: &Template| {
            let mut out = Out::new(LIMIT);
            template.render_to(&mut out, values)?;
            let text = out.into_text();
            // One for `=` or `&`, of which the last does not come.
            size += encoded(&text) + 1;
            if size > LIMIT { Err(TooLarge) } else { Ok(text) }
        };
        self.pairs.iter().map(|(key, value)| Ok((add(key)?, add(value)?))).collect()
    }
}

/// How many bytes a text is in a query or a form.
fn encoded(text: &str) -> usize {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'.' | b'_' | b' ');
    text.bytes().map(|byte| if plain(&byte) { 1 } else { 3 }).sum()
}
