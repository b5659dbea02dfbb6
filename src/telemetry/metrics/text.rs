//! The numbers as `OpenMetrics` text, which Prometheus scrapes.

use std::fmt::{self, Write as _};
use std::sync::atomic::Ordering;
use std::time::{Duration, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::histogram::Histogram;
use super::outbound::Circuit;
use super::tally::Tally;
use super::{Inner, Metrics};

pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What one scrape sees.
#[derive(Debug)]
struct Scrape {
    metrics: Metrics,
    in_flight: usize,
}

impl Metrics {
    /// All of it as text.
    pub(crate) fn text(&self, in_flight: usize) -> String {
        let mut registry = Registry::with_prefix("rejoinder");
        registry.register_collector(Box::new(Scrape { metrics: self.clone(), in_flight }));
        let mut text = String::new();
        let started = self.0.started.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        // Writing to a text fails for nobody.
        let _ = write!(
            text,
            "# HELP process_start_time_seconds When the process began, in seconds since 1970.\n\
             # TYPE process_start_time_seconds gauge\n# UNIT process_start_time_seconds seconds\n\
             process_start_time_seconds {started}\n"
        );
        let _ = encode_registry(&mut text, &registry);
        let _ = encode_eof(&mut text);
        text
    }
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let inner = &*self.metrics.0;
        let mut build = encoder.encode_descriptor("build", "The program.", None, MetricType::Info)?;
        build.encode_info(&[("version", env!("CARGO_PKG_VERSION"))])?;
        self.calls(inner, &mut encoder)?;
        outbound(inner, &mut encoder)?;
        deliveries(inner, &mut encoder)?;
        received(inner, &mut encoder)?;
        tokens(inner, &mut encoder)?;
        management(inner, &mut encoder)?;
        activity(inner, &mut encoder)?;
        events(inner, &mut encoder)?;
        store(inner, &mut encoder)
    }
}

impl Scrape {
    fn calls(&self, inner: &Inner, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let calls = &inner.calls;
        let tags = calls.tags.all();
        let mut family = counter(encoder, "calls", "Calls answered, by tag, outcome and status.")?;
        for (tag, of_tag) in &tags {
            for (outcome, status, count) in of_tag.counts.counts() {
                let status = status.to_string();
                let labels = [("tag", tag.as_str()), ("outcome", outcome), ("status", &status)];
                add(&mut family, &labels, count)?;
            }
        }
        let of_tags = tags.iter().map(|(tag, of_tag)| (tag.as_str(), &of_tag.seconds));
        let help = "From the request's head to the answer, by tag.";
        histograms(encoder, "call_duration", help, "tag", of_tags)?;
        let phases = calls.phases.iter().map(|(phase, seconds)| (*phase, seconds));
        let help = "What calls spent in each phase that they entered.";
        histograms(encoder, "call_phase", help, "phase", phases)?;
        gauge(encoder, "calls_in_flight", "Calls that are being answered.", in_i64(self.in_flight))?;
        let queued = calls.queued.load(Ordering::Relaxed);
        gauge(encoder, "calls_queued", "Calls that wait for their turn.", queued)?;
        let mut shed = counter(encoder, "calls_shed", "Calls refused because too many were in flight.")?;
        shed.encode_counter::<NoLabelSet, _, u64>(&calls.shed.load(Ordering::Relaxed), None)?;
        let help = "Repetitions of a call that were answered without its handler.";
        words(encoder, "duplicates", help, "how", &calls.duplicates)?;
        let help = "What the store said of calls whose repetitions all instances recognize.";
        words(encoder, "shared_duplicates", help, "what", &calls.shared_duplicates)?;
        words(encoder, "deferred", "What became of deferred answers.", "what", &calls.deferred)
    }
}

