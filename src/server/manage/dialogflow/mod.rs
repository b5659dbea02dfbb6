//! Dialogflow's management API: the webhooks and environments of agents, under `/v3` and `/v3beta1`.
//!
//! Google's own clients speak it (their REST transport). The rules are those of
//! [`resources`](crate::resources); here is only what they look like in HTTP.

mod answer;
mod call;
mod problem;
mod query;
mod target;

use std::sync::Arc;

use actix_web::http::header::HeaderValue;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use self::call::Call;
use self::problem::{Code, Problem};
use super::super::body::{self, Limits};
use super::super::door::Door;
use super::super::live::Live;
use super::super::{REQUEST_ID, api};
use crate::access::Action;
use crate::resources::Service;

/// The API, to be mounted.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    resources: Service,
    door: Arc<Door>,
    /// For calls that are answered at the same time: agents come first.
    places: Arc<Semaphore>,
}

/// The versions of the API, which have the same fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    V3,
    V3Beta1,
}

/// The largest body, in bytes; as large as a file may be.
const LARGEST: usize = 1 << 20;

/// How many calls are answered at the same time.
const PLACES: usize = 32;

impl Version {
    const ALL: [Self; 2] = [Self::V3, Self::V3Beta1];

    fn as_str(self) -> &'static str {
        match self {
            Self::V3 => "v3",
            Self::V3Beta1 => "v3beta1",
        }
    }
}

impl Api {
    /// That of the routes which `live` serves, over the store of `door`.
    pub(crate) fn new(live: &Live, door: &Arc<Door>) -> Self {
        let clock = live.outbound().clock().clone();
        let resources = Service::new(door.store.clone(), door.access.clone(), Arc::new(live.clone()), clock);
        Self { resources, door: Arc::clone(door), places: Arc::new(Semaphore::new(PLACES)) }
    }

    /// What it works with.
    pub(crate) fn resources(&self) -> &Service {
        &self.resources
    }

    /// Serves what the store holds, before the first call comes. A store that cannot be read now is
    /// read when it can be.
    pub(crate) async fn prepare(&self) {
        if self.door.store.is_configured() {
            // Told by whoever follows the store.
            let _ = self.resources.refresh().await;
        }
    }

    /// Serves what other instances change, until it is aborted.
    pub(crate) fn follow(&self) -> JoinHandle<()> {
        let (resources, elsewhere) = (self.resources.clone(), self.door.store.is_configured());
        self.door.handlers.spawn(async move {
            // What is in memory alone is changed by nobody else.
            if elsewhere {
                resources.follow().await;
            }
        })
    }

    pub(crate) fn register(&self, config: &mut web::ServiceConfig) {
        for version in Version::ALL {
            let api = self.clone();
            let handler = move |request: HttpRequest, payload: Payload| {
                let api = api.clone();
                async move { api.answer(version, request, payload).await }
            };
            let path = format!("/{}/projects/{{below:.*}}", version.as_str());
            config.service(web::resource(path).route(web::to(handler)));
        }
    }

    async fn answer(self, version: Version, request: HttpRequest, payload: Payload) -> HttpResponse {
        let mut method = "none";
        let answered = self.answered(version, &request, payload, &mut method).await;
        let response = answered.unwrap_or_else(|problem| {
            problem.log(&request);
            problem.respond()
        });
        self.door.metrics.managed(method, response.status().as_u16());
        response
    }

    async fn answered(
        &self,
        version: Version,
        request: &HttpRequest,
        mut payload: Payload,
        method: &mut &'static str,
    ) -> Result<HttpResponse, Problem> {
        let _in_flight = self.door.lifecycle.enter().ok_or_else(Problem::shutting_down)?;
        // Before anything is read: to strangers every address is the same.
        let action = match request.method().as_str() {
            "GET" | "HEAD" => Action::View,
            "POST" => Action::Create,
            _ => Action::Manage,
        };
        let who = api::judge(&self.door, request, action).await?;
        let call = Call::read(version, request)?;
        *method = call.method().as_str();
        let _place = self.places.try_acquire().map_err(|_| Problem::busy())?;
        let mut held = self.door.overload.body();
        let body = if call.takes_body() {
            let limits = Limits { sent: LARGEST, expanded: LARGEST, time: self.door.limits.time };
            body::read(request, &mut payload, &limits, &mut held).await?
        } else {
            Bytes::new()
        };
        let (request_id, by) = (api::request_id(request), who.id.clone());
        let id = Arc::clone(&request_id);
        // Connections' threads serve agents, too: what takes time is done elsewhere.
        let resources = self.resources.clone();
        let work = Box::pin(async move { call.answer(who, id, &resources, &body).await });
        let answered = self.door.handlers.spawn(work).await;
        let answered = answered.map_err(|_| Problem::new(Code::Internal, "The server failed."))??;
        if action != Action::View {
            answered.log(request, &by, &request_id);
        }
        let mut response = answered.respond();
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        Ok(response)
    }
}
