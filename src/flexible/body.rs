//! The body of an exchange: a JSON document whose texts may hold references and function calls.
//!
//! The template is parsed as JSON, so a value can only fill a value's or a text's place: what comes
//! out has the template's own structure, whatever the values are.

use serde_json::Value;

use super::expression::{Expression, ExpressionError};
use super::reference::Reference;
use super::scope::Scope;
use super::template::{Part, Problem, Template, as_text, push_escaped, push_json, push_json_text};
use crate::config::{Unresolved, WholeBooleans};

/// A document, parsed once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BodyTemplate {
    parts: Vec<BodyPart>,
}

#[derive(Debug, Clone, PartialEq)]
enum BodyPart {
    /// JSON text.
    Json(String),
    /// A text that is one reference or call and nothing else: its value keeps its JSON type.
    Whole(Expression),
    /// A text with references or calls in it.
    Text(Template),
}

/// A text that is no template of a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyTemplateError {
    /// No JSON.
    #[error("the body template is no JSON: {cause}{hint}")]
    Syntax {
        /// What is wrong, and where.
        cause: String,
        /// How it may have been meant.
        hint: &'static str,
    },
    /// A function call that cannot be understood.
    #[error("in the body template, {0}")]
    Expression(String),
    /// A larger template than is taken.
    #[error("the body template is {length} bytes long; expected at most {limit}")]
    TooLong {
        /// Its length.
        length: usize,
        /// The most allowed.
        limit: usize,
    },
}

impl From<ExpressionError> for BodyTemplateError {
    fn from(error: ExpressionError) -> Self {
        Self::Expression(error.to_string())
    }
}

/// The largest template, in bytes.
const LONGEST: usize = 64 << 10;

impl BodyTemplate {
    pub(super) fn parse(text: &str) -> Result<Self, BodyTemplateError> {
        if text.len() > LONGEST {
            return Err(BodyTemplateError::TooLong { length: text.len(), limit: LONGEST });
        }
        let document: Value = serde_json::from_str(text).map_err(|error| BodyTemplateError::Syntax {
            cause: error.to_string(),
            hint: if bare_reference(text) {
                ". A reference stands inside a JSON text: \"$session.params.name\"; numbers, lists and objects then lose the quotes by themselves"
            } else {
                ""
            },
        })?;
        Self::of(&document, |_| true)
    }

    /// A document that has been parsed already. Values keep their type below members whose name
    /// `typed` accepts, and become text elsewhere; at the top it is asked for the empty name.
    pub(super) fn of(document: &Value, typed: fn(&str) -> bool) -> Result<Self, BodyTemplateError> {
        let mut compiler = Compiler { parts: Vec::new(), json: String::new(), typed };
        compiler.value(document, typed(""))?;
        compiler.end_json();
        Ok(Self { parts: compiler.parts })
    }

    /// The references in it, in order.
    pub(super) fn references(&self) -> Vec<&Reference> {
        let mut found = Vec::new();
        for part in &self.parts {
            match part {
                BodyPart::Json(_) => {}
                BodyPart::Whole(value) => value.references(&mut found),
                BodyPart::Text(template) => found.extend(template.references()),
            }
        }
        found
    }

    /// The document with everything put in; what could not be is told to `problems`.
    pub(super) fn render(&self, scope: &Scope<'_>, problems: &mut Vec<Problem>) -> String {
        let mut text = String::with_capacity(256);
        for part in &self.parts {
            match part {
                BodyPart::Json(json) => text.push_str(json),
                BodyPart::Whole(expression) => match expression.value(scope, problems) {
                    Some(value) => match &*value {
                        Value::Bool(_) if scope.semantics().whole_booleans == WholeBooleans::Text => {
                            push_json_text(&mut text, &as_text(&value));
                        }
                        value => push_json(&mut text, value),
                    },
                    None if scope.semantics().unresolved == Unresolved::Empty => text.push_str("null"),
                    None => push_json_text(&mut text, expression.text()),
                },
                BodyPart::Text(template) => {
                    text.push('"');
                    for part in &template.parts {
                        match part {
                            Part::Text(plain) => push_escaped(&mut text, plain),
                            Part::Value(expression) => match expression.value(scope, problems) {
                                Some(value) => push_escaped(&mut text, &as_text(&value)),
                                None if scope.unresolved_is_empty() => {}
                                None => push_escaped(&mut text, expression.text()),
                            },
                        }
                    }
                    text.push('"');
                }
            }
        }
        text
    }
}

/// Takes a document apart; JSON text that stands together stays together.
struct Compiler {
    parts: Vec<BodyPart>,
    json: String,
    typed: fn(&str) -> bool,
}

impl Compiler {
    fn value(&mut self, value: &Value, typed: bool) -> Result<(), BodyTemplateError> {
        match value {
            Value::String(string) => {
                let template = Template::parse(string)?;
                if template.is_plain() {
                    push_json_text(&mut self.json, string);
                    return Ok(());
                }
                self.end_json();
                self.parts.push(match template.whole() {
                    Some(whole) if typed => BodyPart::Whole(whole.clone()),
                    _ => BodyPart::Text(template),
                });
            }
            Value::Array(items) => {
                self.json.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.json.push(',');
                    }
                    self.value(item, typed)?;
                }
                self.json.push(']');
            }
            Value::Object(members) => {
                self.json.push('{');
                for (index, (name, member)) in members.iter().enumerate() {
                    if index > 0 {
                        self.json.push(',');
                    }
                    push_json_text(&mut self.json, name);
                    self.json.push(':');
                    self.value(member, typed || (self.typed)(name))?;
                }
                self.json.push('}');
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => self.json.push_str(&value.to_string()),
        }
        Ok(())
    }

    fn end_json(&mut self) {
        if !self.json.is_empty() {
            self.parts.push(BodyPart::Json(std::mem::take(&mut self.json)));
        }
    }
}

/// Whether a `$` stands outside the document's texts.
fn bare_reference(text: &str) -> bool {
    let mut quoted = false;
    let mut escaped = false;
    text.chars().any(|character| {
        let bare = !quoted && character == '$';
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            _ => {}
        }
        bare
    })
}
