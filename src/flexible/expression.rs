//! `$sys.func.NAME(args)`: calls of system functions, nested, with references and plain values.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::function::{self, ConditionError, Function, UnknownFunction};
use super::reference::Reference;
use super::scope::Scope;
use super::template::{Problem, Template};

/// What an argument of a function is, and what is not plain text in a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Literal(Value),
    Reference(Reference),
    List(Vec<Self>),
    /// A text in quotes with references or calls in it.
    Text(Template),
    Call {
        function: Function,
        arguments: Vec<Self>,
        text: String,
    },
}

/// A function call that cannot be understood.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// A name that the platform does not document.
    #[error(transparent)]
    Unknown(#[from] UnknownFunction),
    /// Too few or too many arguments.
    #[error("{name} takes {expected}, found {found}")]
    Arity {
        /// The function.
        name: &'static str,
        /// How many it takes.
        expected: String,
        /// How many there are.
        found: usize,
    },
    /// The first argument of IF is no condition.
    #[error("`{condition}` is no condition: {problem}")]
    Condition {
        /// What is written.
        condition: String,
        /// What is wrong.
        problem: ConditionError,
    },
    /// Something that is no argument.
    #[error("expected {expected} in the call `{call}`, found {found}")]
    Syntax {
        /// The call, from its start.
        call: String,
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// Calls in calls in calls.
    #[error("function calls and lists are nested deeper than {limit} levels")]
    TooDeep {
        /// The most levels.
        limit: usize,
    },
}

/// How every call of a function begins.
pub(super) const CALL: &str = "$sys.func.";
const DEEPEST: usize = 16;

/// Whether the text begins with a function call.
pub(super) fn begins(text: &str) -> bool {
    text.get(..CALL.len()).is_some_and(|start| start.eq_ignore_ascii_case(CALL))
}

/// Reads the call at the start of `text`; gives it and its length.
pub(super) fn parse_call(text: &str) -> Result<(Expression, usize), ExpressionError> {
    let mut parser = Parser { text, at: 0 };
    let call = parser.call(0)?;
    Ok((call, parser.at))
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn take(&mut self, wanted: char) -> bool {
        let there = self.rest().starts_with(wanted);
        if there {
            self.at += wanted.len_utf8();
        }
        there
    }

    fn wrong(&self, expected: &'static str) -> ExpressionError {
        let found = match self.rest().chars().next() {
            Some(found) => format!("{found:?}"),
            None => "the end of the text".to_owned(),
        };
        let call = crate::excerpt::excerpt(self.text, 80).into_owned();
        ExpressionError::Syntax { call, expected, found }
    }

    fn call(&mut self, depth: usize) -> Result<Expression, ExpressionError> {
        if depth >= DEEPEST {
            return Err(ExpressionError::TooDeep { limit: DEEPEST });
        }
        let start = self.at;
        self.at += CALL.len();
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let function = Function::find(&rest[..length])?;
        self.at += length;
        if !self.take('(') {
            return Err(self.wrong("("));
        }
        let arguments = self.items(')', depth)?;
        let arguments = arguments.into_iter().enumerate();
        let arguments = arguments
            .map(|(index, argument)| argument.opened(function, index))
            .collect::<Result<Vec<_>, _>>()?;
        let (arity, found) = (function.arity(), arguments.len());
        if !arity.allows(found) {
            return Err(ExpressionError::Arity { name: function.name(), expected: arity.to_string(), found });
        }
        if let Some(condition) = condition(function, &arguments) {
            function::holds(condition, &mut |_| Value::Null)
                .map_err(|problem| ExpressionError::Condition { condition: condition.to_owned(), problem })?;
        }
        Ok(Expression::Call { function, arguments, text: self.text[start..self.at].to_owned() })
    }

    fn items(&mut self, close: char, depth: usize) -> Result<Vec<Expression>, ExpressionError> {
        let mut items = Vec::new();
        self.skip_blanks();
        if self.take(close) {
            return Ok(items);
        }
        loop {
            items.push(self.item(depth)?);
            self.skip_blanks();
            if self.take(close) {
                return Ok(items);
            }
            if !self.take(',') {
                return Err(self.wrong("a comma or the closing bracket"));
            }
        }
    }

    fn item(&mut self, depth: usize) -> Result<Expression, ExpressionError> {
        const EXPECTED: &str =
            "a number, a text in quotes, true, false, null, a list, a reference or a function call";
        self.skip_blanks();
        let rest = self.rest();
        if begins(rest) {
            return self.call(depth + 1);
        }
        match rest.chars().next() {
            Some('$') => {
                let reference = Reference::parse(rest).ok_or_else(|| self.wrong(EXPECTED))?;
                self.at += reference.text().len();
                Ok(Expression::Reference(reference))
            }
            Some('[') if depth < DEEPEST => {
                self.at += 1;
                Ok(Expression::List(self.items(']', depth + 1)?))
            }
            Some('[') => Err(ExpressionError::TooDeep { limit: DEEPEST }),
            Some(quote @ ('"' | '\'')) => self.text_literal(quote),
            Some('{') => self.object_literal(),
            _ => {
                let length = rest.find([',', ')', ']']).unwrap_or(rest.len());
                let word = rest[..length].trim_end();
                let value = match word.to_ascii_lowercase().as_str() {
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    "null" => Value::Null,
                    _ => serde_json::from_str::<serde_json::Number>(word)
                        .map(Value::Number)
                        .map_err(|_| self.wrong(EXPECTED))?,
                };
                self.at += word.len();
                Ok(Expression::Literal(value))
            }
        }
    }

    /// A text in quotes; a backslash takes the next character as it is, or is JSON's escape.
    fn text_literal(&mut self, quote: char) -> Result<Expression, ExpressionError> {
        let start = self.at + 1;
        let mut text = String::new();
        let mut characters = self.text[start..].char_indices();
        while let Some((offset, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, other)) => text.push(other),
                    None => break,
                },
                _ if character == quote => {
                    self.at = start + offset + 1;
                    return Ok(Expression::Literal(Value::String(text)));
                }
                _ => text.push(character),
            }
        }
        self.at = self.text.len();
        Err(self.wrong("the closing quote"))
    }

    /// An object in JSON, without references in it.
    fn object_literal(&mut self) -> Result<Expression, ExpressionError> {
        let mut objects = serde_json::Deserializer::from_str(self.rest()).into_iter::<Map<String, Value>>();
        match objects.next() {
            Some(Ok(object)) => {
                self.at += objects.byte_offset();
                Ok(Expression::Literal(Value::Object(object)))
            }
            _ => Err(self.wrong("an object in JSON")),
        }
    }
}

