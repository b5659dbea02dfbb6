//! `/api/invocations…` and `/api/sessions…`: what became of calls, and making them again.

mod counts;
mod list;
mod replay;
mod sessions;
mod show;

use std::future::Future;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};

use super::{admit, on, otherwise, request_id};
use crate::access::{Action, Who};
use crate::activity::{Activity, InvocationId};
use crate::server::door::Door;
use crate::server::invocations::By;
use crate::server::respond::{Refusal, Unmanaged};

/// A request that may be answered.
struct Admitted {
    door: Arc<Door>,
    activity: Activity,
    /// Who asks.
    who: Who,
    request: HttpRequest,
}

/// Answers these paths.
pub(super) fn register(config: &mut ServiceConfig, door: &Arc<Door>) {
    let get = |resource: actix_web::Resource, route: actix_web::Route| {
        resource.route(route.method(Method::GET)).default_service(otherwise("GET"))
    };
    config
        .service(get(web::resource("/api/invocations"), endpoint(door, Action::View, list::answer)))
        .service(get(web::resource("/api/invocations/count"), endpoint(door, Action::View, list::count)))
        .service(get(web::resource("/api/invocations/counts"), endpoint(door, Action::View, counts::answer)))
        .service(get(web::resource("/api/invocations/{id}"), endpoint(door, Action::View, show::answer)));
    let replay = web::resource("/api/invocations/{id}/replay")
        .route(endpoint(door, Action::Manage, replay::answer).method(Method::POST))
        .default_service(otherwise("POST"));
    // A session's name has slashes, which some clients send as they are.
    let session = web::resource("/api/sessions/{session:.+}")
        .route(endpoint(door, Action::View, sessions::show).method(Method::GET))
        .route(endpoint(door, Action::Manage, sessions::erase).method(Method::DELETE))
        .default_service(otherwise("GET, DELETE"));
    config.service(replay).service(session);
}

/// An endpoint for who may do this, where there is a log.
fn endpoint<F, Fut>(door: &Arc<Door>, action: Action, answer: F) -> actix_web::Route
where
    F: Fn(Admitted) -> Fut + Copy + 'static,
    Fut: Future<Output = Result<HttpResponse, Unmanaged>> + 'static,
{
    on(door, move |door: Arc<Door>, request: HttpRequest, _: Payload| {
        // The store's futures are large, and nobody is in a hurry here.
        Box::pin(async move {
            let who = admit(&door, &request, action).await?;
            let answered = match door.activity.clone() {
                Some(activity) => answer(Admitted { door, activity, who, request }).await,
                None => Err(Unmanaged::Off),
            };
            Ok::<_, Refusal>(answered.unwrap_or_else(|refusal| refusal.respond()))
        })
    })
}

impl Admitted {
    /// The invocation that the path names.
    fn id(&self) -> Result<InvocationId, Unmanaged> {
        let text = self.request.match_info().get("id").unwrap_or_default();
        let found = crate::excerpt::excerpt(text, 80);
        Ok(text.parse().map_err(|error: crate::activity::InvalidId| {
            Refusal::Argument(format!("{error}; found {found:?}."))
        })?)
    }

    fn request_id(&self) -> Arc<str> {
        request_id(&self.request)
    }

    fn by<'b>(&'b self, request_id: &'b str) -> By<'b> {
        By { who: &self.who, request_id }
    }
}
