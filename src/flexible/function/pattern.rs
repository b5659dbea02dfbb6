//! Date patterns, `"EEEE, d MMMM yyyy 'at' HH:mm"`, with the letters of Java's `DateTimeFormatter`.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::moment::Moment;
use super::names::{Names, nth};

pub(super) const LONGEST: usize = 256;

#[derive(Debug)]
enum Part {
    Text(String),
    /// A letter and how many times it stands in a row.
    Field(char, usize),
}

/// A pattern that has been read.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Part>);

impl Pattern {
    /// Reads a pattern; a letter without a meaning is the error, with its count.
    pub(super) fn read(text: &str) -> Result<Self, (char, usize)> {
        let mut parts = Vec::new();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            if character == '\'' {
                let mut quoted = String::new();
                // Two quotes in a row are one, inside of quoted text and outside.
                while let Some(next) = characters.next() {
                    match next {
                        '\'' if characters.next_if_eq(&'\'').is_some() => quoted.push('\''),
                        '\'' => break,
                        other => quoted.push(other),
                    }
                }
                let quoted = if quoted.is_empty() { "'".to_owned() } else { quoted };
                parts.push(Part::Text(quoted));
            } else if character.is_ascii_alphabetic() {
                let mut count = 1;
                while characters.next_if_eq(&character).is_some() {
                    count += 1;
                }
                if count > most(character) {
                    return Err((character, count));
                }
                parts.push(Part::Field(character, count));
            } else {
                parts.push(Part::Text(character.to_string()));
            }
        }
        Ok(Self(parts))
    }

    /// The moment written so; `None` if the pattern wants a date and there is only a time.
    pub(super) fn format(&self, moment: Moment, names: &Names, zone: &TimeZone) -> Option<String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Field(letter, count) => {
                    let field = of_time(moment.time(), *letter, *count, names);
                    let field = field.or_else(|| of_date(moment.date()?, *letter, *count, names));
                    text.push_str(&field.or_else(|| of_zone(moment, zone, *letter, *count))?);
                }
            }
        }
        Some(text)
    }

    /// Whether the text is a date, or a part of one, written so.
    pub(super) fn matches(&self, text: &str, names: &Names) -> bool {
        parse(&self.0, text, names).is_some()
    }
}

/// How many times a letter may stand in a row; 0 if it has no meaning.
fn most(letter: char) -> usize {
    match letter {
        'y' | 'u' | 'S' => 9,
        'M' | 'L' | 'E' => 4,
        'D' | 'X' | 'x' | 'Z' => 3,
        'd' | 'H' | 'h' | 'K' | 'k' | 'm' | 's' | 'V' => 2,
        'a' | 'z' => 1,
        _ => 0,
    }
}

fn of_time(time: Time, letter: char, count: usize, names: &Names) -> Option<String> {
    let hour = time.hour();
    let padded = |number: i8| format!("{number:0count$}");
    Some(match letter {
        'H' => padded(hour),
        'k' => padded(if hour == 0 { 24 } else { hour }),
        'K' => padded(hour % 12),
        'h' => padded((hour + 11) % 12 + 1),
        'm' => padded(time.minute()),
        's' => padded(time.second()),
        'S' => format!("{:09}", time.subsec_nanosecond())[..count].to_owned(),
        'a' => nth(names.halves, usize::from(hour >= 12)),
        _ => return None,
    })
}

fn of_date(date: Date, letter: char, count: usize, names: &Names) -> Option<String> {
    let month = usize::from(date.month().unsigned_abs()) - 1;
    let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
    Some(match (letter, count) {
        ('y' | 'u', 2) => format!("{:02}", date.year().rem_euclid(100)),
        ('y' | 'u', _) => format!("{:0count$}", date.year()),
        ('M' | 'L', 1 | 2) => format!("{:0count$}", date.month()),
        ('M' | 'L', 3) => nth(names.short_months, month),
        ('M' | 'L', _) => nth(names.months, month),
        ('d', _) => format!("{:0count$}", date.day()),
        ('D', _) => format!("{:0count$}", date.day_of_year()),
        ('E', 4) => nth(names.days, weekday),
        ('E', _) => nth(names.short_days, weekday),
        _ => return None,
    })
}

