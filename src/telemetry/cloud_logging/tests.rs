use std::sync::{Arc, Mutex};

use tracing_subscriber::layer::SubscriberExt as _;

use serde_json::json;

use super::*;

struct Collect(Arc<Mutex<Vec<u8>>>, &'static str);

fn logged(project: &'static str, log: impl FnOnce()) -> serde_json::Value {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let subscriber = tracing_subscriber::registry().with(Collect(Arc::clone(&lines), project));
    tracing::subscriber::with_default(subscriber, log);
    let line = String::from_utf8(lines.lock().expect("no panic").clone()).expect("text");
    assert_eq!(line.matches('\n').count(), 1, "{line}");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

impl<S: Subscriber> Layer<S> for Collect {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        write_event(event, self.1, &mut self.0.lock().expect("no panic"));
    }
}

#[test]
fn an_event_is_one_json_line_with_its_severity() {
    let event = logged("", || {
        tracing::warn!(kind = "a\n\"b\"", ms = 1.5, status = 404, absent = None::<&str>, "no {}", "luck");
    });
    assert_eq!(event["severity"], "WARNING");
    assert_eq!(event["message"], "no luck");
    assert_eq!(
        (&event["kind"], &event["ms"], &event["status"]),
        (&json!("a\n\"b\""), &json!(1.5), &json!(404))
    );
    assert!(event["time"].as_str().expect("a time").ends_with('Z'));
    assert!(
        event.get("absent").is_none() && event.get("httpRequest").is_none() && event.get(LABELS).is_none()
    );
}

#[test]
fn labels_and_the_http_request_are_objects_of_their_own() {
    let event = logged("", || {
        tracing::info!(
            target: "rejoinder::access",
            tag = "a\"b", session = "s", status = 200_u64, ms = 12.5, bytes = 7_u64,
            httpRequest.requestMethod = "POST", page = 3, parameters = %r#"{"order_id":42}"#, "call"
        );
    });
    assert_eq!(event[LABELS], json!({ "tag": "a\"b", "session": "s" }));
    let request =
        json!({ "status": 200, "latency": "0.012500s", "responseSize": "7", "requestMethod": "POST" });
    assert_eq!(event["httpRequest"], request);
    assert_eq!((&event["status"], &event["ms"], &event["page"]), (&json!(200), &json!(12.5), &json!(3)));
    assert_eq!((&event["parameters"], event.get("tag")), (&json!({ "order_id": 42 }), None));
}

#[test]
fn the_trace_has_its_project_if_that_is_known() {
    let log = || tracing::info!(trace_id = "4bf9", span_id = "00f0", trace_sampled = true, "x");
    let event = logged("p", log);
    assert_eq!((&event[TRACE], &event[SPAN]), (&json!("projects/p/traces/4bf9"), &json!("00f0")));
    assert_eq!(event[SAMPLED], true);
    let event = logged("", log);
    assert_eq!((event.get(TRACE), &event["trace_id"]), (None, &json!("4bf9")));
}

#[tokio::test]
async fn what_runs_in_a_trace_logs_it() {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let span = crate::telemetry::trace::Tracing::default()
        .begin("call", |header| (header == crate::telemetry::trace::Header::Traceparent).then_some(parent));
    let event = span.trace().scope(async { logged("p", || tracing::info!("inside")) }).await;
    assert_eq!(event[TRACE], "projects/p/traces/4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!((&event[SPAN], &event[SAMPLED]), (&json!("00f067aa0ba902b7"), &json!(false)));
    assert!(logged("p", || tracing::info!("outside")).get(TRACE).is_none());
}
