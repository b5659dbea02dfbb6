//! How numbers, times and sizes are written for people; the exact value is for whoever points at it.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use jiff::Timestamp;

/// A number with its thousands apart: `12 345`, with a narrow space that no line breaks at.
pub(crate) fn number(number: impl TryInto<i64>) -> String {
    let number: i64 = number.try_into().unwrap_or(i64::MAX);
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "−".to_owned() } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A time span, from its microseconds: `850 µs`, `12.4 ms`, `3.2 s`, `4 min 10 s`.
pub(crate) fn duration(micros: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let of = |unit: u64| micros as f64 / unit as f64;
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..100_000 => format!("{:.1} ms", of(1_000)),
        100_000..1_000_000 => format!("{:.0} ms", of(1_000)),
        1_000_000..60_000_000 => format!("{:.1} s", of(1_000_000)),
        60_000_000..3_600_000_000 => {
            format!("{} min {} s", micros / 60_000_000, micros / 1_000_000 % 60)
        }
        3_600_000_000..86_400_000_000 => {
            format!("{} h {} min", micros / 3_600_000_000, micros / 60_000_000 % 60)
        }
        _ => format!("{} d {} h", micros / 86_400_000_000, micros / 3_600_000_000 % 24),
    }
}

/// A size: `850 B`, `12.4 KB`, `3.2 MB`; a KB is 1,000 bytes.
pub(crate) fn bytes(size: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let of = |unit: u64| size as f64 / unit as f64;
    match size {
        0..1_000 => format!("{size} B"),
        1_000..1_000_000 => format!("{:.1} KB", of(1_000)),
        _ => format!("{:.1} MB", of(1_000_000)),
    }
}

/// A share of a whole: `3.2 %`; nothing of nothing is none.
pub(crate) fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 || part <= 0 {
        return "0 %".to_owned();
    }
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let share = part as f64 * 100.0 / whole as f64;
    if share < 0.1 { "< 0.1 %".to_owned() } else { format!("{share:.1} %") }
}

/// A moment, from microseconds since 1970; as text the time of day in UTC.
///
/// Pages write it as `<time datetime="{{ at.exact() }}" title="{{ at.exact() }}">{{ at }}</time>` by the
/// macro `time`; the script turns it into the reader's own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) i64);

impl Moment {
    fn stamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Without the seconds, for the parts of charts.
    pub(crate) fn minute(self) -> String {
        self.stamp().strftime("%Y-%m-%d %H:%M UTC").to_string()
    }

    /// In ISO form, to the microsecond.
    pub(crate) fn exact(self) -> String {
        format!("{:.6}", self.stamp())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.stamp().strftime("%Y-%m-%d %H:%M:%S UTC"))
    }
}

/// JSON as people read it, its members in their order; what is none, as it is.
pub(crate) fn pretty(text: &str) -> String {
    pretty_within(text, usize::MAX)
}

/// The same, unless it were longer than this: deep JSON takes many times its size.
pub(crate) fn pretty_within(text: &str, most: usize) -> String {
    /// What is nested deeper is indented no further: white space would be all that there is.
    const DEEPEST: usize = 64;
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth.min(DEEPEST)));
    };
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if out.len() > most {
            return text.to_owned();
        }
        match c {
            _ if quoted => {
                out.push(c);
                quoted = escaped || c != '"';
                escaped = !escaped && c == '\\';
            }
            ' ' | '\n' | '\r' | '\t' => {}
            '{' | '[' => {
                out.push(c);
                while rest.next_if(char::is_ascii_whitespace).is_some() {}
                match rest.next_if(|c| matches!(c, '}' | ']')) {
                    Some(end) => out.push(end),
                    None => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => {
                quoted = c == '"';
                out.push(c);
            }
        }
    }
    out
}

/// A text with the numbers of control characters and of what turns the direction of reading in their place: what
/// is not seen cannot be judged.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let is_turning = |c: char| matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let is_control = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.chars().any(|c| is_control(c) || is_turning(c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // The ends of lines of other systems.
            '\r' if characters.peek() == Some(&'\n') => {}
            // Emoji are joined by it.
            '\u{200d}' => shown.push(character),
            c if is_control(c) || is_turning(c) => {
                let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(c));
            }
            other => shown.push(other),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_and_nothing_else() {
        let text = r#"{"z":[1.0,{},[ ],{"a":"{\"x\": [1,\\"}],"a":-1e400,"é":null}"#;
        let expected = "{\n  \"z\": [\n    1.0,\n    {},\n    [],\n    {\n      \"a\": \"{\\\"x\\\": [1,\\\\\"\n    }\n  ],\n  \
                        \"a\": -1e400,\n  \"é\": null\n}";
        assert_eq!(pretty(text), expected);
        assert_eq!(pretty(expected), expected, "what is indented stays as it is");
        for same in ["", "{", "1", "\"a\"", "[]", "<b>", "{} {}"] {
            assert_eq!(pretty(same), same);
        }
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(pretty(&deep).len() < 3_000_000);
    }

    #[test]
    fn values_are_written_for_people() {
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!([number(0), number(999), number(-1_000)], ["0", "999", "−1\u{202f}000"]);
        let spans = [1, 12_400, 850_000, 3_200_000, 250_000_000, 7_260_000_000, 90_000_000_000];
        assert_eq!(
            spans.map(duration),
            ["1 µs", "12.4 ms", "850 ms", "3.2 s", "4 min 10 s", "2 h 1 min", "1 d 1 h"]
        );
        assert_eq!([bytes(850), bytes(12_400), bytes(3_200_000)], ["850 B", "12.4 KB", "3.2 MB"]);
        assert_eq!([percent(0, 0), percent(1, 3), percent(1, 100_000)], ["0 %", "33.3 %", "< 0.1 %"]);
        let moment = Moment(1_796_000_000_123_456);
        assert_eq!(moment.to_string(), "2026-11-30 00:53:20 UTC");
        assert_eq!(moment.minute(), "2026-11-30 00:53 UTC");
        assert_eq!(moment.exact(), "2026-11-30T00:53:20.123456Z");
        assert_eq!([pretty("{\"a\":1}"), pretty("{")], ["{\n  \"a\": 1\n}", "{"]);
    }

    #[test]
    fn deep_json_does_not_grow() {
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(pretty(&deep).len() > 5_000);
        assert_eq!(pretty_within(&deep, 1_000), deep);
        let deeper = "[".repeat(100_000);
        assert_eq!(pretty_within(&deeper, 1_000), deeper);
    }

    #[test]
    fn what_is_not_seen_is_made_seen() {
        for (text, shown) in [
            ("plain é\n\tx", "plain é\n\tx"),
            ("\u{1b}[31mred\0", "⟨U+001B⟩[31mred⟨U+0000⟩"),
            ("a\r\nb\rc\u{7f}", "a\nb⟨U+000D⟩c⟨U+007F⟩"),
            ("evil\u{202e}txt.exe\u{2066}", "evil⟨U+202E⟩txt.exe⟨U+2066⟩"),
            ("\u{85}\u{feff}", "⟨U+0085⟩⟨U+FEFF⟩"),
            ("👩\u{200d}🔧\u{200b}", "👩\u{200d}🔧⟨U+200B⟩"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }
}
