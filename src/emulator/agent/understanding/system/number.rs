//! Numbers, in digits or as a word.

use serde_json::Value;

use super::words;
use crate::emulator::agent::understanding::entity::Circumstances;
use crate::emulator::agent::understanding::said::Said;

/// The longest number, in bytes: none that is meant has more digits.
const LONGEST: usize = 64;

pub(super) fn number(said: &Said, circumstances: Circumstances<'_>) -> Option<Value> {
    value(amount(said.folded(), circumstances)?)
}

pub(super) fn integer(said: &Said, circumstances: Circumstances<'_>) -> Option<Value> {
    value(amount(said.folded(), circumstances).filter(|number| number.fract() == 0.0)?)
}

pub(super) fn ordinal(said: &Said, circumstances: Circumstances<'_>) -> Option<Value> {
    let text = said.folded();
    if let Some(place) = words::ordinal(circumstances.languages.spoken(), text) {
        return Some(place.into());
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let behind = text[digits..].trim_start();
    let suffix = matches!(
        behind,
        "" | "." | "st" | "nd" | "rd" | "th" | "º" | "ª" | "er" | "re" | "e" | "ème" | "eme"
    );
    text[..digits].parse::<u32>().ok().filter(|_| suffix).map(Value::from)
}

pub(super) fn percentage(said: &Said, circumstances: Circumstances<'_>) -> Option<Value> {
    const WORDS: [&str; 9] =
        ["%", "percent", "per cent", "prozent", "por ciento", "pour cent", "pourcent", "por cento", "pct"];
    let number = WORDS.iter().find_map(|word| said.folded().strip_suffix(word))?;
    let number = value(amount(number.trim_end(), circumstances)?)?;
    Some(format!("{number}%").into())
}

pub(super) fn sequence(said: &Said, _: Circumstances<'_>) -> Option<Value> {
    digits(said.text()).map(Value::from)
}

/// The digits, if there are none but those and what stands between the groups of them.
pub(super) fn digits(text: &str) -> Option<String> {
    let is_between = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{2011}');
    let digits: String = text.chars().filter(|c| !is_between(*c)).collect();
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// A number in digits or as a word, in lower case.
pub(super) fn amount(text: &str, circumstances: Circumstances<'_>) -> Option<f64> {
    let language = circumstances.languages.spoken();
    let in_words = words::cardinal(language, text).map(|number| number as f64);
    in_words.or_else(|| in_digits(text, language))
}

/// Reads the way of the language: `1,234.5` in English, `1.234,5` and `1 234,5` elsewhere.
fn in_digits(text: &str, language: &str) -> Option<f64> {
    if text.len() > LONGEST {
        return None;
    }
    let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.trim_start();
    let english = matches!(words::root(language), "en" | "ja" | "ko" | "zh" | "th");
    let (group, point) = if english { (',', '.') } else { ('.', ',') };
    let plain = match digits.split_once(point) {
        Some((whole, part)) => format!("{}.{}", ungrouped(whole, group)?, fraction(part)?),
        None => match ungrouped(digits, group) {
            Some(whole) => whole,
            // Where it can be no group, it is a point: 1.5 in German.
            None => {
                let (whole, part) = digits.split_once(group)?;
                format!("{}.{}", ungrouped(whole, point)?, fraction(part)?)
            }
        },
    };
    plain.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| sign * number)
}

/// Digits without what stands between groups of three.
fn ungrouped(text: &str, group: char) -> Option<String> {
    let separators = [group, ' ', '\'', '\u{a0}', '\u{202f}'];
    let mut groups = text.split(separators);
    let first = groups.next().filter(|first| !first.is_empty())?;
    let grouped = text.contains(separators);
    if !is_digits(first) || (grouped && first.len() > 3) {
        return None;
    }
    let mut whole = first.to_owned();
    for group in groups {
        if group.len() != 3 || !is_digits(group) {
            return None;
        }
        whole.push_str(group);
    }
    Some(whole)
}

fn fraction(text: &str) -> Option<&str> {
    (!text.is_empty() && is_digits(text)).then_some(text)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// As JSON; whole ones without a fraction.
pub(super) fn value(number: f64) -> Option<Value> {
    /// Above it a double skips integers.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Some((number as i64).into());
    }
    serde_json::Number::from_f64(number).map(Value::Number)
}
