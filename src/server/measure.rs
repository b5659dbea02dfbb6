//! An answered call, as the metrics have it.

use super::access_log::Record;
use super::phases::Phase;
use crate::telemetry::metrics::Metrics;

impl Record<'_> {
    /// Adds the call to what is counted, under the tag that its route is written with.
    pub(super) fn count(&self, metrics: &Metrics) {
        let calls = match (self.call, self.route) {
            (None, _) => metrics.no_tag(),
            (Some(_), Some(route)) => route.calls(metrics),
            (Some(_), None) => metrics.unknown_tag(),
        };
        calls.count(self.outcome, self.status, self.phases.total());
        metrics.phases(Phase::ALL.map(|phase| self.phases.of(phase)));
    }
}
