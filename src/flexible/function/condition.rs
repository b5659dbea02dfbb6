//! The language of conditions: `$session.params.age >= 18 AND NOT $session.params.member = true`.
//!
//! A comparison casts its right side to the type of its left side; `:` searches a text within a text.
//! Which of AND and OR binds tighter is not documented, so a mix of both needs parentheses.

use serde_json::Value;

use super::comparison::{OPERATORS, compare};
use super::convert::parse_number;

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

/// Whether a condition holds, `value_of` giving the values of references and functions.
///
/// It gets each of them as written, `$` included: `$session.params.age`, `$sys.func.LEN("a")`.
///
/// # Errors
///
/// When the text is no condition.
pub fn holds(text: &str, value_of: &mut dyn FnMut(&str) -> Value) -> Result<bool, ConditionError> {
    if text.len() > LONGEST {
        return Err(ConditionError::TooLong(text.len()));
    }
    let mut reader = Reader { text, at: 0, value_of };
    let holds = reader.compound(0)?;
    reader.skip_space();
    if reader.at < text.len() {
        return Err(reader.expected("AND, OR or the end"));
    }
    Ok(holds)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    value_of: &'a mut dyn FnMut(&str) -> Value,
}

impl<'a> Reader<'a> {
    fn compound(&mut self, depth: usize) -> Result<bool, ConditionError> {
        if depth > DEEPEST {
            return Err(ConditionError::TooDeep);
        }
        let mut holds = self.term(depth)?;
        let mut joined_by = None;
        loop {
            self.skip_space();
            let at = self.at;
            let word = if self.word("AND") {
                "AND"
            } else if self.word("OR") {
                "OR"
            } else {
                return Ok(holds);
            };
            if *joined_by.get_or_insert(word) != word {
                return Err(ConditionError::Mixed { at });
            }
            // Both sides are read in any case: a fault on the right must not depend on the left.
            let right = self.term(depth)?;
            holds = if word == "AND" { holds && right } else { holds || right };
        }
    }

    fn term(&mut self, depth: usize) -> Result<bool, ConditionError> {
        if depth > DEEPEST {
            return Err(ConditionError::TooDeep);
        }
        if self.word("NOT") {
            return Ok(!self.term(depth + 1)?);
        }
        if self.symbol("(") {
            let holds = self.compound(depth + 1)?;
            if !self.symbol(")") {
                return Err(self.expected("a closing parenthesis"));
            }
            return Ok(holds);
        }
        let left = self.operand()?;
        match OPERATORS.iter().find(|(symbol, _)| self.symbol(symbol)) {
            Some((_, operator)) => Ok(compare(&left, *operator, &self.operand()?)),
            None if matches!(&left, Value::Bool(_)) => Ok(left == Value::Bool(true)),
            None if left.is_null() => Ok(false),
            None => Err(self.expected("a comparison: =, !=, <, <=, >, >= or :")),
        }
    }

    fn operand(&mut self) -> Result<Value, ConditionError> {
        self.skip_space();
        let rest = self.rest();
        match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                self.quoted(quote).map(Value::String)
            }
            Some('$') => {
                let reference = &rest[..reference_length(rest)];
                self.at += reference.len();
                Ok((self.value_of)(reference))
            }
            _ => self.bare(),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, ConditionError> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
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
    fn bare(&mut self) -> Result<Value, ConditionError> {
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
        Ok(match &self.text[start..end] {
            "" => return Err(self.expected("a value")),
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            word => parse_number(word).and_then(super::value::number).unwrap_or_else(|| word.into()),
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
    for (at, character) in text.char_indices().skip(1) {
        match (quote, character) {
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ConditionError, holds};

    fn value_of(reference: &str) -> Value {
        match reference {
            "$a" => json!("hello world"),
            "$n" => json!(5),
            "$s" => json!("abc"),
            "$yes" => json!(true),
            "$list" => json!([1, 2]),
            "$empty" => json!(""),
            "$session.params.x.y[0]" => json!("found"),
            "$sys.func.IF(\"1 > (2)\", 1, ')')" => json!(7),
            _ => Value::Null,
        }
    }

    #[test]
    fn comparisons_follow_the_type_of_their_left_side() {
        for (condition, expected) in [
            ("true", true),
            ("false", false),
            ("1 < 2", true),
            ("10 < 9", false),
            ("$n = 5", true),
            ("$n = \"5.0\"", true),
            ("$n = five", false),
            ("$n != five", true),
            ("$n>=5 AND $n<=5", true),
            ("$a : \"hello\"", true),
            ("$n : 5", true),
            ("$a = \"hello world\"", true),
            ("$s > \"aaa\"", true),
            ("$s = abc", true),
            ("$yes = true", true),
            ("$yes", true),
            ("NOT $yes", false),
            ("$nothing", false),
            ("$nothing = null", true),
            ("$nothing != null", false),
            ("$nothing < 3", false),
            ("$n != null", true),
            ("$empty = \"\"", true),
            ("$list = $list", true),
            ("$session.params.x.y[0]=\"found\"", true),
            ("$sys.func.IF(\"1 > (2)\", 1, ')') = 7", true),
            ("New York = \"New York\"", true),
            ("null=null", true),
            ("(1 = 2 OR 1 = 1) AND NOT (2 = 3)", true),
            ("ORANGE = ORANGE OR ANDY = x", true),
            (r#""say \"hi\"" = 'say "hi"'"#, true),
        ] {
            assert_eq!(holds(condition, &mut value_of), Ok(expected), "{condition}");
        }
    }

    #[test]
    fn what_is_no_condition_is_told_with_its_place() {
        for (condition, expected) in [
            ("", "expected a value at byte 0"),
            ("1 =", "expected a value at byte 3"),
            ("$n", "expected a comparison: =, !=, <, <=, >, >= or : at byte 2"),
            ("(1 = 1", "expected a closing parenthesis at byte 6"),
            ("1 = 1)", "expected AND, OR or the end at byte 5"),
            ("$s = \"ab", "expected a closing quote at byte 8"),
            (
                "1 = 1 AND 2 = 2 OR 3 = 3",
                "AND and OR are mixed at byte 16; put parentheses around one of them",
            ),
        ] {
            let error = holds(condition, &mut value_of).expect_err(condition);
            assert_eq!(error.to_string(), expected, "{condition}");
        }
        for deep in ["(".repeat(5_000), "NOT ".repeat(2_000)] {
            assert_eq!(holds(&deep, &mut value_of), Err(ConditionError::TooDeep));
        }
        assert_eq!(holds(&"x".repeat(9_000), &mut value_of), Err(ConditionError::TooLong(9_000)));
    }
}
