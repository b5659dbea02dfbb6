//! Answers: a webhook, a page, a secret, or nothing.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::page::{Address, Beside, envelope};
use super::query::Query;
use super::shown::{self, Precision};
use crate::delivery::webhook::{SigningSecret, Webhook};
use crate::delivery::webhooks::Answer;
use crate::excerpt::excerpt;

/// The secrets that a change dropped, because the webhook leads elsewhere now.
const DROPPED: HeaderName = HeaderName::from_static("x-rejoinder-dropped-secrets");

/// What is answered; made away from the thread of the connection.
#[derive(Debug)]
pub(super) struct Answered {
    status: StatusCode,
    body: Option<Value>,
    etag: Option<String>,
    dropped: Vec<String>,
}

impl Answered {
    /// Done, and nothing to say.
    pub(super) fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, etag: None, dropped: Vec::new() }
    }

    pub(super) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body), ..Self::nothing() }
    }

    pub(super) fn shown(webhook: &Webhook) -> Self {
        let body = json!({ "webhook": shown::webhook(webhook, Precision::Seconds) });
        Self { etag: Some(webhook.etag()), ..Self::ok(body) }
    }

    pub(super) fn created(answer: &Answer) -> Self {
        let webhook = &answer.webhook;
        let body = json!({ "webhook": shown::webhook(webhook, Precision::Nanoseconds) });
        Self { status: StatusCode::CREATED, etag: Some(webhook.etag()), ..Self::ok(body) }
    }

    pub(super) fn changed(answer: Answer) -> Self {
        Self { etag: Some(answer.webhook.etag()), dropped: answer.dropped, ..Self::nothing() }
    }

    pub(super) fn secret(secret: &SigningSecret, new: bool) -> Self {
        let status = if new { StatusCode::CREATED } else { StatusCode::OK };
        Self { status, ..Self::ok(shown::secret(secret)) }
    }

    /// A page of a list under its name.
    pub(super) fn page(
        name: &str,
        list: Vec<Value>,
        address: &Address,
        query: &Query,
        beside: &Beside,
    ) -> Self {
        let (meta, links) = envelope(address, query, beside);
        let mut body = json!({ "meta": meta });
        body[name] = list.into();
        if let Some(links) = links {
            body["links"] = links;
        }
        Self::ok(body)
    }

    /// The same of something that was made.
    pub(super) fn made(self) -> Self {
        Self { status: StatusCode::CREATED, ..self }
    }

    /// With the entity tag of what is shown.
    pub(super) fn tagged(self, etag: String) -> Self {
        Self { etag: Some(etag), ..self }
    }

    /// A page with what Zendesk's older clients look at: how many there are in all, and where to go on.
    pub(super) fn counted(mut self, count: usize) -> Self {
        if let Some(body) = &mut self.body {
            body["count"] = count.into();
            for (name, place) in [("next_page", "/links/next"), ("previous_page", "/links/prev")] {
                body[name] = body.pointer(place).cloned().unwrap_or_default();
            }
        }
        self
    }

    /// A page with a number, in the form that Zendesk's older clients know.
    pub(super) fn numbered(
        name: &str,
        (list, next, previous): (Vec<Value>, Option<String>, Option<String>),
        count: usize,
    ) -> Self {
        Self::ok(json!({ name: list, "next_page": next, "previous_page": previous, "count": count }))
    }

    /// Tells of secrets that are not sent.
    pub(super) fn without(self, dropped: Vec<String>) -> Self {
        Self { dropped, ..self }
    }

    /// Notes a change.
    pub(super) fn log(&self, request: &HttpRequest, by: &str, request_id: &str) {
        let (method, path) = (request.method().as_str(), excerpt(request.uri().path(), 300));
        let dropped = self.dropped.join(", ");
        let dropped = (!dropped.is_empty()).then_some(&*dropped);
        tracing::info!(target: "rejoinder::management", by, method, path = &*path, dropped, request_id, "changed");
    }

    pub(super) fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CACHE_CONTROL, "private, no-store"));
        if let Some(etag) = self.etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
            response.insert_header((header::ETAG, etag));
        }
        if let Ok(dropped) = HeaderValue::try_from(self.dropped.join(", "))
            && !dropped.is_empty()
        {
            response.insert_header((DROPPED, dropped));
        }
        match self.body {
            Some(body) => response.json(body),
            None => response.finish(),
        }
    }
}
