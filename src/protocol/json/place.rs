//! Where in a text something is, in words a person can follow.

use std::fmt;

use super::Scanner;

/// A position in a JSON text: line, column, byte and the path of member names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in that line, counted from 1.
    pub column: usize,
    /// The byte, counted from 0.
    pub offset: usize,
    /// The members passed on the way, as in `sessionInfo.parameters.size`; empty at the top.
    pub path: String,
}

impl Place {
    /// Finds the place of the byte `offset` of `text`.
    ///
    /// Costs a second look at the text: only refused texts pay for it.
    #[must_use]
    pub fn at(text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            offset,
            path: path(text, offset),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        if self.path.is_empty() { Ok(()) } else { write!(f, ", in {}", self.path) }
    }
}

enum Step {
    Member(String),
    Element(usize),
}

/// Follows the tokens before `offset`; stops where the text stops being JSON.
fn path(text: &str, offset: usize) -> String {
    let mut steps: Vec<Step> = Vec::new();
    let bytes = text.as_bytes();
    let mut pos = 0;
    let mut key_expected = false;
    while pos < offset && steps.len() <= super::MAX_DEPTH {
        match bytes[pos] {
            b'{' => {
                steps.push(Step::Member(String::new()));
                key_expected = true;
            }
            b'[' => {
                steps.push(Step::Element(0));
                key_expected = false;
            }
            b'}' | b']' => {
                steps.pop();
                key_expected = false;
            }
            b',' => match steps.last_mut() {
                Some(Step::Element(index)) => *index += 1,
                Some(Step::Member(name)) => {
                    name.clear();
                    key_expected = true;
                }
                None => {}
            },
            b'"' => {
                let mut scanner = Scanner::new(&text[pos..]);
                let Ok(string) = scanner.string() else { break };
                let end = pos + scanner.pos();
                if key_expected && let Some(Step::Member(name)) = steps.last_mut() {
                    *name = string.span.of(&text[pos..]).to_owned();
                    key_expected = false;
                }
                pos = end;
                continue;
            }
            _ => {}
        }
        pos += 1;
    }
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Member(name) if name.is_empty() => {}
            Step::Member(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&name);
            }
            Step::Element(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_line_column_and_path() {
        let text = "{\"a\": [1,\n {\"b\": \"é\", \"c\": x}]}";
        let place = Place::at(text, text.find('x').expect("there"));
        assert_eq!(place.to_string(), "line 2, column 18, in a[1].c");
        assert_eq!(Place::at(text, 0).to_string(), "line 1, column 1");
        assert_eq!(Place::at("[\"unfinished", 5).to_string(), "line 1, column 6, in [0]");
    }
}
