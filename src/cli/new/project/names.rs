//! Names of an agent as names of Rust: any text becomes an identifier, no two the same.

use std::collections::BTreeSet;

/// Words that are none of our names (Rust 2024), raw or not.
const KEYWORDS: [&str; 53] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield", "_",
];

/// The longest identifier, in characters; file names are made of them, too.
const LONGEST: usize = 60;

/// Identifiers that are given out once each.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// With some that are taken already.
    pub(super) fn without(taken: &[&str]) -> Self {
        Self { taken: taken.iter().map(|name| (*name).to_owned()).collect() }
    }

    /// A name in `snake_case`, for functions, fields and modules.
    pub(super) fn snake(&mut self, text: &str, fallback: &str) -> String {
        let words = words(text);
        let joined = if words.is_empty() { fallback.to_owned() } else { words.join("_") };
        self.free(&safe(joined), "_")
    }

    /// A name in `CamelCase`, for types and variants.
    pub(super) fn camel(&mut self, text: &str, fallback: &str) -> String {
        let capitals = words(text).iter().map(|word| capital(word)).collect::<String>();
        let name = match capitals.as_str() {
            "" => fallback.to_owned(),
            "Self" => "SelfValue".to_owned(),
            digits if digits.starts_with(|c: char| c.is_ascii_digit()) => format!("N{digits}"),
            _ => capitals,
        };
        self.free(&name, "")
    }

    /// The name, or the first of its numbered ones that is free.
    fn free(&mut self, name: &str, separator: &str) -> String {
        let mut free = name.to_owned();
        let mut number = 2;
        while !self.taken.insert(free.clone()) {
            free = format!("{}{separator}{number}", name.trim_end_matches('_'));
            number += 1;
        }
        free
    }
}

/// The runs of ASCII letters and digits, in lower case; a capital after a small letter begins one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in text.chars().take(LONGEST) {
        if c.is_ascii_alphanumeric() {
            let begins =
                !before.is_ascii_alphanumeric() || c.is_ascii_uppercase() && before.is_ascii_lowercase();
            match words.last_mut() {
                Some(word) if !begins => word.push(c.to_ascii_lowercase()),
                _ => words.push(c.to_ascii_lowercase().to_string()),
            }
        }
        before = c;
    }
    words
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// A name that begins with no digit and is no keyword.
fn safe(name: String) -> String {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("n{name}");
    }
    if KEYWORDS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// A package's name for Cargo: words with dashes between.
pub(super) fn package(text: &str) -> String {
    let words = words(text);
    let name = if words.is_empty() { "agent-webhook".to_owned() } else { words.join("-") };
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("agent-{name}") } else { name };
    // The names of its own dependencies and of what every crate has would be ambiguous.
    const TAKEN: [&str; 10] =
        ["rejoinder", "serde", "serde-json", "tokio", "jiff", "std", "core", "alloc", "test", "proc-macro"];
    if TAKEN.contains(&name.as_str()) || KEYWORDS.contains(&name.as_str()) {
        return format!("{name}-webhook");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_an_identifier_of_its_own() {
        let mut names = Names::without(&["answer"]);
        for (text, expected) in [
            ("order-status", "order_status"),
            ("order.status", "order_status_2"),
            ("Order_Status", "order_status_3"),
            ("sendOTP", "send_otp"),
            ("type", "type_"),
            ("2nd try", "n2nd_try"),
            ("", "tag"),
            ("정보", "tag_2"),
            ("größe", "gr_e"),
            ("$request.generative.sum", "request_generative_sum"),
            ("answer", "answer_2"),
            ("_", "tag_3"),
            ("async", "async_"),
            ("Async", "async_2"),
        ] {
            assert_eq!(names.snake(text, "tag"), expected, "{text}");
        }
        assert!(names.snake(&"a".repeat(1000), "tag").len() <= LONGEST);
        let mut names = Names::without(&["Other"]);
        for (text, expected) in [
            ("too late", "TooLate"),
            ("too-late", "TooLate2"),
            ("other", "Other2"),
            ("self", "SelfValue"),
            ("", "Value"),
            ("42", "N42"),
        ] {
            assert_eq!(names.camel(text, "Value"), expected, "{text}");
        }
    }

    #[test]
    fn packages_have_names_that_cargo_takes() {
        for (text, expected) in [
            ("Order status", "order-status"),
            ("rejoinder", "rejoinder-webhook"),
            ("주문", "agent-webhook"),
            ("7eleven", "agent-7eleven"),
            ("test", "test-webhook"),
        ] {
            assert_eq!(package(text), expected);
        }
    }
}
