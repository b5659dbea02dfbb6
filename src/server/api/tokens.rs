//! `/api/tokens`: who may manage.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::web::{Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::query::Query;
use super::{admit, json, on, otherwise, request_id};
use crate::access::{Action, CreateError, Known, New, end_of};
use crate::server::door::Door;
use crate::server::respond::Refusal;
use crate::store::Id;

pub(super) fn register(config: &mut ServiceConfig, door: &Arc<Door>) {
    let all = web::resource("/api/tokens")
        .route(on(door, list).method(Method::GET))
        .route(on(door, create).method(Method::POST))
        .default_service(otherwise("GET, POST"));
    let one = web::resource("/api/tokens/{id}")
        .route(on(door, get).method(Method::GET))
        .route(on(door, revoke).method(Method::DELETE))
        .default_service(otherwise("GET, DELETE"));
    config.service(all).service(one);
}

/// What a new token is to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    role: String,
    #[serde(default)]
    name: String,
    /// How long it is valid, such as `90d`.
    #[serde(default)]
    expires_in: Option<String>,
}

async fn list(door: Arc<Door>, request: HttpRequest, _: Payload) -> Result<HttpResponse, Refusal> {
    admit(&door, &request, Action::Administer).await?;
    Query::of(&request, &[])?;
    let tokens = door.access.list().await?;
    Ok(HttpResponse::Ok().json(json!({ "tokens": tokens })))
}

async fn create(
    door: Arc<Door>,
    request: HttpRequest,
    mut payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let who = admit(&door, &request, Action::Administer).await?;
    let wanted: Wanted = json(&door, &request, &mut payload).await?;
    let role = wanted.role.parse().map_err(|error| Refusal::Argument(format!("role: {error}.")))?;
    let name = New::checked_name(&wanted.name, role).map_err(Refusal::Argument)?;
    let lasting = wanted.expires_in.as_deref().map(lasting).transpose().map_err(Refusal::Argument)?;
    let expires_at = lasting.and_then(|lasting| end_of(&door.access, lasting));
    let new = New { role, name, expires_at };
    let id = request_id(&request);
    let (token, known) = door.access.create(&new, &who, Some(&id)).await.map_err(|error| match error {
        CreateError::Store(error) => Refusal::Store(error),
        CreateError::TooMany => {
            Refusal::Conflict("There are as many tokens as there may be; revoke some.".to_owned())
        }
        CreateError::Chance(_) => Refusal::CannotJudge,
    })?;
    let mut shown = json!(known);
    shown["token"] = token.expose().into();
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(shown))
}

async fn get(door: Arc<Door>, request: HttpRequest, _: Payload) -> Result<HttpResponse, Refusal> {
    admit(&door, &request, Action::Administer).await?;
    shown(door.access.get(&id(&request)?).await?)
}

async fn revoke(door: Arc<Door>, request: HttpRequest, _: Payload) -> Result<HttpResponse, Refusal> {
    let who = admit(&door, &request, Action::Administer).await?;
    let request_id = request_id(&request);
    shown(door.access.revoke(&id(&request)?, &who, Some(&request_id)).await?)
}

fn shown(known: Option<Known>) -> Result<HttpResponse, Refusal> {
    let known = known.ok_or(Refusal::Nothing("token of this id"))?;
    Ok(HttpResponse::Ok().json(known))
}

fn id(request: &HttpRequest) -> Result<Id, Refusal> {
    let id = request.match_info().get("id").unwrap_or_default();
    id.parse().map_err(|_| Refusal::Nothing("token of this id"))
}

/// How long a token is valid, from a text such as `90d`.
pub(crate) fn lasting(text: &str) -> Result<Duration, String> {
    const LEAST: Duration = Duration::from_secs(60);
    const MOST: Duration = Duration::from_secs(10 * 366 * 86_400);
    let found = humantime::parse_duration(text).ok().filter(|time| (LEAST..=MOST).contains(time));
    let text = crate::excerpt::excerpt(text, 100);
    found.ok_or_else(|| {
        format!("expires_in: expected a time from 1m to 10 years, such as \"90d\", found {text:?}.")
    })
}
