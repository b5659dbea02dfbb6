//! What of the numbers says that something is wrong now.

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use super::Metrics;
use super::outbound::Circuit;

impl Metrics {
    /// The webhooks and other APIs that agents' calls lead to, and that are left alone now.
    pub(crate) fn open_circuits(&self) -> Vec<String> {
        let calls = self.0.webhooks.all().into_iter();
        calls.filter(|(_, calls)| is_open(calls.circuit())).map(|(name, _)| name).collect()
    }

    /// The webhooks that are told of events, and that are left alone now.
    pub(crate) fn open_delivery_circuits(&self) -> Vec<String> {
        let calls = self.0.deliveries.webhooks.all().into_iter();
        calls.filter(|(_, calls)| is_open(calls.attempts.circuit())).map(|(name, _)| name).collect()
    }

    /// How long the delivery, and the received event, that is due longest has been due.
    pub(crate) fn lags(&self) -> [Duration; 2] {
        [&self.0.deliveries.lag, &self.0.received.lag]
            .map(|lag| Duration::from_millis(lag.load(Ordering::Relaxed)))
    }

    /// How long this process has been counting.
    pub(crate) fn uptime(&self) -> Duration {
        SystemTime::now().duration_since(self.0.started).unwrap_or_default()
    }
}

fn is_open(circuit: Option<Circuit>) -> bool {
    circuit.is_some_and(|circuit| circuit != Circuit::Closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circuits_that_are_not_closed_are_told() {
        let metrics = Metrics::default();
        let [good, bad] = ["Good", "Bad"].map(|name| metrics.webhook(name).breaker());
        good.set(Circuit::Closed);
        bad.set(Circuit::Open);
        let told = metrics.deliveries("Told").breaker();
        told.set(Circuit::HalfOpen);
        assert_eq!(metrics.open_circuits(), ["Bad"]);
        assert_eq!(metrics.open_delivery_circuits(), ["Told"]);
        metrics.delivery_lag(Duration::from_secs(3));
        assert_eq!(metrics.lags(), [Duration::from_secs(3), Duration::ZERO]);
    }
}
