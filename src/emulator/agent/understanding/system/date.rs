//! A date in words or digits.

use jiff::civil::Date;

use super::calendar;
use super::words::root;
use crate::emulator::agent::understanding::entity::Circumstances;

/// The date that a text in lower case is.
pub(super) fn read(folded: &str, circumstances: Circumstances<'_>) -> Option<Date> {
    let (language, today) = (circumstances.languages.spoken(), circumstances.now.date());
    if let Some(day) = calendar::relative(folded, language, today) {
        return Some(day);
    }
    let words = calendar::words(folded);
    calendar::weekday(&words, language, today)
        .or_else(|| in_digits(&words, language, today))
        .or_else(|| with_month(&words, language, today))
}

/// `2021-03-05`, `5.3.2021`, `3/5/21`, `5.3.`
fn in_digits(words: &[&str], language: &str, today: Date) -> Option<Date> {
    let [word] = words else { return None };
    let mut parts = Vec::new();
    for part in word.trim_end_matches('.').split(['-', '/', '.']) {
        let is_number = !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.push(is_number.then_some(part)?);
    }
    // Americans put the month first, others the day.
    let month_first = matches!(language, "en" | "en-us") && !word.contains('.');
    let date = |year: i16, one: &str, other: &str| {
        let (one, other): (i8, i8) = (one.parse().ok()?, other.parse().ok()?);
        let (month, day) = if month_first { (one, other) } else { (other, one) };
        // What cannot be meant so is meant the other way round.
        Date::new(year, month, day).or_else(|_| Date::new(year, day, month)).ok()
    };
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
        }
        [one, other, year] => date(full_year(year)?, one, other),
        [one, other] if word.contains(['/', '.']) => {
            date(today.year(), one, other).map(|date| coming(date, today))
        }
        _ => None,
    }
}

/// `March 5th, 2021`, `5. März`, `5 de marzo de 2021`
fn with_month(words: &[&str], language: &str, today: Date) -> Option<Date> {
    let (mut month, mut day, mut year) = (None, None, None);
    for word in words {
        // The day of the week says nothing new.
        if calendar::weekday(&[*word], language, today).is_some() {
            continue;
        }
        let place = match word.len() {
            _ if month.is_none()
                && let Some(named) = calendar::month(word, language) =>
            {
                month = Some(named);
                continue;
            }
            4 if word.bytes().all(|byte| byte.is_ascii_digit()) => &mut year,
            _ => &mut day,
        };
        if place.is_some() {
            return None;
        }
        *place = Some(numbered(word)?);
    }
    let (month, day) = (month?, i8::try_from(day?).ok()?);
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        // The 29th of February may be years away.
        None => (0..8).find_map(|later| {
            Date::new(today.year().checked_add(later)?, month, day).ok().filter(|date| *date >= today)
        }),
    }
}

/// The same day in the year in which it is yet to come.
fn coming(date: Date, today: Date) -> Date {
    let next = || Date::new(date.year() + 1, date.month(), date.day());
    if date < today { next().unwrap_or(date) } else { date }
}

/// A number with what may stand behind it: `5th`, `5.`, `1er`.
fn numbered(word: &str) -> Option<i16> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let suffix = matches!(&word[digits..], "" | "." | "st" | "nd" | "rd" | "th" | "er" | "º" | "°");
    word[..digits].parse().ok().filter(|_| suffix)
}

/// `21` is 2021.
fn full_year(text: &str) -> Option<i16> {
    let year: i16 = text.parse().ok()?;
    match text.len() {
        2 => Some(2000 + year),
        4 => Some(year),
        _ => None,
    }
}

/// The month that a text in lower case is, with its year; without one the next that is not over.
pub(super) fn month_of_year(folded: &str, circumstances: Circumstances<'_>) -> Option<Date> {
    let (language, today) = (circumstances.languages.spoken(), circumstances.now.date());
    let words = calendar::words(folded);
    let month = calendar::month(words.first()?, language)?;
    let year = match words.as_slice() {
        [_] if month < today.month() => today.year() + 1,
        [_] => today.year(),
        [_, year] => year.parse().ok().filter(|_| year.len() == 4 && root(year) == *year)?,
        _ => return None,
    };
    Date::new(year, month, 1).ok()
}
