//! Words of days and times, in the languages of most agents; names of months and days are those of
//! `$sys.func.FORMAT_DATE`.

use jiff::Span;
use jiff::civil::{Date, Weekday};

use super::words::root;
use crate::flexible::function::Names;

/// A language's words for days from today on, by their distance; a bar stands between several for one.
const DAYS: [(&str, &[(&str, i64)]); 5] = [
    (
        "en",
        &[
            ("today|tonight", 0),
            ("tomorrow", 1),
            ("yesterday", -1),
            ("day after tomorrow", 2),
            ("day before yesterday", -2),
        ],
    ),
    ("de", &[("heute", 0), ("morgen", 1), ("gestern", -1), ("übermorgen", 2), ("vorgestern", -2)]),
    ("es", &[("hoy", 0), ("mañana", 1), ("ayer", -1), ("pasado mañana", 2), ("anteayer", -2)]),
    ("fr", &[("aujourd'hui", 0), ("demain", 1), ("hier", -1), ("après-demain", 2), ("avant-hier", -2)]),
    ("pt", &[("hoje", 0), ("amanhã", 1), ("ontem", -1), ("depois de amanhã", 2), ("anteontem", -2)]),
];

/// Words that mean nothing in a date or a time.
const FILLERS: [&str; 36] = [
    "on",
    "at",
    "the",
    "of",
    "in",
    "next",
    "this",
    "coming",
    "am",
    "um",
    "den",
    "dem",
    "der",
    "im",
    "nächsten",
    "kommenden",
    "diesen",
    "el",
    "la",
    "las",
    "a",
    "de",
    "del",
    "en",
    "próximo",
    "le",
    "à",
    "du",
    "prochain",
    "o",
    "às",
    "as",
    "do",
    "da",
    "no",
    "em",
];

/// Words of a text in lower case, without those that mean nothing.
pub(super) fn words(folded: &str) -> Vec<&str> {
    let words = folded.split([' ', ',']).filter(|word| !word.is_empty());
    words.filter(|word| !FILLERS.contains(word)).collect()
}

/// Words of a text in lower case, from the first one on that means something: behind a number `am` does.
pub(super) fn words_from_meaning(folded: &str) -> Vec<&str> {
    let words = folded.split([' ', ',']).filter(|word| !word.is_empty());
    words.skip_while(|word| FILLERS.contains(word)).collect()
}

/// The day that a word names by its distance from today.
pub(super) fn relative(folded: &str, language: &str, today: Date) -> Option<Date> {
    let (_, days) = DAYS.iter().find(|(known, _)| root(language) == *known)?;
    let text = folded.strip_prefix("the ").unwrap_or(folded);
    let (_, distance) = days.iter().find(|(words, _)| words.split('|').any(|word| word == text))?;
    today.checked_add(Span::new().days(*distance)).ok()
}

/// The day of the week that these words name: the next one from tomorrow on.
pub(super) fn weekday(words: &[&str], language: &str, today: Date) -> Option<Date> {
    let [word] = words else { return None };
    let (index, rest) = names(language)?.day(word)?;
    let weekday = Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()?;
    today.nth_weekday(1, weekday).ok().filter(|_| rest.is_empty())
}

/// The month that a word names, from 1.
pub(super) fn month(word: &str, language: &str) -> Option<i8> {
    let (index, rest) = names(language)?.month(word)?;
    i8::try_from(index + 1).ok().filter(|_| rest.is_empty())
}

/// Those of the language; English is what everybody falls back to.
fn names(language: &str) -> Option<&'static Names> {
    Names::of(language).or_else(|| Names::of("en"))
}
