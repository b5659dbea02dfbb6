//! The calls of a time: numbers, with a chart of each.

use std::time::Duration;

use crate::console::chart::{self, Bar, Svg};
use crate::console::format::{Moment, duration, number, percent};

/// What there was in the parts of a time.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    /// Whether calls are as the activity log has them.
    pub(crate) is_logged: bool,
    /// When each part began, its calls, and those of them that failed.
    pub(crate) calls: Vec<(i64, i64, i64)>,
    pub(crate) p50: Option<Duration>,
    pub(crate) p99: Option<Duration>,
    /// The 99th percentile of each part.
    pub(crate) slow: Vec<Option<Duration>>,
    /// The calls of each part that were refused because too many were in flight.
    pub(crate) shed: Vec<i64>,
}

/// A number with what it is called.
#[derive(Debug)]
pub(crate) struct Card {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    /// The exact value.
    pub(crate) exact: String,
    pub(crate) is_bad: bool,
    pub(crate) chart: Option<Svg>,
}

/// The calls of a time.
#[derive(Debug)]
pub(crate) struct Period {
    pub(crate) title: &'static str,
    pub(crate) cards: [Card; 5],
    pub(crate) chart: Svg,
    /// What a bar is.
    pub(crate) legend: &'static str,
    /// Whose calls they are.
    pub(crate) source: String,
}

/// So many small bars fit into a card.
const SMALL: usize = 12;

impl Period {
    /// The last hour, by the minute.
    pub(crate) fn hour(numbers: &Numbers) -> Self {
        let source = "Of this instance, since it started.".to_owned();
        Self::of("Last hour", numbers, "Calls by the minute", source)
    }

    /// Seven days, by the hour. `uptime` is that of this instance, in microseconds.
    pub(crate) fn week(numbers: &Numbers, uptime: u64) -> Self {
        let started = duration(uptime);
        let source = if numbers.is_logged {
            format!(
                "Calls and failures are those of the activity log, of all instances; times and refused calls are of this instance, which started {started} ago."
            )
        } else {
            format!("Of this instance, which started {started} ago: there is no activity log to ask.")
        };
        Self::of("Seven days", numbers, "Calls by the hour", source)
    }

    fn of(title: &'static str, numbers: &Numbers, legend: &'static str, source: String) -> Self {
        let calls: i64 = numbers.calls.iter().map(|(_, calls, _)| calls).sum();
        let failed: i64 = numbers.calls.iter().map(|(_, _, failed)| failed).sum();
        let bars: Vec<Bar> = numbers
            .calls
            .iter()
            .map(|(begins, value, failed)| Bar {
                name: Moment(*begins).minute(),
                value: *value,
                failed: *failed,
            })
            .collect();
        let label = format!("{legend}: {} calls, {} of them failed", number(calls), number(failed));
        Self {
            title,
            cards: cards(numbers, calls, failed),
            chart: chart::bars(&bars, &label),
            legend,
            source,
        }
    }
}

fn cards(numbers: &Numbers, calls: i64, failed: i64) -> [Card; 5] {
    let shed: i64 = numbers.shed.iter().sum();
    let card = |name, value, exact, is_bad, chart| Card { name, value, exact, is_bad, chart };
    let time = |time: Option<Duration>| time.map_or("–".to_owned(), |time| duration(micros(time)));
    let exact = |time: Option<Duration>| match time {
        Some(time) => format!("{} µs, between the bounds of /metrics", micros(time)),
        None => "no calls".to_owned(),
    };
    let by = numbers.slow.len().div_ceil(SMALL).max(1);
    let slow: Vec<u64> = numbers
        .slow
        .chunks(by)
        .map(|parts| micros(parts.iter().flatten().max().copied().unwrap_or_default()))
        .collect();
    let told: Vec<String> = slow.iter().map(|time| duration(*time)).collect();
    let values: Vec<i64> = slow.iter().map(|time| i64::try_from(*time).unwrap_or(i64::MAX)).collect();
    let slow = chart::sparkline_as(&values, &told, "p99 over that time");
    let refused: Vec<i64> = numbers.shed.chunks(by).map(|parts| parts.iter().sum()).collect();
    let refused = (shed > 0).then(|| chart::sparkline(&refused, "refused calls over that time"));
    [
        card("Calls", number(calls), format!("{calls} calls"), false, None),
        card("Failed", percent(failed, calls), format!("{failed} of {calls} calls"), failed > 0, None),
        card("p50", time(numbers.p50), exact(numbers.p50), false, None),
        card("p99", time(numbers.p99), exact(numbers.p99), false, numbers.p99.map(|_| slow)),
        card(
            "Shed",
            number(shed),
            format!("{shed} calls were refused because too many were in flight"),
            shed > 0,
            refused,
        ),
    ]
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_add_up_and_say_whose_they_are() {
        let millis = |millis| Some(Duration::from_millis(millis));
        let numbers = Numbers {
            is_logged: true,
            calls: (0..60).map(|minute| (minute * 60_000_000, 10, i64::from(minute == 59))).collect(),
            p50: millis(2),
            p99: millis(40),
            slow: (0..60).map(millis).collect(),
            shed: vec![0; 60],
        };
        let period = Period::week(&numbers, 3_600_000_000);
        let values = period.cards.iter().map(|card| card.value.as_str()).collect::<Vec<_>>();
        assert_eq!(values, ["600", "0.2 %", "2.0 ms", "40.0 ms", "0"]);
        assert!(period.source.contains("started 1 h 0 min ago"), "{}", period.source);
        let times = period.cards[3].chart.as_ref().expect("times").to_string();
        assert!(times.contains("p99 over that time: 4.0 ms, 9.0 ms, 14.0 ms"), "{times}");
        assert!(period.cards[4].chart.is_none() && period.cards[1].is_bad);
        assert_eq!(period.chart.to_string().matches("<g>").count(), 60);
        let none = Period::hour(&Numbers::default());
        assert_eq!(none.cards[3].value, "–");
    }
}