impl Expression {
    /// A text argument with what it refers to; a condition stays a text, and is read as one.
    fn opened(self, function: Function, index: usize) -> Result<Self, ExpressionError> {
        match self {
            Self::Literal(Value::String(text)) if !(is_if(function) && index == 0) && text.contains('$') => {
                let template = Template::parse(&text)?;
                Ok(if template.is_plain() {
                    Self::Literal(Value::String(text))
                } else {
                    Self::Text(template)
                })
            }
            other => Ok(other),
        }
    }

    /// Its value; `None` if something in it leads to nothing, which is told to `problems`.
    pub(super) fn value<'v>(
        &'v self,
        scope: &'v Scope<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Cow<'v, Value>> {
        match self {
            Self::Literal(value) => Some(Cow::Borrowed(value)),
            Self::Reference(reference) => {
                let value = scope.resolve(reference);
                if value.is_none() {
                    problems.push(Problem::Unresolved { reference: reference.text().to_owned() });
                }
                value
            }
            Self::Text(template) => match template.whole() {
                Some(whole) => whole.value(scope, problems),
                None => Some(Cow::Owned(Value::String(template.render(scope, problems)))),
            },
            Self::List(items) => {
                let items: Option<Vec<Value>> =
                    items.iter().map(|item| item.value(scope, problems).map(Cow::into_owned)).collect();
                items.map(|items| Cow::Owned(Value::Array(items)))
            }
            Self::Call { function, arguments: written, .. } => {
                let absent_is_null = scope.unresolved_is_empty();
                let argument = |argument: &Self, problems: &mut Vec<Problem>| {
                    let value = argument.value(scope, problems).map(Cow::into_owned);
                    value.or(absent_is_null.then_some(Value::Null))
                };
                let arguments: Option<Vec<Value>> =
                    written.iter().map(|each| argument(each, problems)).collect();
                let mut arguments = arguments?;
                if let Some(condition) = condition(*function, written) {
                    // References in it are read as values, never as more of the condition's text.
                    let holds = function::holds(condition, &mut |text| value_of(text, scope, problems));
                    arguments[0] = Value::Bool(holds.unwrap_or(false));
                }
                match function.call(&arguments, scope.world()) {
                    Ok(value) => Some(Cow::Owned(value)),
                    Err(error) => {
                        problems.push(Problem::Function { message: error.to_string() });
                        None
                    }
                }
            }
        }
    }

    /// As it is written.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Call { text, .. } => text,
            Self::Reference(reference) => reference.text(),
            Self::Literal(_) | Self::List(_) | Self::Text(_) => "",
        }
    }

    /// The references in it.
    pub(super) fn references<'e>(&'e self, found: &mut Vec<&'e Reference>) {
        match self {
            Self::Literal(_) => {}
            Self::Reference(reference) => found.push(reference),
            Self::Text(template) => found.extend(template.references()),
            Self::List(items) | Self::Call { arguments: items, .. } => {
                items.iter().for_each(|item| item.references(found));
            }
        }
    }
}

fn is_if(function: Function) -> bool {
    function.name() == "IF"
}

/// The condition of an IF whose condition is a text.
fn condition(function: Function, arguments: &[Expression]) -> Option<&str> {
    match arguments.first() {
        Some(Expression::Literal(Value::String(condition))) if is_if(function) => Some(condition),
        _ => None,
    }
}

/// The value of a reference or call in a condition; null if there is none.
fn value_of(text: &str, scope: &Scope<'_>, problems: &mut Vec<Problem>) -> Value {
    let expression = if begins(text) {
        parse_call(text).ok().map(|(call, _)| call)
    } else {
        Reference::parse(text).map(Expression::Reference)
    };
    let value = expression.as_ref().and_then(|expression| expression.value(scope, problems));
    value.map_or(Value::Null, Cow::into_owned)
}
