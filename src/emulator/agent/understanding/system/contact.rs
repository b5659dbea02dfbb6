//! What has a pattern of its own: addresses of mail and of the web, telephones, post codes.

use serde_json::Value;

use super::number::digits;
use crate::emulator::agent::understanding::entity::Circumstances;
use crate::emulator::agent::understanding::said::Said;

pub(super) fn phone_number(said: &Said, _: Circumstances<'_>) -> Option<Value> {
    let (plus, rest) = match said.text().strip_prefix('+') {
        Some(rest) => ("+", rest),
        None => ("", said.text()),
    };
    // ITU-T E.164 allows fifteen; short ones are numbers inside a town.
    let digits = digits(rest).filter(|digits| (5..=15).contains(&digits.len()))?;
    Some(format!("{plus}{digits}").into())
}

pub(super) fn email(said: &Said, _: Circumstances<'_>) -> Option<Value> {
    let (local, host) = said.text().rsplit_once('@')?;
    let is_part = |c: char| !c.is_whitespace() && !matches!(c, '@' | ',' | ';' | '<' | '>' | '(' | ')');
    let local = !local.is_empty() && local.chars().all(is_part);
    (local && is_host(host)).then(|| said.text().into())
}

pub(super) fn url(said: &Said, _: Circumstances<'_>) -> Option<Value> {
    let text = said.text();
    if text.contains(|c: char| c.is_whitespace() || c == '@') {
        return None;
    }
    let rest = text.split_once("://").filter(|(scheme, _)| !scheme.is_empty()).map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    is_host(host).then(|| text.into())
}

/// Labels with points between; the last one is no number.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-') && !label.starts_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.')
        && host.split('.').all(is_label)
        && last.chars().count() >= 2
        && !last.bytes().any(|byte| byte.is_ascii_digit())
}

pub(super) fn zip_code(said: &Said, _: Circumstances<'_>) -> Option<Value> {
    let text = said.text();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    // Behind the first letters, words: "order 66" is no post code, "SW1A 1AA" is one.
    let letters = text.chars().take_while(|c| c.is_ascii_alphabetic()).count();
    let fits = (3..=10).contains(&text.len()) && text.chars().all(is_part) && has_digit && letters <= 2;
    fits.then(|| text.into())
}

/// An airline's two letters or digits, and up to four digits.
pub(super) fn flight_number(said: &Said, _: Circumstances<'_>) -> Option<Value> {
    let text: String = said.text().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let (airline, number) = text.split_at_checked(2)?;
    let airline = airline.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && airline.bytes().any(|byte| byte.is_ascii_alphabetic());
    let number = (1..=4).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    (airline && number).then(|| text.to_ascii_uppercase().into())
}
