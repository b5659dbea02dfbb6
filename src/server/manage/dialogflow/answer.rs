//! Answers: a resource, a list, an operation that is done, or nothing.

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::Version;
use super::problem::{Code, Problem};
use crate::excerpt::excerpt;
use crate::fulfillment::upstream::id;
use crate::protocol::Struct;
use crate::protocol::names::AgentName;
use crate::protocol::numeric::enums_as_numbers;
use crate::resources::{Answer, Page, Resource};

/// The secrets that a change dropped, because the resource leads elsewhere now.
const DROPPED: HeaderName = HeaderName::from_static("x-rejoinder-dropped-secrets");

/// What is answered; made away from the thread of the connection.
#[derive(Debug)]
pub(super) struct Answered {
    body: Value,
    etag: Option<String>,
    dropped: Vec<String>,
}

impl Answered {
    /// Nothing to say but that it is done.
    pub(super) fn empty() -> Self {
        Self { body: json!({}), etag: None, dropped: Vec::new() }
    }

    pub(super) fn resource<R: Resource>(answer: &Answer<R>, numbers: bool) -> Result<Self, Problem> {
        let body = written(&answer.resource, numbers)?.into();
        Ok(Self { body, etag: Some(answer.etag.clone()), dropped: answer.dropped.clone() })
    }

    pub(super) fn list<R: Resource>(page: &Page<R>, numbers: bool) -> Result<Self, Problem> {
        let resources = page.resources.iter().map(|one| written(one, numbers).map(Value::from));
        let resources: Vec<Value> = resources.collect::<Result<_, _>>()?;
        let mut body = json!({});
        if !resources.is_empty() {
            body[R::COLLECTION] = resources.into();
        }
        if !page.next.is_empty() {
            body["nextPageToken"] = page.next.as_str().into();
        }
        Ok(Self { body, ..Self::empty() })
    }

    /// An operation that is done, which is how the platform answers changes of environments.
    pub(super) fn operation<R: Resource>(
        answer: &Answer<R>,
        version: Version,
        agent: &AgentName,
        numbers: bool,
    ) -> Result<Self, Problem> {
        const PACKAGE: &str = "type.googleapis.com/google.cloud.dialogflow.cx";
        let mut this = Self::resource(answer, numbers)?;
        this.body["@type"] = format!("{PACKAGE}.{}.Environment", version.as_str()).into();
        let AgentName { project, location, .. } = agent;
        let operation = id::random().unwrap_or_default();
        this.body = json!({
            "name": format!("projects/{project}/locations/{location}/operations/{operation}"),
            "metadata": { "@type": "type.googleapis.com/google.protobuf.Struct", "value": {} },
            "done": true,
            "response": this.body,
        });
        Ok(this)
    }

    /// Notes a change.
    pub(super) fn log(&self, request: &HttpRequest, by: &str, request_id: &str) {
        let (method, path) = (request.method().as_str(), excerpt(request.uri().path(), 300));
        let dropped = self.dropped.join(", ");
        let dropped = (!dropped.is_empty()).then_some(&*dropped);
        tracing::info!(target: "rejoinder::management", by, method, path = &*path, dropped, request_id, "changed");
    }

    pub(super) fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        response.insert_header((header::CACHE_CONTROL, "private, no-store"));
        if let Some(etag) = self.etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
            response.insert_header((header::ETAG, etag));
        }
        if let Ok(dropped) = HeaderValue::try_from(self.dropped.join(", "))
            && !dropped.is_empty()
        {
            response.insert_header((DROPPED, dropped));
        }
        response.json(self.body)
    }
}

fn written<R: Resource>(resource: &R, numbers: bool) -> Result<Struct, Problem> {
    let Ok(Value::Object(mut object)) = serde_json::to_value(resource) else {
        return Err(Problem::new(Code::Internal, "The resource cannot be written."));
    };
    if numbers {
        enums_as_numbers::<R>(&mut object);
    }
    Ok(object)
}
