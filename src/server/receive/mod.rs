//! `POST /receive/zendesk/{source}`: events of a neighbour system, verified, kept and acknowledged.
//!
//! Whoever sends takes most statuses for the end: an event that was signed is answered 2xx once it is
//! kept, and a status after which it comes again until then. What becomes of it is told by
//! [`receive`](crate::receive).

mod judge;
mod note;
mod source;

use std::sync::Arc;
use std::time::Instant;

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};

use self::note::Note;
use self::source::Sources;
use super::body;
use super::door::Door;
use super::respond::{self, Refusal, Unreceived};
use crate::activity::{Activity, InvocationId};
use crate::config::Receive;
use crate::receive::{Came, Kept, Receiving};
use crate::zendesk::event::Event;

/// The way in, to be mounted.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    door: Arc<Door>,
    receiving: Receiving,
    sources: Arc<Sources>,
}

/// Zendesk's id of a request, the same however often it is made.
const INVOCATION: &str = "x-zendesk-webhook-invocation-id";

/// What an event came to, and of what it is.
#[derive(Debug, Default)]
struct Seen {
    source: Option<Arc<str>>,
    event: Option<Event>,
    bytes: u64,
}

/// How it was acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Stored,
    Duplicate,
    Ignored,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Duplicate => "duplicate",
            Self::Ignored => "ignored",
        }
    }
}

impl Api {
    pub(crate) fn new(door: &Arc<Door>, receiving: &Receiving, settings: &Receive) -> Self {
        let sources = Arc::new(Sources::new(settings));
        Self { door: Arc::clone(door), receiving: receiving.clone(), sources }
    }

    pub(crate) fn register(&self, config: &mut web::ServiceConfig) {
        let api = self.clone();
        let handler = move |request: HttpRequest, payload: Payload| {
            let api = api.clone();
            async move { api.answer(request, payload).await }
        };
        config.service(web::resource("/receive/zendesk/{source}").route(web::to(handler)));
    }

    async fn answer(self, request: HttpRequest, mut payload: Payload) -> HttpResponse {
        let begun = Instant::now();
        let id = self.door.activity.as_ref().map_or_else(|| self.receiving.next_id(), Activity::next_id);
        let mut seen = Seen::default();
        let received = self.receive(&request, &mut payload, id, &mut seen).await;
        let response = match &received {
            Ok(outcome) => respond::received(outcome.as_str()),
            Err(refused) => {
                // Who was too slow has had the time already.
                if !matches!(refused, Unreceived::Refusal(Refusal::TooSlow { .. })) {
                    body::discard(&mut payload, &self.door.limits).await;
                }
                refused.respond()
            }
        };
        let status = response.status().as_u16();
        Note { id, request: &request, seen: &seen, received: &received, status, took: begun.elapsed() }
            .take(&self.door);
        response
    }

    async fn receive(
        &self,
        request: &HttpRequest,
        payload: &mut Payload,
        id: InvocationId,
        seen: &mut Seen,
    ) -> Result<Outcome, Unreceived> {
        let door = &self.door;
        let _in_flight = door.lifecycle.enter().ok_or(Refusal::ShuttingDown)?;
        let name = request.match_info().get("source").unwrap_or_default();
        let source = self.sources.get(name).ok_or_else(|| Unreceived::Source { name: name.to_owned() })?;
        seen.source = Some(Arc::clone(&source.name));
        if request.method() != Method::POST {
            return Err(Refusal::Method { allowed: "POST" }.into());
        }
        door.take_on(request)?;
        let signed = judge::Signed::of(request.headers(), source, self.receiving.clock())?;
        let mut held = door.overload.body();
        let body = body::raw(request, payload, &door.limits, &mut held).await?;
        seen.bytes = body.len() as u64;
        signed.verify(source, &body)?;
        let event = Event::parse(&body);
        seen.event = event.as_ref().ok().cloned();
        let ignored = event.as_ref().is_ok_and(|event| source.ignores(event));
        let came = Came {
            id,
            source: Arc::clone(&source.name),
            invocation: header(request.headers(), INVOCATION).map(str::to_owned),
            body,
            event,
            ignored,
            fan_out: source.fan_out,
        };
        match self.receiving.keep(came).await? {
            Kept::Duplicate => Ok(Outcome::Duplicate),
            Kept::Stored if ignored => Ok(Outcome::Ignored),
            Kept::Stored => Ok(Outcome::Stored),
        }
    }
}

/// A header's text, unless it is blank.
fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    (!text.is_empty()).then_some(text)
}
