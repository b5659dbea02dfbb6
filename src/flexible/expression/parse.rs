//! Reads a call of a function, and what stands in it.

use serde_json::{Map, Value};

use super::{CALL, Expression, ExpressionError, begins, is_if};
use crate::flexible::condition::Condition;
use crate::flexible::function::Function;
use crate::flexible::reference::Reference;
use crate::flexible::template::Template;

const DEEPEST: usize = 16;

/// Reads the call at the start of `text`; gives it and its length.
pub(in crate::flexible) fn parse_call(text: &str) -> Result<(Expression, usize), ExpressionError> {
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
                    _ => match serde_json::from_str::<serde_json::Number>(word) {
                        Ok(number) => Value::Number(number),
                        // A word without quotes is a text.
                        Err(_) if is_word(word) => word.into(),
                        Err(_) => return Err(self.wrong(EXPECTED)),
                    },
                };
                self.at += word.len();
                Ok(Expression::Literal(value))
            }
        }
    }

    /// A text in quotes; a backslash before a quote or another one takes that as it is, `\n` and `\t` are
    /// JSON's escapes. Any other stays, for regular expressions: `"\s+"`.
    fn text_literal(&mut self, quote: char) -> Result<Expression, ExpressionError> {
        let start = self.at + 1;
        let mut text = String::new();
        let mut characters = self.text[start..].char_indices();
        while let Some((offset, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, other @ ('"' | '\'' | '\\'))) => text.push(other),
                    Some((_, other)) => text.extend(['\\', other]),
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

/// Whether it can be a text without quotes: `menu`, `order-status`.
fn is_word(text: &str) -> bool {
    text.starts_with(char::is_alphabetic)
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

impl Expression {
    /// A text argument with what it refers to; the first of IF is a condition.
    fn opened(self, function: Function, index: usize) -> Result<Self, ExpressionError> {
        let Self::Literal(Value::String(text)) = self else { return Ok(self) };
        if is_if(function) && index == 0 {
            return match Condition::parse(&text) {
                Ok(condition) => {
                    let fault = condition.faults().next().cloned();
                    fault.map_or(Ok(Self::Condition(condition)), Err)
                }
                Err(problem) => Err(ExpressionError::Condition { condition: text, problem }),
            };
        }
        let template = Template::parse(&text)?;
        Ok(if template.is_plain() { Self::Literal(Value::String(text)) } else { Self::Text(template) })
    }
}
