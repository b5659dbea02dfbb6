//! A time of day in words or digits.

use jiff::civil::Time;

use super::calendar;

/// The time that a text in lower case is.
pub(super) fn read(folded: &str) -> Option<Time> {
    match folded.strip_prefix("at ").unwrap_or(folded) {
        "noon" | "midday" | "mittag" | "mittags" | "mediodía" | "midi" | "meio-dia" => return hour(12, 0),
        "midnight" | "mitternacht" | "medianoche" | "minuit" | "meia-noite" => return hour(0, 0),
        _ => {}
    }
    let words = calendar::words_from_meaning(folded);
    // "2:30 pm" and "2:30pm" are one.
    let text = words.concat();
    let (clock, half) = half_of_day(&text);
    let clock = ["o'clock", "uhr", "hours", "heures", "heure", "horas", "hora", "hrs"]
        .iter()
        .find_map(|word| clock.strip_suffix(word))
        .map_or((clock, false), |clock| (clock, true));
    let (clock, named) = clock;
    let mut parts = clock.split([':', 'h', '.']);
    let first = number(parts.next()?)?;
    let rest: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let told = named || half.is_some() || clock.contains([':', 'h']);
    let (minute, second) = match rest.as_slice() {
        _ if !told => return None,
        [] => (0, 0),
        [minute] => (two(minute)?, 0),
        [minute, second] => (two(minute)?, two(second)?),
        _ => return None,
    };
    let first = match half {
        Some(_) if !(1..=12).contains(&first) => return None,
        Some(Half::Before) => first % 12,
        Some(Half::After) => first % 12 + 12,
        None => first,
    };
    Time::new(first, minute, second, 0).ok()
}

#[derive(Clone, Copy)]
enum Half {
    Before,
    After,
}

fn half_of_day(text: &str) -> (&str, Option<Half>) {
    for (word, half) in
        [("a.m", Half::Before), ("am", Half::Before), ("p.m", Half::After), ("pm", Half::After)]
    {
        if let Some(clock) = text.trim_end_matches('.').strip_suffix(word) {
            return (clock, Some(half));
        }
    }
    (text, None)
}

fn hour(hour: i8, minute: i8) -> Option<Time> {
    Time::new(hour, minute, 0, 0).ok()
}

fn number(text: &str) -> Option<i8> {
    (text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn two(text: &str) -> Option<i8> {
    number(text).filter(|_| text.len() == 2)
}
