//! What the agent's calls add up to, for people: the console shows it where no Prometheus does.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Metrics;
use super::calls::TagCalls;
use super::histogram::BUCKETS;

/// All calls up to a moment, or between two.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) calls: u64,
    /// Those of them that were not answered as they should be, apologies included: what the activity
    /// log counts as failed.
    pub(crate) failed: u64,
    /// Those that were refused because too many were in flight.
    pub(crate) shed: u64,
    /// Calls and events that are in no log, and of which nobody is told.
    pub(crate) lost: u64,
    pub(super) buckets: [u64; BUCKETS.len() + 1],
}

impl Totals {
    /// What came after `earlier`.
    pub(super) fn since(&self, earlier: &Self) -> Self {
        let mut buckets = self.buckets;
        for (bucket, before) in buckets.iter_mut().zip(earlier.buckets) {
            *bucket = bucket.saturating_sub(before);
        }
        Self {
            calls: self.calls.saturating_sub(earlier.calls),
            failed: self.failed.saturating_sub(earlier.failed),
            shed: self.shed.saturating_sub(earlier.shed),
            lost: self.lost.saturating_sub(earlier.lost),
            buckets,
        }
    }

    /// How long at most this share of the calls took, such as 0.99: a value between the bounds of the
    /// bucket that it is in, as Prometheus would say; none of no calls.
    pub(crate) fn quantile(&self, share: f64) -> Option<Duration> {
        let counted: u64 = self.buckets.iter().sum();
        if counted == 0 {
            return None;
        }
        let rank = share * counted as f64;
        let (mut below, mut low) = (0.0, 0.0);
        for (count, high) in self.buckets.iter().zip(BUCKETS) {
            let upto = below + *count as f64;
            if upto >= rank && *count > 0 {
                return Some(Duration::from_secs_f64(low + (high - low) * (rank - below) / *count as f64));
            }
            (below, low) = (upto, high);
        }
        // Longer than the longest bound.
        Some(Duration::from_secs_f64(low))
    }

    fn add(&mut self, calls: &TagCalls) {
        for (outcome, status, count) in calls.counts.counts() {
            self.calls += count;
            if status >= 400 || matches!(outcome, "apologised" | "oversize") {
                self.failed += count;
            }
        }
        for (sum, count) in self.buckets.iter_mut().zip(calls.seconds.counts()) {
            *sum += count;
        }
    }
}

impl TagCalls {
    /// What the calls of this tag add up to.
    pub(crate) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        totals.add(self);
        totals
    }
}

impl Metrics {
    /// What all calls add up to since the start.
    pub(crate) fn totals(&self) -> Totals {
        let inner = &*self.0;
        let mut totals = Totals::default();
        for (_, calls) in inner.calls.tags.all() {
            totals.add(&calls);
        }
        totals.shed = inner.calls.shed.load(Ordering::Relaxed);
        let lost = inner.activity_lost.counts().chain(inner.events_lost.counts());
        totals.lost = lost.map(|(_, _, count)| count).sum();
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_add_up_and_quantiles_lie_between_the_bounds() {
        let metrics = Metrics::default();
        assert_eq!(metrics.totals().quantile(0.5), None);
        let millis = Duration::from_millis;
        for _ in 0..98 {
            metrics.route("a").count("replied", 200, millis(2));
        }
        let earlier = metrics.totals();
        metrics.route("b").count("apologised", 200, millis(200));
        metrics.unknown_tag().count("failed", 404, Duration::from_secs(60));
        metrics.shed();
        metrics.activity_lost("full", 3);
        let all = metrics.totals();
        assert_eq!((all.calls, all.failed, all.shed, all.lost), (100, 2, 1, 3));
        let p50 = all.quantile(0.5).expect("calls");
        assert!((millis(1)..millis(3)).contains(&p50), "{p50:?}");
        let p99 = all.quantile(0.99).expect("calls");
        assert!((millis(100)..=millis(250)).contains(&p99), "{p99:?}");
        assert_eq!(all.quantile(1.0), Some(Duration::from_secs(30)));
        let later = all.since(&earlier);
        assert_eq!((later.calls, later.failed), (2, 2));
        assert_eq!(metrics.route("b").totals().failed, 1);
    }
}
