//! Traces: from a call's headers over its spans to the upstream, and to a collector.

use std::collections::HashMap;
use std::time::Instant;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::{Span, status};
use prost::Message as _;
use serde_json::{Value, json};

use crate::kit::{Program, Reply, Request, Served, Upstream, call, until};
use crate::log::{calls, log_of};
use crate::routes::{flexible, folder, serve};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

fn collector() -> Upstream {
    Upstream::start(|_| Reply::new(200))
}

/// The spans that a collector was sent, by their names, and the names of the services.
fn received(collector: &Upstream) -> (HashMap<String, Span>, Vec<String>) {
    let (mut spans, mut services) = (HashMap::new(), Vec::new());
    for request in collector.requests() {
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/traces"));
        assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
        let export = ExportTraceServiceRequest::decode(&request.body[..]).expect("protobuf");
        for resource in export.resource_spans {
            let attributes = resource.resource.expect("a resource").attributes;
            services.extend(text(&attributes, "service.name"));
            for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{span:?}");
                assert!(spans.insert(span.name.clone(), span).is_none(), "one span of a name");
            }
        }
    }
    (spans, services)
}

fn text(attributes: &[KeyValue], name: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(text) => Some(text.clone()),
        any_value::Value::IntValue(number) => Some(number.to_string()),
        other => panic!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A weather tag that this upstream answers, traced as the settings say.
fn weather(upstream: &Upstream, rest: &Value, traces: &str) -> Served {
    let webhook = flexible("Weather API", &upstream.url("/today?key=s3cret"), rest);
    serve(&folder(
        &format!("[routes.\"weather\"]\nwebhook = \"Weather API\"\n[traces]\n{traces}\n"),
        &[webhook],
        &[],
    ))
}

fn ask() -> Request {
    Request::call(call("weather", &json!({ "name": "Somebody-Secret" })))
}

#[test]
fn a_call_is_a_span_with_its_verification_handler_and_upstream_inside() {
    let (collector, upstream) = (collector(), Upstream::start(|_| Reply::json(503, json!({}))));
    let traces = format!("endpoint = \"{}\"\nservice_name = \"weather bot\"", collector.url(""));
    let served = weather(&upstream, &json!({}), &traces);
    let request = ask().header("traceparent", format!("00-{TRACE}-{PARENT}-01")).header("tracestate", "a=b");
    served.ask(&request.header("X-Request-Id", "r-1")).refused(503, "upstream_status");
    // What is not sent yet, the end of the server sends.
    drop(served);
    let (spans, services) = received(&collector);
    assert_eq!((spans.len(), &services[..]), (4, &["weather bot".to_owned()][..]), "{spans:?}");
    for (name, parent, kind) in [
        ("call", PARENT.to_owned(), SpanKind::Server),
        ("verify", hex(&spans["call"].span_id), SpanKind::Internal),
        ("handler", hex(&spans["call"].span_id), SpanKind::Internal),
        ("upstream", hex(&spans["handler"].span_id), SpanKind::Client),
    ] {
        let span = &spans[name];
        assert_eq!((hex(&span.trace_id), hex(&span.parent_span_id)), (TRACE.to_owned(), parent), "{name}");
        assert_eq!(span.kind(), kind, "{name}");
        let whole = &spans["call"];
        assert!(span.start_time_unix_nano >= whole.start_time_unix_nano, "{name}: {span:?} in {whole:?}");
        assert!(span.end_time_unix_nano <= whole.end_time_unix_nano, "{name}: {span:?} in {whole:?}");
        let failed = span.status.as_ref().map(|status| status.code()) == Some(status::StatusCode::Error);
        assert_eq!(failed, name != "verify", "{name}: {span:?}");
    }
    let told = |span: &str, name: &str| text(&spans[span].attributes, name);
    for (span, name, value) in [
        ("call", "rejoinder.tag", "weather"),
        ("call", "rejoinder.outcome", "failed"),
        ("call", "rejoinder.request_id", "r-1"),
        ("call", "http.request.method", "POST"),
        ("call", "url.path", "/webhook"),
        ("call", "http.response.status_code", "503"),
        ("call", "error.type", "upstream_status"),
        ("upstream", "rejoinder.webhook", "Weather API"),
        ("upstream", "server.address", "127.0.0.1"),
        ("upstream", "http.response.status_code", "503"),
    ] {
        assert_eq!(told(span, name).as_deref(), Some(value), "{span} {name}");
    }
    let shown = format!("{spans:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("Somebody-Secret"), "{shown}");
    let seen = &upstream.requests()[0];
    let parent = format!("00-{TRACE}-{}-01", hex(&spans["upstream"].span_id));
    assert_eq!((seen.header("traceparent"), seen.header("tracestate")), (Some(parent.as_str()), Some("a=b")));
}

#[test]
fn without_a_collector_the_trace_is_passed_on_as_it_came() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let parent = format!("00-{TRACE}-{PARENT}-00");
    let google = format!("{TRACE}/255;o=1");
    let seen = |served: &Served, name: &str, value: &str| {
        served.ask(&ask().header(name, value)).reply();
        upstream.requests().pop().expect("a request").header("traceparent").map(str::to_owned)
    };
    let served = weather(&upstream, &json!({}), "");
    assert_eq!(seen(&served, "traceparent", &parent), Some(parent.clone()));
    assert_eq!(
        seen(&served, "X-Cloud-Trace-Context", &google),
        Some(format!("00-{TRACE}-00000000000000ff-01"))
    );
    assert_eq!(seen(&served, "X-Cloud-Trace-Context", TRACE), None, "nobody knows the span");
    assert_eq!(seen(&served, "X-Other", "x"), None);
    let served = weather(&upstream, &json!({}), "propagate = false");
    assert_eq!(seen(&served, "traceparent", &parent), None);
    let own = format!("00-{TRACE}-1111111111111111-01");
    let served = weather(&upstream, &json!({ "requestHeaders": { "traceparent": own } }), "");
    assert_eq!(seen(&served, "traceparent", &parent), Some(own), "the webhook's own header wins");
}

#[test]
fn what_is_not_sampled_is_not_sent() {
    let (collector, upstream) = (collector(), Upstream::start(|_| Reply::json(200, json!({}))));
    let traces = format!("endpoint = \"{}\"\nsample_ratio = 0.0", collector.url("/"));
    let served = weather(&upstream, &json!({}), &traces);
    served.ask(&ask().header("traceparent", format!("00-{TRACE}-{PARENT}-00"))).reply();
    served.ask(&ask()).reply();
    drop(served);
    assert_eq!(collector.requests().len(), 0);
    let parents: Vec<String> = upstream
        .requests()
        .iter()
        .map(|request| request.header("traceparent").expect("passed on").to_owned())
        .collect();
    assert!(parents[0].starts_with(&format!("00-{TRACE}-")) && !parents[0].contains(PARENT), "{parents:?}");
    assert!(!parents[1].contains(TRACE), "{parents:?}");
    assert!(parents.iter().all(|parent| parent.ends_with("-00")), "{parents:?}");
}

#[test]
fn a_call_without_a_trace_begins_one_that_the_log_names() {
    let collector = collector();
    let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url("")), ("OTEL_SERVICE_NAME", "bot")];
    let log = log_of(&environment, &[Request::call(call("clear", &json!({ "name": "x" })))]);
    let (spans, services) = received(&collector);
    assert_eq!(services, ["bot"]);
    let whole = &spans["call"];
    assert_eq!((whole.parent_span_id.len(), whole.trace_id.len(), whole.span_id.len()), (0, 16, 8));
    let line = &calls(&log)[0];
    assert_eq!(line["trace_id"], hex(&whole.trace_id));
    assert_eq!(line["request_id"], hex(&whole.trace_id));
    assert_eq!(line["logging.googleapis.com/spanId"], hex(&whole.span_id));
    assert_eq!(line["logging.googleapis.com/trace_sampled"], true);
    assert_eq!(hex(&spans["handler"].parent_span_id), hex(&whole.span_id));
}

