use std::time::Duration;

use super::{Circuit, Metrics};

#[test]
fn everything_counted_is_told() {
    let metrics = Metrics::default();
    metrics.route("a\"b").count("replied", 200, Duration::from_millis(3));
    metrics.route("").count("failed", 500, Duration::from_secs(40));
    metrics.no_tag().count("refused", 401, Duration::from_micros(50));
    metrics.phases([
        Duration::ZERO,
        Duration::ZERO,
        Duration::ZERO,
        Duration::from_millis(2),
        Duration::ZERO,
    ]);
    metrics.shed();
    metrics.duplicate("joined");
    metrics.shared_duplicate("late");
    metrics.deferred("collected");
    metrics.keys_fetched("issuer.example", false);
    metrics.tokens("verified");
    metrics.activity_written(5);
    metrics.activity_lost("full", 2);
    let webhook = metrics.webhook("Weather");
    webhook.count(Ok(204), Duration::from_millis(7));
    webhook.count(Err("timed_out"), Duration::from_secs(5));
    let breaker = webhook.breaker();
    breaker.set(Circuit::Open);
    let waiting = metrics.queued();
    let text = metrics.text(3);
    for line in [
        "# TYPE rejoinder_build info",
        concat!("rejoinder_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        "# TYPE rejoinder_calls counter",
        "rejoinder_calls_total{tag=\"a\\\"b\",outcome=\"replied\",status=\"200\"} 1",
        "rejoinder_calls_total{tag=\"(fallback)\",outcome=\"failed\",status=\"500\"} 1",
        "rejoinder_calls_total{tag=\"(none)\",outcome=\"refused\",status=\"401\"} 1",
        "# UNIT rejoinder_call_duration_seconds seconds",
        "rejoinder_call_duration_seconds_bucket{le=\"0.0025\",tag=\"a\\\"b\"} 0",
        "rejoinder_call_duration_seconds_bucket{le=\"0.005\",tag=\"a\\\"b\"} 1",
        "rejoinder_call_duration_seconds_bucket{le=\"30.0\",tag=\"(fallback)\"} 0",
        "rejoinder_call_duration_seconds_bucket{le=\"+Inf\",tag=\"(fallback)\"} 1",
        "rejoinder_call_duration_seconds_sum{tag=\"(fallback)\"} 40.0",
        "rejoinder_call_phase_seconds_count{phase=\"handling\"} 1",
        "rejoinder_calls_in_flight 3",
        "rejoinder_calls_queued 1",
        "rejoinder_calls_shed_total 1",
        "rejoinder_duplicates_total{how=\"joined\"} 1",
        "rejoinder_duplicates_total{how=\"replayed\"} 0",
        "rejoinder_shared_duplicates_total{what=\"late\"} 1",
        "rejoinder_shared_duplicates_total{what=\"failed\"} 0",
        "rejoinder_deferred_total{what=\"collected\"} 1",
        "rejoinder_key_fetches_total{issuer=\"issuer.example\",outcome=\"failed\"} 1",
        "rejoinder_tokens_total{outcome=\"verified\"} 1",
        "rejoinder_tokens_total{outcome=\"refused\"} 0",
        "rejoinder_activity_written_total 5",
        "rejoinder_activity_lost_total{why=\"full\"} 2",
        "rejoinder_activity_lost_total{why=\"store\"} 0",
        "rejoinder_outbound_calls_total{webhook=\"Weather\",outcome=\"2xx\"} 1",
        "rejoinder_outbound_calls_total{webhook=\"Weather\",outcome=\"timed_out\"} 1",
        "rejoinder_outbound_call_duration_seconds_count{webhook=\"Weather\"} 2",
        "rejoinder_outbound_breaker_state{webhook=\"Weather\",state=\"open\"} 1",
        "rejoinder_outbound_breaker_state{webhook=\"Weather\",state=\"closed\"} 0",
    ] {
        assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("phase=\"reading\""), "{text}");
    assert!(text.ends_with("# EOF\n"), "{text}");
    drop(waiting);
    assert!(metrics.text(0).contains("rejoinder_calls_queued 0\n"));
}
