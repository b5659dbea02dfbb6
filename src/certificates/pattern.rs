//! Patterns for the names of a client's certificate.

use std::fmt;
use std::str::FromStr;

use super::facts::{AlternativeName, Facts, NameKind};

/// A pattern for a certificate's subject, such as `CN=Google LLC` or `CN=*.example.com, O=Example`.
///
/// Every attribute of the pattern must be one of the subject, in any order; `*` stands for any text,
/// and `\` takes the next character as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectPattern {
    text: String,
    attributes: Vec<(String, Glob)>,
}

/// A pattern for a subject alternative name.
///
/// A host's name, whose first label may be `*` for any one label; an address; or an e-mail address
/// or URI, where `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    text: String,
    kind: NameKind,
    glob: Glob,
}

/// A pattern that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found:?}")]
pub struct PatternError {
    expected: &'static str,
    found: String,
}

/// Characters; `None` is any text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Glob(Vec<Option<char>>);

impl Glob {
    fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut place) = (0, 0);
        // Where to go on when what follows the last star does not fit: one character later.
        let mut star: Option<(usize, usize)> = None;
        while place < text.len() {
            match self.0.get(at) {
                Some(None) => {
                    star = Some((at, place));
                    at += 1;
                }
                Some(Some(wanted)) if *wanted == text[place] => {
                    at += 1;
                    place += 1;
                }
                _ => {
                    let Some((star_at, star_place)) = star else {
                        return false;
                    };
                    star = Some((star_at, star_place + 1));
                    at = star_at + 1;
                    place = star_place + 1;
                }
            }
        }
        self.0[at..].iter().all(Option::is_none)
    }

    fn plain(text: &str) -> Self {
        Self(text.chars().map(|c| (c != '*').then_some(c)).collect())
    }
}

/// The longest pattern; a subject's name is no longer either.
const LONGEST: usize = 1024;

impl FromStr for SubjectPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let expected = || PatternError {
            expected: "attributes of a subject such as \"CN=Google LLC\" or \"CN=*, O=Example\"",
            found: crate::excerpt::excerpt(text, 100).into_owned(),
        };
        if text.len() > LONGEST {
            return Err(expected());
        }
        let mut attributes = vec![Vec::new()];
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let last = attributes.len() - 1;
            match character {
                ',' => attributes.push(Vec::new()),
                '\\' => attributes[last].push((Some(characters.next().ok_or_else(expected)?), true)),
                '*' => attributes[last].push((None, false)),
                other => attributes[last].push((Some(other), false)),
            }
        }
        let attributes = attributes.iter().map(|attribute| {
            let equals =
                attribute.iter().position(|part| *part == (Some('='), false)).ok_or_else(expected)?;
            let kind: Option<String> = attribute[..equals].iter().map(|(character, _)| *character).collect();
            let kind = kind.map(|kind| kind.trim().to_ascii_uppercase()).ok_or_else(expected)?;
            let value: Vec<_> = attribute[equals + 1..].iter().map(|(character, _)| *character).collect();
            let is_kind = |c: char| c.is_ascii_alphanumeric() || c == '.';
            if kind.is_empty() || value.is_empty() || !kind.chars().all(is_kind) {
                return Err(expected());
            }
            Ok((kind, Glob(value)))
        });
        Ok(Self { text: text.to_owned(), attributes: attributes.collect::<Result<_, _>>()? })
    }
}

impl SubjectPattern {
    pub(crate) fn matches(&self, certificate: &Facts) -> bool {
        self.attributes.iter().all(|(kind, value)| {
            certificate
                .attributes
                .iter()
                .any(|(known, text)| known.eq_ignore_ascii_case(kind) && value.matches(text))
        })
    }
}

