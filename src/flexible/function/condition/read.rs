//! Reads a condition.

use serde_json::Value;

use super::{Condition, Operand, Term};
use crate::flexible::function::comparison::{OPERATORS, Operator};
use crate::flexible::function::convert::parse_number;
use crate::flexible::function::value::number;

/// Conditions are written by people.
const LONGEST: usize = 8 * 1024;
const DEEPEST: usize = 32;

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// It is too long.
    #[error("it has {0} bytes, at most {LONGEST} are read")]
    TooLong(usize),
    /// Its parentheses or negations are too deep.
    #[error("it is nested over {DEEPEST} deep")]
    TooDeep,
    /// Something else was expected.
    #[error("expected {expected} at byte {at}")]
    Expected {
        /// What was expected.
        expected: &'static str,
        /// Where, counted from 0.
        at: usize,
    },
    /// AND and OR side by side.
    #[error("AND and OR are mixed at byte {at}; put parentheses around one of them")]
    Mixed {
        /// Where, counted from 0.
        at: usize,
    },
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    ///
    /// When the text is none.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        if text.len() > LONGEST {
            return Err(ConditionError::TooLong(text.len()));
        }
        let mut reader = Reader { text, at: 0, given: Vec::new() };
        let term = reader.compound(0)?;
        reader.skip_space();
        if reader.at < text.len() {
            return Err(reader.expected("AND, OR or the end"));
        }
        Ok(Self { term, given: reader.given })
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    given: Vec<String>,
}

impl<'a> Reader<'a> {
    fn compound(&mut self, depth: usize) -> Result<Term, ConditionError> {
        if depth > DEEPEST {
            return Err(ConditionError::TooDeep);
        }
        let mut terms = vec![self.term(depth)?];
        let mut joined_by = None;
        loop {
            self.skip_space();
            let at = self.at;
            let word = if self.word("AND") {
                "AND"
            } else if self.word("OR") {
                "OR"
            } else {
                break;
            };
            if *joined_by.get_or_insert(word) != word {
                return Err(ConditionError::Mixed { at });
            }
            terms.push(self.term(depth)?);
        }
        Ok(match (joined_by, terms.pop()) {
            (None, Some(only)) => only,
            (joined_by, last) => {
                terms.extend(last);
                if joined_by == Some("AND") { Term::All(terms) } else { Term::Any(terms) }
            }
        })
    }

    fn term(&mut self, depth: usize) -> Result<Term, ConditionError> {
        if depth > DEEPEST {
            return Err(ConditionError::TooDeep);
        }
        if self.word("NOT") {
            return Ok(Term::Not(Box::new(self.term(depth + 1)?)));
        }
        if self.symbol("(") {
            let term = self.compound(depth + 1)?;
            if !self.symbol(")") {
                return Err(self.expected("a closing parenthesis"));
            }
            return Ok(term);
        }
        let left = self.operand()?;
        self.skip_space();
        if self.rest().starts_with("==") {
            return Err(self.expected("a comparison with a single ="));
        }
        match (OPERATORS.iter().find(|(symbol, _)| self.symbol(symbol)), left) {
            (Some((_, operator)), left) => self.right(left, *operator),
            (None, Operand::Given(given)) => Ok(Term::Bare(given)),
            (None, Operand::Literal(Value::Bool(holds))) => Ok(Term::Constant(holds)),
            (None, Operand::Literal(Value::Null)) => Ok(Term::Constant(false)),
            (None, Operand::Literal(_) | Operand::Number(..)) => {
                Err(self.expected("a comparison: =, !=, <, <=, >, >= or :"))
            }
        }
    }

    fn right(&mut self, left: Operand, operator: Operator) -> Result<Term, ConditionError> {
        Ok(Term::Compare(left, operator, self.operand()?))
    }

    fn operand(&mut self) -> Result<Operand, ConditionError> {
        self.skip_space();
        let rest = self.rest();
        match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                self.quoted(quote).map(|text| Operand::Literal(Value::String(text)))
            }
            Some('$') => {
                let reference = &rest[..reference_length(rest)];
                self.at += reference.len();
                self.given.push(reference.to_owned());
                Ok(Operand::Given(self.given.len() - 1))
            }
            Some('[' | '{') => {
                let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
                match values.next() {
                    Some(Ok(value)) => {
                        self.at += values.byte_offset();
                        Ok(Operand::Literal(value))
                    }
                    _ => self.bare(),
                }
            }
            _ => self.bare(),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, ConditionError> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some((_, escaped @ ('"' | '\'' | '\\'))) => text.push(escaped),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => {}
                },
                end if end == quote => {
                    self.at += at + 1;
                    return Ok(text);
                }
                other => text.push(other),
            }
        }
        self.at = self.text.len();
        Err(self.expected("a closing quote"))
    }

    /// Words without quotes: a constant, a number, else text; a replaced reference leaves several.
    fn bare(&mut self) -> Result<Operand, ConditionError> {
        let start = self.at;
        let mut end = start;
        while !self.keyword_ahead() {
            let rest = self.rest();
            let word =
                rest.find(|character: char| character.is_whitespace() || "()=!<>:\"".contains(character));
            match word.unwrap_or(rest.len()) {
                0 => break,
                length => self.at += length,
            }
            end = self.at;
            self.skip_space();
        }
        self.at = end;
        let word = &self.text[start..end];
        let constants = [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)];
        if word.is_empty() {
            return Err(self.expected("a value"));
        }
        if let Some((_, value)) = constants.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
            return Ok(Operand::Literal(value));
        }
        Ok(match parse_number(word).and_then(number) {
            Some(number) => Operand::Number(number, word.to_owned()),
            None => Operand::Literal(word.into()),
        })
    }

    fn keyword_ahead(&self) -> bool {
        ["AND", "OR"].iter().any(|word| starts_with_word(self.rest(), word))
    }

    fn word(&mut self, word: &str) -> bool {
        self.skip_space();
        let found = starts_with_word(self.rest(), word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len();
        }
        found
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn expected(&self, expected: &'static str) -> ConditionError {
        ConditionError::Expected { expected, at: self.at }
    }
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| {
        rest.chars().next().is_none_or(|next| next.is_whitespace() || matches!(next, '(' | ')'))
    })
}

/// How far a reference, indices and a function's arguments included, reaches.
fn reference_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match (quote, character) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if depth > 0 => quote = Some(character),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') if depth > 0 => depth -= 1,
            (None, _) if depth > 0 => {}
            (None, '.' | '-' | '_' | '$') => {}
            (None, other) if other.is_alphanumeric() => {}
            (None, _) => return at,
        }
    }
    text.len()
}
