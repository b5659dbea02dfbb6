//! The console, for people: `/console/`.
//!
//! Here is what it is in HTTP: who is signed in ([`sign_in`]), what a page is asked for ([`Asked`]),
//! what it answers ([`Shown`], [`Problem`]). Its pages ask the services that the APIs ask, in
//! the name of whoever signed in; how they look is in [`console`](crate::console).

mod activity;
mod asked;
mod conversations;
mod emulator;
mod event_webhooks;
mod handlers;
mod overview;
mod problem;
mod routes;
mod settings;
mod shown;
mod sign_in;
#[cfg(test)]
mod tests;
mod triggers;
mod webhooks;

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use tokio::sync::Semaphore;

use self::asked::Asked;
use self::problem::Problem;
use self::routes::{Entry, Routes};
use self::sign_in::Tries;
use super::REQUEST_ID;
use super::door::Door;
use super::live::Live;
use super::manage::zendesk;
use super::respond::Refusal;
use crate::access::Action;
use crate::clock::Clock;
use crate::config::Config;
use crate::console::{Asset, Chrome, Section, assets};
use crate::excerpt::excerpt;
use crate::resources;

/// The console, to be mounted.
#[derive(Debug, Clone)]
pub(crate) struct Console(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(super) door: Arc<Door>,
    /// Dialogflow's webhooks and environments.
    pub(super) resources: resources::Service,
    /// Event and trigger webhooks, deliveries, rules.
    pub(super) services: zendesk::Services,
    /// What is served, and the settings in force.
    pub(super) live: Live,
    pub(super) clock: Clock,
    tries: Tries,
    /// The conversations of the emulator.
    talks: emulator::Talks,
    /// For pages that are made at the same time: agents come first.
    places: Semaphore,
    /// For tests of webhooks, which wait for somebody else.
    trials: Semaphore,
    /// Whether this server encrypts.
    tls: bool,
}

/// How many pages are made at the same time.
const PLACES: usize = 16;

/// How many webhooks are tried at the same time.
const TRIALS: usize = 8;

impl Console {
    pub(crate) fn new(
        live: &Live,
        door: &Arc<Door>,
        resources: &resources::Service,
        services: zendesk::Services,
        tls: bool,
    ) -> Self {
        let clock = live.outbound().clock().clone();
        Self(Arc::new(Inner {
            door: Arc::clone(door),
            resources: resources.clone(),
            services,
            live: live.clone(),
            tries: Tries::new(clock.clone()),
            talks: emulator::Talks::new(clock.clone()),
            clock,
            places: Semaphore::new(PLACES),
            trials: Semaphore::new(TRIALS),
            tls,
        }))
    }

    /// Answers everything below `/console`, unless `console.enabled` says no.
    pub(crate) fn register(&self, config: &mut web::ServiceConfig) {
        if !self.0.settings().console.enabled {
            return;
        }
        for asset in assets::all() {
            config.service(web::resource(&*asset.path).route(web::get().to(move || asset_of(asset))));
        }
        let home =
            || async { HttpResponse::PermanentRedirect().insert_header(("Location", "/console/")).finish() };
        config.service(web::resource("/console").route(web::get().to(home)));
        for (path, entries) in pages().by_path() {
            let console = self.clone();
            let entries: Arc<[(Method, Entry)]> = entries.into();
            let handler = move |request: HttpRequest, payload: Payload| {
                let (console, entries) = (console.clone(), Arc::clone(&entries));
                async move { console.answer(&entries, request, payload).await }
            };
            config.service(web::resource(path).route(web::to(handler)));
        }
        let console = self.clone();
        let nothing = move |request: HttpRequest, payload: Payload| {
            let console = console.clone();
            async move { console.answer(&[(Method::GET, routes::nothing())], request, payload).await }
        };
        config.service(web::resource("/console/{below:.*}").route(web::to(nothing)));
    }

