//! Spans on their way to a collector: OpenTelemetry's protocol over HTTP, in batches from a thread of their own.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_otlp::{Protocol, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SpanData, SpanEvents, SpanExporter, SpanLinks, SpanProcessor as _,
};

use super::span::{Attribute, Ended, Kind};
use crate::config::Traces;

/// How long spans gather. An instance that is stopped sends the rest at once.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the collector may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A collector that is away is told once in this time.
const REMINDER: Duration = Duration::from_secs(60);

/// Takes spans, and sends them when there are many or some time has passed.
#[derive(Debug)]
pub(super) struct Exporter {
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
}

impl Exporter {
    pub(super) fn new(settings: &Traces) -> Result<Self, String> {
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(&settings.endpoint)
            .with_timeout(TIMEOUT)
            .build()
            .map_err(|error| format!("traces.endpoint {}: {error}", settings.endpoint))?;
        let endpoint = settings.endpoint.clone();
        let told = Told { exporter, endpoint, last: Mutex::default() };
        let batches = BatchConfigBuilder::default().with_scheduled_delay(PAUSE).build();
        let mut processor = BatchSpanProcessor::new(told, batches);
        let version = env!("CARGO_PKG_VERSION");
        let resource = Resource::builder()
            .with_service_name(settings.service_name.clone())
            .with_attribute(KeyValue::new("service.version", version))
            .build();
        processor.set_resource(&resource);
        let scope = InstrumentationScope::builder("rejoinder").with_version(version).build();
        Ok(Self { processor, scope })
    }

    /// Puts a span into the next batch; when too many wait, it is dropped.
    pub(super) fn send(&self, ended: Ended) {
        let Ended { name, kind, context, parent, begun, ended, attributes, failure } = ended;
        let flags = if context.sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
        let (trace_id, span_id) = (TraceId::from(context.trace_id), SpanId::from(context.span_id));
        let mut attributes: Vec<KeyValue> =
            attributes.into_iter().map(|(name, value)| KeyValue::new(name, Value::from(value))).collect();
        if let Some(code) = &failure {
            attributes.push(KeyValue::new("error.type", code.clone()));
        }
        self.processor.on_end(SpanData {
            span_context: SpanContext::new(trace_id, span_id, flags, false, TraceState::NONE),
            parent_span_id: SpanId::from(parent),
            parent_span_is_remote: kind == Kind::Server && parent != 0,
            span_kind: match kind {
                Kind::Server => SpanKind::Server,
                Kind::Internal => SpanKind::Internal,
                Kind::Client => SpanKind::Client,
            },
            name: Cow::Borrowed(name),
            start_time: begun,
            end_time: ended,
            attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: failure.map_or(Status::Unset, |code| Status::Error { description: code }),
            instrumentation_scope: self.scope.clone(),
        });
    }

    /// Sends the rest; blocks, at most this long.
    pub(super) fn finish(&self, time: Duration) {
        if let Err(error) = self.processor.shutdown_with_timeout(time) {
            tracing::warn!(target: "rejoinder::traces", %error, "the last traces may not have been sent");
        }
    }
}

impl From<Attribute> for Value {
    fn from(attribute: Attribute) -> Self {
        match attribute {
            Attribute::Text(text) => text.into(),
            Attribute::Number(number) => number.into(),
        }
    }
}

/// An exporter whose failures are logged, not each of them.
struct Told<E> {
    exporter: E,
    endpoint: String,
    last: Mutex<Option<Instant>>,
}

impl<E> fmt::Debug for Told<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl<E> Told<E> {
    fn is_due(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| last.elapsed() >= REMINDER);
        if due {
            *last = Some(Instant::now());
        }
        due
    }
}

impl<E: SpanExporter> SpanExporter for Told<E> {
    fn export(&self, batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        let spans = batch.len();
        let sending = self.exporter.export(batch);
        async move {
            let sent = sending.await;
            if let Err(error) = &sent
                && self.is_due()
            {
                tracing::warn!(
                    target: "rejoinder::traces", endpoint = self.endpoint, spans, %error,
                    "traces cannot be sent; the collector at traces.endpoint does not take them"
                );
            }
            sent
        }
    }

    fn shutdown_with_timeout(&self, time: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(time)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