fn outbound(inner: &Inner, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let webhooks = inner.webhooks.all();
    let help = "Our calls of webhooks and other APIs, by what came back.";
    let mut family = counter(encoder, "outbound_calls", help)?;
    for (webhook, calls) in &webhooks {
        for (outcome, _, count) in calls.counts.counts() {
            add(&mut family, &[("webhook", webhook.as_str()), ("outcome", outcome)], count)?;
        }
    }
    let seconds = webhooks.iter().map(|(webhook, calls)| (webhook.as_str(), &calls.seconds));
    let help = "What our calls took, all attempts together.";
    histograms(encoder, "outbound_call_duration", help, "webhook", seconds)?;
    let circuits = webhooks.iter().map(|(webhook, calls)| (webhook.as_str(), calls.circuit()));
    circuit(encoder, "outbound_breaker_state", circuits)
}

fn deliveries(inner: &Inner, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let deliveries = &inner.deliveries;
    let webhooks = deliveries.webhooks.all();
    let mut family = counter(encoder, "deliveries", "Deliveries that have ended, by how.")?;
    for (webhook, calls) in &webhooks {
        for (state, _, count) in calls.ended.counts() {
            add(&mut family, &[("webhook", webhook.as_str()), ("state", state)], count)?;
        }
    }
    let help = "Attempts of deliveries, by what came back.";
    let mut family = counter(encoder, "delivery_attempts", help)?;
    for (webhook, calls) in &webhooks {
        for (outcome, _, count) in calls.attempts.counts.counts() {
            add(&mut family, &[("webhook", webhook.as_str()), ("outcome", outcome)], count)?;
        }
    }
    let seconds = webhooks.iter().map(|(webhook, calls)| (webhook.as_str(), &calls.attempts.seconds));
    histograms(encoder, "delivery_attempt_duration", "What an attempt took.", "webhook", seconds)?;
    let circuits = webhooks.iter().map(|(webhook, calls)| (webhook.as_str(), calls.attempts.circuit()));
    circuit(encoder, "delivery_breaker_state", circuits)?;
    let under_way = deliveries.under_way.load(Ordering::Relaxed);
    gauge(encoder, "deliveries_under_way", "Deliveries that are being sent.", under_way)?;
    let help = "How long the delivery that is due longest has been due.";
    let lag = Duration::from_millis(deliveries.lag.load(Ordering::Relaxed)).as_secs_f64();
    encoder
        .encode_descriptor("delivery_lag", help, Some(&Unit::Seconds), MetricType::Gauge)?
        .encode_gauge(&lag)?;
    let help = "Deliveries whose instance ended, or was stopped, while it sent them.";
    let mut lost = counter(encoder, "delivery_leases_lost", help)?;
    lost.encode_counter::<NoLabelSet, _, u64>(&deliveries.leases_lost.load(Ordering::Relaxed), None)
}

fn received(inner: &Inner, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let sources = inner.received.sources.all();
    let help = "Requests that brought an event, by what they were answered.";
    let mut family = counter(encoder, "received", help)?;
    for (source, events) in &sources {
        for (outcome, _, count) in events.came.counts() {
            add(&mut family, &[("source", source.as_str()), ("outcome", outcome)], count)?;
        }
    }
    let seconds = sources.iter().map(|(source, events)| (source.as_str(), &events.seconds));
    let help = "From the head of a request that brings an event to its answer.";
    histograms(encoder, "receive_duration", help, "source", seconds)?;
    let mut family =
        counter(encoder, "received_worked", "Attempts to work on an event, by what came of them.")?;
    for (source, events) in &sources {
        for (outcome, _, count) in events.worked.counts() {
            add(&mut family, &[("source", source.as_str()), ("outcome", outcome)], count)?;
        }
    }
    let help = "How long the received event that is due longest has been due.";
    let lag = Duration::from_millis(inner.received.lag.load(Ordering::Relaxed)).as_secs_f64();
    encoder
        .encode_descriptor("receive_lag", help, Some(&Unit::Seconds), MetricType::Gauge)?
        .encode_gauge(&lag)
}

