//! Charts, drawn on the server as SVG.
//!
//! Colours come from the style sheet by class; the numbers stand beside a chart or in its title, so
//! that nothing is told by a picture alone.

use std::fmt::Write as _;

use super::format::{duration, number};

/// A row of small bars, one a value: for a list's cell.
///
/// `label` is what screen readers hear in its place, such as `calls of the last seven days`.
pub(crate) fn sparkline(values: &[i64], label: &str) -> Svg {
    let told: Vec<_> = values.iter().copied().map(number).collect();
    sparkline_as(values, &told, label)
}

/// The same for values that are written in another way, such as times.
pub(crate) fn sparkline_as(values: &[i64], told: &[String], label: &str) -> Svg {
    const HEIGHT: i64 = 24;
    const WIDTH: i64 = 6;
    let most = values.iter().copied().max().unwrap_or_default().max(1);
    let mut bars = String::new();
    for (index, value) in (0..).zip(values) {
        // What is there is seen.
        let height = (value.max(&0) * (HEIGHT - 2) / most).max(i64::from(*value > 0));
        let (x, y) = (index * (WIDTH + 2), HEIGHT - height);
        let _ = write!(bars, "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{height}\"/>");
    }
    let width = (i64::try_from(values.len()).unwrap_or_default() * (WIDTH + 2) - 2).max(1);
    let label = format!("{label}: {}", told.join(", "));
    Svg::new("sparkline", width, HEIGHT, &label, &bars)
}

/// What a chart of bars has at one place.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    /// Such as an hour, for who points at it.
    pub(crate) name: String,
    pub(crate) value: i64,
    /// The part of it that failed.
    pub(crate) failed: i64,
}

/// Bars over time, with the failed part of each in another colour.
pub(crate) fn bars(bars: &[Bar], label: &str) -> Svg {
    const HEIGHT: i64 = 96;
    const WIDTH: i64 = 560;
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or_default().max(1);
    let count = i64::try_from(bars.len()).unwrap_or(1).max(1);
    let mut drawn = String::new();
    for (index, bar) in (0..).zip(bars) {
        let (x, next) = (index * WIDTH / count, (index + 1) * WIDTH / count);
        let width = (next - x - 1).max(1);
        let whole = (bar.value * (HEIGHT - 4) / most).max(i64::from(bar.value > 0));
        let failed = (bar.failed * (HEIGHT - 4) / most).max(i64::from(bar.failed > 0)).min(whole);
        let told = format!("{}: {}, {} failed", bar.name, number(bar.value), number(bar.failed));
        let _ = write!(drawn, "<g><title>{}</title>", escaped(&told));
        // The whole column can be pointed at.
        let _ = write!(
            drawn,
            "<rect class=\"ground\" x=\"{x}\" y=\"0\" width=\"{width}\" height=\"{HEIGHT}\"/>\
             <rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{whole}\"/>",
            HEIGHT - whole
        );
        if failed > 0 {
            let _ = write!(
                drawn,
                "<rect class=\"failed\" x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{failed}\"/>",
                HEIGHT - failed
            );
        }
        drawn.push_str("</g>");
    }
    Svg::new("bars", WIDTH, HEIGHT, label, &drawn)
}

/// Spans of time one after the other, each on a line of its own, with its name and what it took.
pub(crate) fn spans(spans: &[(&str, u64)], label: &str) -> Svg {
    const LINE: u64 = 20;
    const WIDTH: u64 = 560;
    const NAMES: u64 = 90;
    const NUMBERS: u64 = 80;
    let whole = spans.iter().map(|(_, took)| took).sum::<u64>().max(1);
    let room = WIDTH - NAMES - NUMBERS;
    let (mut drawn, mut begun, mut told) = (String::new(), 0, Vec::new());
    for (index, (name, took)) in (0..).zip(spans) {
        let at = |moment: u64| moment.saturating_mul(room) / whole;
        let (x, y) = (NAMES + at(begun).min(room - 2), index * LINE);
        // What took time is seen.
        let width = (at(begun + took) - at(begun)).max(u64::from(*took > 0) * 2);
        let took = duration(*took);
        let _ = write!(
            drawn,
            "<text x=\"0\" y=\"{}\">{}</text><rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{}\"/>\
             <text x=\"{WIDTH}\" y=\"{}\" text-anchor=\"end\">{took}</text>",
            y + 14,
            escaped(name),
            y + 4,
            LINE - 8,
            y + 14
        );
        begun += spans[usize::try_from(index).unwrap_or_default()].1;
        told.push(format!("{name} {took}"));
    }
    let height = spans.len() as u64 * LINE;
    let label = format!("{label}: {}", told.join(", "));
    Svg::new("spans", WIDTH.cast_signed(), height.cast_signed(), &label, &drawn)
}

/// A drawing; templates write it with `|safe`, as it escapes what it is given itself.
#[derive(Debug, Clone)]
pub(crate) struct Svg(String);

impl Svg {
    fn new(class: &str, width: i64, height: i64, label: &str, drawn: &str) -> Self {
        Self(format!(
            "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
             aria-label=\"{}\">{drawn}</svg>",
            escaped(label)
        ))
    }
}

impl std::fmt::Display for Svg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_seen_and_names_stay_text() {
        let text = sparkline(&[0, 1, 1_000_000], "<b>\"calls\"").to_string();
        assert!(text.contains("y=\"24\" width=\"6\" height=\"0\""), "{text}");
        assert!(text.contains("y=\"23\" width=\"6\" height=\"1\""), "{text}");
        assert!(text.contains("aria-label=\"&lt;b&gt;&quot;calls&quot;: 0, 1,"), "{text}");
        let bar = Bar { name: "<i>".to_owned(), value: 10, failed: 1 };
        let text = bars(&[bar], "calls").to_string();
        assert!(
            text.contains("<title>&lt;i&gt;: 10, 1 failed</title>") && text.contains("failed\""),
            "{text}"
        );
        assert!(!sparkline(&[], "none").to_string().is_empty());
        let text =
            spans(&[("<i>", 0), ("waiting", 1_000), ("reading", u64::MAX / 1_000_000)], "parts").to_string();
        assert!(text.contains("&lt;i&gt;</text><rect x=\"90\" y=\"4\" width=\"0\""), "{text}");
        assert!(text.contains(": &lt;i&gt; 0 µs, waiting 1.0 ms, "), "{text}");
    }
}
