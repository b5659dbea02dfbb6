//! Many calls together: how long they took, what was answered, which events fired.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::Called;

/// What many calls came to.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    totals: Vec<Duration>,
    statuses: BTreeMap<String, usize>,
    events: BTreeMap<&'static str, usize>,
}

/// How long calls took, in milliseconds. A percentile is the time of a call, by the nearest rank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Latency {
    /// The shortest.
    pub min: f64,
    /// Half took at most this long.
    pub p50: f64,
    /// Nine of ten took at most this long.
    pub p90: f64,
    /// 99 of 100 took at most this long.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Tally {
    /// Adds a call.
    pub fn add(&mut self, called: &Called) {
        let status = match &called.outcome {
            Ok(answer) => answer.status.to_string(),
            Err(error) => error.code().to_owned(),
        };
        self.count(called.times.total, status, called.verdict.failure.as_ref().map(|failure| failure.event));
    }

    fn count(&mut self, total: Duration, status: String, event: Option<&'static str>) {
        self.totals.push(total);
        *self.statuses.entry(status).or_default() += 1;
        if let Some(event) = event {
            *self.events.entry(event).or_default() += 1;
        }
    }

    /// How many calls were made.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.totals.len()
    }

    /// How often each status came; where no answer came, the word for why.
    #[must_use]
    pub fn statuses(&self) -> &BTreeMap<String, usize> {
        &self.statuses
    }

    /// How often each event fired.
    #[must_use]
    pub fn events(&self) -> &BTreeMap<&'static str, usize> {
        &self.events
    }

    /// How long the calls took.
    #[must_use]
    pub fn latency(&self) -> Latency {
        let mut sorted = self.totals.clone();
        sorted.sort_unstable();
        let rank = |percent: usize| {
            let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
            sorted.get(index).map_or(0.0, milliseconds)
        };
        Latency { min: rank(0), p50: rank(50), p90: rank(90), p99: rank(99), max: rank(100) }
    }
}

fn milliseconds(time: &Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

impl Serialize for Tally {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape<'a> {
            calls: usize,
            goes_on: usize,
            latency_ms: Latency,
            statuses: &'a BTreeMap<String, usize>,
            events: &'a BTreeMap<&'static str, usize>,
        }
        let failed: usize = self.events.values().sum();
        Shape {
            calls: self.calls(),
            goes_on: self.calls() - failed,
            latency_ms: self.latency(),
            statuses: &self.statuses,
            events: &self.events,
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_of_calls() {
        let mut tally = Tally::default();
        assert_eq!(tally.latency(), Latency::default());
        for ms in (1..=200).rev() {
            let event = (ms > 198).then_some("webhook.error.timeout");
            let status = if event.is_some() { "timed_out" } else { "200" };
            tally.count(Duration::from_millis(ms), status.to_owned(), event);
        }
        assert_eq!(tally.latency(), Latency { min: 1.0, p50: 100.0, p90: 180.0, p99: 198.0, max: 200.0 });
        let written = serde_json::to_value(&tally).expect("JSON");
        assert_eq!(written["goesOn"], 198);
        assert_eq!(written["statuses"], serde_json::json!({ "200": 198, "timed_out": 2 }));
        assert_eq!(written["events"], serde_json::json!({ "webhook.error.timeout": 2 }));
    }
}