/// Which of the states a breaker is in, for each that there is.
fn circuit<'c>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    circuits: impl Iterator<Item = (&'c str, Option<Circuit>)>,
) -> fmt::Result {
    let help = "Whether the circuit breaker is in this state.";
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (webhook, now) in circuits {
        let Some(now) = now else { continue };
        for (circuit, state) in Circuit::ALL {
            let labels = [("webhook", webhook), ("state", state)];
            family.encode_family(&labels)?.encode_gauge(&i64::from(circuit == now))?;
        }
    }
    Ok(())
}

fn tokens(inner: &Inner, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let mut family = counter(encoder, "key_fetches", "How often the keys of issuers were asked for.")?;
    for (issuer, fetches) in inner.key_fetches.all() {
        for (outcome, _, count) in fetches.counts() {
            add(&mut family, &[("issuer", issuer.as_str()), ("outcome", outcome)], count)?;
        }
    }
    words(encoder, "tokens", "Tokens of callers, by how they were judged.", "outcome", &inner.tokens)
}

fn management(inner: &Inner, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let help = "Calls of the management API, by what they ask for and the status.";
    let mut family = counter(encoder, "management_calls", help)?;
    for (method, status, count) in inner.management.counts() {
        add(&mut family, &[("method", method), ("status", &status.to_string())], count)?;
    }
    Ok(())
}

fn activity(inner: &Inner, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let help = "Invocations written to the activity log.";
    let mut written = counter(encoder, "activity_written", help)?;
    let count = inner.activity_written.load(Ordering::Relaxed);
    written.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
    let help = "Invocations that are not in the activity log, by why not.";
    words(encoder, "activity_lost", help, "why", &inner.activity_lost)
}

fn events(inner: &Inner, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let help = "Events put into the outbox, by type.";
    words(encoder, "events_told", help, "type", &inner.events_told)?;
    let help = "Calls and events of which nobody is told, by why not.";
    words(encoder, "events_lost", help, "why", &inner.events_lost)?;
    let help = "Triggers and automations that fired.";
    words(encoder, "rules_fired", help, "kind", &inner.rules_fired)?;
    let help = "Actions of rules that fired and send nothing, by why not.";
    words(encoder, "rules_unsent", help, "why", &inner.rules_unsent)
}

fn store(inner: &Inner, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let help = "Operations on the store that failed, by why.";
    words(encoder, "store_failures", help, "code", &inner.store_failures)?;
    match inner.store.load(Ordering::Relaxed) {
        // Nothing has been stored yet, so nobody knows.
        0 => Ok(()),
        state => gauge(
            encoder,
            "store_up",
            "Whether the last operation on the store succeeded.",
            (state == 1).into(),
        ),
    }
}

fn counter<'e>(
    encoder: &'e mut DescriptorEncoder<'_>,
    name: &'e str,
    help: &'e str,
) -> Result<MetricEncoder<'e>, fmt::Error> {
    encoder.encode_descriptor(name, help, None, MetricType::Counter)
}

fn add<const N: usize>(
    family: &mut MetricEncoder<'_>,
    labels: &[(&str, &str); N],
    count: u64,
) -> fmt::Result {
    family.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: i64) -> fmt::Result {
    encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
}

/// A counter for each word of one label.
fn words(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &str,
    tally: &Tally,
) -> fmt::Result {
    let mut family = counter(encoder, name, help)?;
    for (word, _, count) in tally.counts() {
        add(&mut family, &[(label, word)], count)?;
    }
    Ok(())
}

fn histograms<'h>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &str,
    all: impl Iterator<Item = (&'h str, &'h Histogram)>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
    for (value, histogram) in all.filter(|(_, histogram)| !histogram.is_empty()) {
        histogram.encode(&mut family.encode_family(&[(label, value)])?)?;
    }
    Ok(())
}

fn in_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