fn of_zone(moment: Moment, zone: &TimeZone, letter: char, count: usize) -> Option<String> {
    let local = moment.date()?.to_datetime(moment.time());
    let zoned = zone.to_ambiguous_zoned(local).compatible().ok()?;
    let seconds = zoned.offset().seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    Some(match (letter, count) {
        ('V', _) => zone.iana_name().unwrap_or("UTC").to_owned(),
        ('z', _) => zoned.strftime("%Z").to_string(),
        ('X', _) if seconds == 0 => "Z".to_owned(),
        ('X' | 'x', 1) if minutes == 0 => format!("{sign}{hours:02}"),
        ('X' | 'x', 3) => format!("{sign}{hours:02}:{minutes:02}"),
        _ => format!("{sign}{hours:02}{minutes:02}"),
    })
}

/// What a text told: enough to see whether the date exists.
#[derive(Default)]
struct Told {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    weekday: Option<usize>,
}

fn parse(parts: &[Part], text: &str, names: &Names) -> Option<()> {
    let mut rest = text;
    let mut told = Told::default();
    for part in parts {
        let (letter, count) = match part {
            Part::Text(literal) => {
                rest = rest.strip_prefix(literal.as_str())?;
                continue;
            }
            Part::Field(letter, count) => (*letter, *count),
        };
        match (letter, count) {
            ('M' | 'L', 3..) => {
                let month = names.month(rest)?;
                told.month = Some(i64::try_from(month.0).ok()? + 1);
                rest = month.1;
            }
            ('E', _) => {
                let day = names.day(rest)?;
                told.weekday = Some(day.0);
                rest = day.1;
            }
            ('a', _) => rest = names.half(rest)?,
            ('X' | 'x' | 'Z' | 'z' | 'V', _) => rest = zone(rest)?,
            _ => {
                let (least, most, low, high) = width(letter, count);
                let end = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                let (digits, after) = rest.split_at(end);
                let number: i64 = digits.parse().ok()?;
                if digits.len() < least || !(low..=high).contains(&number) {
                    return None;
                }
                rest = after;
                match letter {
                    'y' | 'u' => told.year = Some(if count == 2 { 2000 + number } else { number }),
                    'M' | 'L' => told.month = Some(number),
                    'd' => told.day = Some(number),
                    _ => {}
                }
            }
        }
    }
    (rest.is_empty() && told.exists()).then_some(())
}

impl Told {
    fn exists(&self) -> bool {
        // Without a year any February may have 29 days; without a month any has 31.
        let (year, month, day) = (self.year.unwrap_or(2000), self.month.unwrap_or(1), self.day.unwrap_or(1));
        let parts = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
        let (Ok(year), Ok(month), Ok(day)) = parts else {
            return false;
        };
        let Ok(date) = Date::new(year, month, day) else {
            return false;
        };
        let complete = self.year.is_some() && self.month.is_some() && self.day.is_some();
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        !complete || self.weekday.is_none_or(|told| told == weekday)
    }
}

/// Fewest and most digits of a field, its lowest and highest number.
fn width(letter: char, count: usize) -> (usize, usize, i64, i64) {
    let (digits, low, high) = match letter {
        'y' | 'u' if count == 1 => return (1, 4, 0, 9999),
        'y' | 'u' => return (count, count, 0, 9999),
        'S' => return (count, count, 0, 999_999_999),
        'M' | 'L' => (2, 1, 12),
        'D' => (3, 1, 366),
        'd' => (2, 1, 31),
        'H' => (2, 0, 23),
        'k' => (2, 1, 24),
        'K' => (2, 0, 11),
        'h' => (2, 1, 12),
        _ => (2, 0, 59),
    };
    if count == 1 { (1, digits, low, high) } else { (count, count.max(digits), low, high) }
}

/// Skips `Z`, an offset or a zone's name.
fn zone(text: &str) -> Option<&str> {
    let part = |character: char| character.is_ascii_alphanumeric() || "+-:/_".contains(character);
    let end = text.find(|character| !part(character)).unwrap_or(text.len());
    (end > 0).then(|| &text[end..])
}