    async fn answer(
        &self,
        entries: &[(Method, Entry)],
        request: HttpRequest,
        mut payload: Payload,
    ) -> HttpResponse {
        let id = super::api::request_id(&request);
        // Where somebody is known, problems have the frame around them that pages have.
        let mut frame = None;
        let answered = self.answered(entries, &request, &mut payload, &id, &mut frame).await;
        let mut response = answered.unwrap_or_else(|problem| {
            problem.log(&request);
            problem.respond(&request, frame)
        });
        if let Ok(id) = actix_web::http::header::HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }

    async fn answered(
        &self,
        entries: &[(Method, Entry)],
        request: &HttpRequest,
        payload: &mut Payload,
        id: &Arc<str>,
        frame: &mut Option<Chrome>,
    ) -> Result<HttpResponse, Problem> {
        let inner = &self.0;
        let _in_flight = inner.door.lifecycle.enter().ok_or(Problem::Refusal(Refusal::ShuttingDown))?;
        let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
        let entry = entries.iter().find(|(known, _)| *known == method).map(|(_, entry)| entry);
        let entry = entry.ok_or_else(|| {
            let get = entries.iter().any(|(known, _)| *known == Method::GET);
            let post = entries.iter().any(|(known, _)| *known == Method::POST);
            let allowed = match (get, post) {
                (true, true) => "GET and POST",
                (false, _) => "POST",
                _ => "GET",
            };
            Problem::Refusal(Refusal::Method { allowed })
        })?;
        let busy = || Problem::Refusal(Refusal::Overloaded { why: "many pages are being made" });
        let _place = inner.places.try_acquire().map_err(|_| busy())?;
        let asked = Asked::read(self, entry, request, payload, Arc::clone(id)).await?;
        *frame = asked.is_known().then(|| Chrome {
            section: None,
            flash: None,
            ..asked.chrome("", Section::Overview)
        });
        let by = asked.who().map(|who| Arc::clone(&who.id)).ok();
        // Connections' threads serve agents, too: what takes time is done elsewhere.
        let work = (entry.answer)(asked);
        let shown = inner.door.handlers.spawn(work).await.map_err(|_| Problem::Failed)??;
        let changes = entry.action.is_some_and(|action| action != Action::View);
        if let (true, true, Some(by)) = (changes, shown.has_changed(), by) {
            let (method, path) = (method.as_str(), excerpt(request.path(), 300));
            tracing::info!(target: "rejoinder::management", by = &*by, method, path = &*path, request_id = &**id, "changed");
        }
        Ok(shown.respond())
    }
}

impl Inner {
    pub(super) fn settings(&self) -> Arc<Config> {
        self.live.settings()
    }
}

/// Every page: each file of pages adds its own.
fn pages() -> Routes {
    let mut routes = Routes::default();
    sign_in::routes(&mut routes);
    overview::routes(&mut routes);
    webhooks::routes(&mut routes);
    event_webhooks::routes(&mut routes);
    activity::routes(&mut routes);
    conversations::routes(&mut routes);
    handlers::routes(&mut routes);
    emulator::routes(&mut routes);
    triggers::routes(&mut routes);
    settings::routes(&mut routes);
    routes
}

/// The method and the address of every page, and what whoever asks must be allowed to do.
#[cfg(feature = "cli")]
#[doc(hidden)]
#[must_use]
pub fn console_pages() -> Vec<(String, &'static str, Option<&'static str>)> {
    let word = |action: Action| match action {
        Action::View => "view",
        Action::Create => "create",
        Action::Manage => "manage",
        Action::Administer => "administer",
    };
    let of_path = |(path, entries): (&'static str, Vec<(Method, Entry)>)| {
        entries.into_iter().map(move |(method, entry)| (method.to_string(), path, entry.action.map(word)))
    };
    pages().by_path().into_iter().flat_map(of_path).collect()
}

async fn asset_of(asset: &'static Asset) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .content_type(asset.content_type)
        // Its name says what it holds.
        .insert_header(("Cache-Control", "public, max-age=31536000, immutable"))
        .insert_header(("X-Content-Type-Options", "nosniff"));
    response.body(asset.text)
}
