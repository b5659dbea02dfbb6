//! `/api/received…`: the events that neighbour systems have sent, dead letters among them, and working on
//! them again.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::query::Query;
use super::{admit, on, otherwise, request_id};
use crate::access::Action;
use crate::activity::InvocationId;
use crate::activity::view::time;
use crate::receive::{Filter, Listed, Receiving, State};
use crate::server::door::Door;
use crate::server::invocations::{By, received_again};
use crate::server::respond::Refusal;

pub(super) fn register(config: &mut ServiceConfig, door: &Arc<Door>) {
    let all = web::resource("/api/received")
        .route(on(door, list).method(Method::GET))
        .default_service(otherwise("GET"));
    let one = web::resource("/api/received/{id}")
        .route(on(door, show).method(Method::GET))
        .default_service(otherwise("GET"));
    let replay = web::resource("/api/received/{id}/replay")
        .route(
            on(door, |door, request, payload| Box::pin(replay(door, request, payload))).method(Method::POST),
        )
        .default_service(otherwise("POST"));
    config.service(all).service(one).service(replay);
}

async fn list(door: Arc<Door>, request: HttpRequest, _: Payload) -> Result<HttpResponse, Refusal> {
    admit(&door, &request, Action::View).await?;
    let query = Query::of(&request, &["state", "source", "type", "after", "page_size"])?;
    let state = query.text("state").map(|word| {
        State::of_word(word).ok_or_else(|| {
            let known: Vec<_> = State::ALL.iter().map(|state| state.as_str()).collect();
            let word = crate::excerpt::excerpt(word, 100);
            Refusal::Argument(format!(
                "The parameter \"state\": expected one of {}, found {word:?}.",
                known.join(", ")
            ))
        })
    });
    let size = query.page_size()?;
    let filter = Filter {
        state: state.transpose()?,
        source: query.text("source").map(str::to_owned),
        event_type: query.text("type").map(str::to_owned),
        after: query.get("after")?,
        most: size + 1,
    };
    let mut found = receiving(&door)?.list(&filter).await?;
    let more = found.len() > size;
    found.truncate(size);
    let after = found.last().filter(|_| more).map(|last| last.id);
    let received: Vec<Value> = found.iter().map(shown).collect();
    Ok(HttpResponse::Ok().json(json!({
        "received": received,
        "meta": { "has_more": more, "after": after },
    })))
}

async fn show(door: Arc<Door>, request: HttpRequest, _: Payload) -> Result<HttpResponse, Refusal> {
    admit(&door, &request, Action::View).await?;
    Query::of(&request, &[])?;
    let found = receiving(&door)?.find(id(&request)?).await?.ok_or(NOTHING)?;
    let mut received = shown(&found.listed);
    let body = door.redactor.body(&found.body, &[]);
    received["body"] = json!({ "text": body.text, "truncated": body.truncated, "binary": body.binary });
    Ok(HttpResponse::Ok().json(json!({ "received": received })))
}

async fn replay(door: Arc<Door>, request: HttpRequest, _: Payload) -> Result<HttpResponse, Refusal> {
    let who = admit(&door, &request, Action::Manage).await?;
    let (id, receiving) = (id(&request)?, receiving(&door)?);
    let request_id = request_id(&request);
    let by = By { who: &who, request_id: &request_id };
    if !received_again(&door, receiving, by, id).await? {
        receiving.find(id).await?.ok_or(NOTHING)?;
        return Err(Refusal::Conflict("It is being worked on, or will be.".to_owned()));
    }
    let found = receiving.find(id).await?.ok_or(NOTHING)?;
    Ok(HttpResponse::Ok().json(json!({ "received": shown(&found.listed) })))
}

const NOTHING: Refusal = Refusal::Nothing("event of this id; it may be older than receive.keep");

fn receiving(door: &Door) -> Result<&Receiving, Refusal> {
    door.receiving.get().ok_or(Refusal::ShuttingDown)
}

fn id(request: &HttpRequest) -> Result<InvocationId, Refusal> {
    request.match_info().get("id").unwrap_or_default().parse().map_err(|_| NOTHING)
}

fn shown(listed: &Listed) -> Value {
    json!({
        "id": listed.id,
        "source": listed.source,
        "type": listed.event_type,
        "event_id": listed.event,
        "invocation_id": listed.invocation,
        "state": listed.state.as_str(),
        "error": listed.error,
        "attempts": listed.attempts,
        "received_at": time(listed.id.micros()),
        "latest_at": time(listed.latest_at),
        "due_at": listed.due_at.map(time),
        "bytes": listed.bytes,
    })
}