#[test]
fn spans_arrive_while_the_server_runs_on() {
    let collector = collector();
    let served = Served::demo_with(&[("REJOINDER_TRACES__ENDPOINT", &collector.url(""))]);
    served.call(call("clear", &json!({ "name": "x" }))).reply();
    until("the spans arrive", || received(&collector).0.len() == 3);
}

#[test]
fn a_collector_that_never_answers_holds_no_shutdown() {
    let collector = Upstream::start(|_| Reply::silence());
    let endpoint = collector.url("");
    let program =
        Program::serve_with(&["--bind", "127.0.0.1:0"], &[("REJOINDER_TRACES__ENDPOINT", &endpoint)]);
    program.connect().ask(&Request::call(call("clear", &json!({ "name": "x" })))).reply();
    let begun = Instant::now();
    program.signal("TERM");
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(begun.elapsed().as_secs() < 4, "{:?}", begun.elapsed());
    assert!(ended.errors.contains("the last traces may not have been sent"), "{}", ended.errors);
}

#[test]
fn a_collector_that_is_away_is_told_once_and_stops_nobody() {
    // A port that nobody listens on any more.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let endpoint = format!("http://{gone}");
    let program =
        Program::serve_with(&["--bind", "127.0.0.1:0"], &[("REJOINDER_TRACES__ENDPOINT", &endpoint)]);
    let mut connection = program.connect();
    for _ in 0..2 {
        connection.ask(&Request::call(call("clear", &json!({ "name": "x" })))).reply();
        until("it is told", || program.log().contains("traces cannot be sent"));
    }
    drop(connection);
    let begun = Instant::now();
    program.signal("TERM");
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(begun.elapsed().as_secs() < 4, "{:?}", begun.elapsed());
    assert_eq!(ended.errors.matches("traces cannot be sent").count(), 1, "{}", ended.errors);
}
