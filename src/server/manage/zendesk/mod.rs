//! Zendesk's API of webhooks, triggers and automations: `/api/v2/webhooks`, `/api/v2/triggers`,
//! `/api/v2/automations`.
//!
//! Clients that were written for Zendesk speak it. The rules are those of
//! [`webhooks`](crate::delivery::webhooks) and of [`zendesk`](crate::zendesk); here is only what they
//! look like in HTTP.

mod answer;
mod call;
mod invocations;
mod list;
mod page;
mod problem;
mod query;
mod rules;
mod shown;
mod target;
mod test;

use std::sync::Arc;

use actix_web::http::header::HeaderValue;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use tokio::sync::Semaphore;

use self::call::{Call, has_body};
use self::problem::{Code, Problem};
#[cfg(test)]
pub(crate) use self::{rules::PATHS as RULE_PATHS, target::PATHS};
use super::super::body::{self, Limits};
use super::super::door::Door;
use super::super::{REQUEST_ID, api};
use crate::access::Action;
use crate::activity::Activity;
use crate::delivery::Delivery;
use crate::delivery::rules::Rules;
use crate::delivery::webhooks::Webhooks;

/// The API, to be mounted.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    door: Arc<Door>,
    services: Services,
    /// For calls that are answered at the same time: agents come first.
    places: Arc<Semaphore>,
}

/// Who does what is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Services {
    pub(crate) webhooks: Webhooks,
    pub(crate) delivery: Delivery,
    pub(crate) rules: Rules,
    pub(crate) activity: Option<Activity>,
}

/// The largest body, in bytes: a test may bring what it sends, which JSON makes longer.
const LARGEST: usize = 1 << 20;

/// How many calls are answered at the same time.
const PLACES: usize = 32;

impl Api {
    pub(crate) fn new(door: &Arc<Door>, services: Services) -> Self {
        Self { door: Arc::clone(door), services, places: Arc::new(Semaphore::new(PLACES)) }
    }

    pub(crate) fn register(&self, config: &mut web::ServiceConfig) {
        for path in [
            "/api/v2/webhooks",
            "/api/v2/webhooks/{below:.*}",
            "/api/v2/triggers",
            "/api/v2/triggers.json",
            "/api/v2/triggers/{below:.*}",
            "/api/v2/automations",
            "/api/v2/automations.json",
            "/api/v2/automations/{below:.*}",
        ] {
            let api = self.clone();
            let handler = move |request: HttpRequest, payload: Payload| {
                let api = api.clone();
                async move { api.answer(request, payload).await }
            };
            config.service(web::resource(path).route(web::to(handler)));
        }
    }

    async fn answer(self, request: HttpRequest, payload: Payload) -> HttpResponse {
        let mut method = "none";
        let answered = self.answered(&request, payload, &mut method).await;
        let response = answered.unwrap_or_else(|problem| {
            problem.log(&request);
            problem.respond()
        });
        self.door.metrics.managed(method, response.status().as_u16());
        response
    }

    async fn answered(
        &self,
        request: &HttpRequest,
        mut payload: Payload,
        method: &mut &'static str,
    ) -> Result<HttpResponse, Problem> {
        let _in_flight = self.door.lifecycle.enter().ok_or_else(Problem::shutting_down)?;
        let call = Call::read(request);
        // To strangers every address is the same, those that are none, too.
        let action = call.as_ref().map_or(Action::View, Call::action);
        let who = api::judge(&self.door, request, action).await?;
        let call = call?;
        *method = call.target().as_str();
        let changes = call.target().changes();
        let _place = self.places.try_acquire().map_err(|_| Problem::busy())?;
        let mut held = self.door.overload.body();
        let body = if has_body(request) {
            let limits = Limits { sent: LARGEST, expanded: LARGEST, time: self.door.limits.time };
            body::read(request, &mut payload, &limits, &mut held).await?
        } else {
            Bytes::new()
        };
        let (request_id, by) = (api::request_id(request), who.id.clone());
        let id = Arc::clone(&request_id);
        // Connections' threads serve agents, too: what takes time is done elsewhere.
        let services = self.services.clone();
        let work = Box::pin(async move { call.answer(who, id, &services, &body).await });
        let answered = self.door.handlers.spawn(work).await;
        let answered = answered.map_err(|_| Problem::new(Code::InternalError, "The server failed."))??;
        if changes {
            answered.log(request, &by, &request_id);
        }
        let mut response = answered.respond();
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        Ok(response)
    }
}