impl FromStr for NamePattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let expected = || PatternError {
            expected: "a name such as \"client.example.com\", \"*.example.com\", an address, an e-mail address or a URI",
            found: crate::excerpt::excerpt(text, 100).into_owned(),
        };
        if text.is_empty() || text.len() > LONGEST || text.contains(char::is_whitespace) {
            return Err(expected());
        }
        let pattern = |kind, text: &str| Self { text: text.to_owned(), kind, glob: Glob::plain(text) };
        if text.contains("://") {
            return Ok(pattern(NameKind::Uri, text));
        }
        if text.contains('@') {
            return Ok(pattern(NameKind::Email, text));
        }
        if let Ok(address) = text.parse::<std::net::IpAddr>() {
            return Ok(pattern(NameKind::Address, &address.to_string()));
        }
        let name = text.trim_end_matches('.').to_ascii_lowercase();
        let rest = name.strip_prefix("*.").unwrap_or(&name);
        let is_label = |label: &str| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        };
        if !rest.split('.').all(is_label) {
            return Err(expected());
        }
        Ok(pattern(NameKind::Dns, &name))
    }
}

impl NamePattern {
    pub(crate) fn matches(&self, name: &AlternativeName) -> bool {
        if self.kind != name.kind {
            return false;
        }
        if self.kind != NameKind::Dns {
            return self.glob.matches(&name.text);
        }
        let name = name.text.to_ascii_lowercase();
        match self.text.strip_prefix("*.") {
            // One label, which may be a star itself.
            Some(parent) => {
                name.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == parent)
            }
            None => name == self.text,
        }
    }
}

impl fmt::Display for SubjectPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(attributes: &[(&str, &str)]) -> Facts {
        let attributes = attributes.iter().map(|(kind, value)| ((*kind).to_owned(), (*value).to_owned()));
        Facts { attributes: attributes.collect(), ..Facts::default() }
    }

    #[test]
    fn subjects_match_attribute_by_attribute() {
        let google = subject(&[("CN", "Google LLC"), ("O", "Google LLC"), ("C", "US")]);
        for (pattern, expected) in [
            ("CN=Google LLC", true),
            ("cn=Google LLC", true),
            ("O=Google LLC,CN=Google LLC", true),
            ("O=Google LLC, CN=*", true),
            ("CN=Google*", true),
            ("CN=*LLC", true),
            ("CN=G*e L*C", true),
            ("CN=google llc", false),
            ("CN=Google", false),
            ("CN=Google LLC, OU=*", false),
            (r"CN=Google \*", false),
            ("CN=*x*", false),
        ] {
            let parsed: SubjectPattern = pattern.parse().expect(pattern);
            assert_eq!(parsed.matches(&google), expected, "{pattern}");
        }
        let comma: SubjectPattern = r"CN=A\, B".parse().expect("a pattern");
        assert!(comma.matches(&subject(&[("CN", "A, B")])));
        for pattern in ["", "*", "Google LLC", "CN=", "=a", "CN=a,", "C*=a", r"CN=a\"] {
            assert!(pattern.parse::<SubjectPattern>().is_err(), "{pattern}");
        }
    }

    #[test]
    fn names_match_within_their_kind() {
        let name = |kind, text: &str| AlternativeName { kind, text: text.to_owned() };
        for (pattern, kind, text, expected) in [
            ("*.dialogflow.com", NameKind::Dns, "*.dialogflow.com", true),
            ("*.dialogflow.com", NameKind::Dns, "Hooks.Dialogflow.com", true),
            ("*.dialogflow.com", NameKind::Dns, "dialogflow.com", false),
            ("*.dialogflow.com", NameKind::Dns, "a.b.dialogflow.com", false),
            ("*.dialogflow.com", NameKind::Dns, "a.notdialogflow.com", false),
            ("*.dialogflow.com", NameKind::Uri, "a.dialogflow.com", false),
            ("a.example", NameKind::Dns, "*.example", false),
            ("spiffe://example/agent/*", NameKind::Uri, "spiffe://example/agent/a", true),
            ("spiffe://example/agent/*", NameKind::Uri, "spiffe://other/agent/a", false),
            ("*@example.com", NameKind::Email, "agent@example.com", true),
            ("10.0.0.1", NameKind::Address, "10.0.0.1", true),
            ("::1", NameKind::Address, "::1", true),
        ] {
            let parsed: NamePattern = pattern.parse().expect(pattern);
            assert_eq!(parsed.matches(&name(kind, text)), expected, "{pattern} {text}");
        }
        for pattern in ["", "*", "a b", "a.*.com", "*a.com", "a..com", "https:/x"] {
            assert!(pattern.parse::<NamePattern>().is_err(), "{pattern}");
        }
    }
}
