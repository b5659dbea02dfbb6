//! One flexible webhook call: query and JSON body are the parameters.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::web::Payload;
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::body::{self, Limits};
use super::memory::Held;
use super::respond::Refusal;
use crate::protocol::decode::same_name;
use crate::protocol::{Envelope, Struct};

/// Reads a flexible call as the request of a standard one that has the same tag and parameters.
pub(super) async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    limits: &Limits,
    held: &mut Held,
    prefix: &str,
) -> Result<Envelope, Refusal> {
    // As it was sent: what the router gives has replaced what is not UTF-8.
    let tag = request.uri().path().get(prefix.len() + 1..).unwrap_or_default();
    let body = if has_body(request) { Some(body::read(request, payload, limits, held).await?) } else { None };
    envelope(tag, request.query_string(), body.as_ref())
}

/// The same of its parts; the tag is as the address has it.
pub(super) fn envelope(tag: &str, query_string: &str, body: Option<&Bytes>) -> Result<Envelope, Refusal> {
    let tag =
        percent_decode_str(tag).decode_utf8().map_err(|_| parameters("the tag in the path is not UTF-8"))?;
    let mut found = query(query_string)?;
    if let Some(body) = body {
        for (name, value) in object(body)? {
            add(&mut found, name, value)?;
        }
    }
    let call = json!({ "fulfillmentInfo": { "tag": tag }, "sessionInfo": { "parameters": found } });
    Ok(Envelope::parse(&call.to_string().into())?.read_loosely())
}

fn parameters(cause: impl Into<String>) -> Refusal {
    Refusal::Parameters { cause: cause.into() }
}

/// The platform sends a body with POST, PUT and PATCH alone.
fn has_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let announced = headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0");
    matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH)
        && (announced || headers.contains_key(TRANSFER_ENCODING))
}

/// The parameters of a query; lists and objects are JSON text, everything else is text.
fn query(text: &str) -> Result<Struct, Refusal> {
    let mut found = Struct::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        let json = value.starts_with(['[', '{']).then(|| serde_json::from_str(&value).ok()).flatten();
        add(&mut found, name.into_owned(), json.unwrap_or_else(|| Value::String(value.into_owned())))?;
    }
    Ok(found)
}

fn object(body: &Bytes) -> Result<Struct, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(parameters("the body is no JSON object; its members are the parameters")),
        Err(error) => Err(parameters(format!("the body is no JSON: {error}"))),
    }
}

fn add(found: &mut Struct, name: String, value: Value) -> Result<(), Refusal> {
    if name.is_empty() {
        return Err(parameters("a parameter has no name"));
    }
    // Names ignore case on the platform: two spellings would be one parameter with two values.
    if found.keys().any(|known| same_name(known, &name)) {
        return Err(parameters(format!("the parameter {name:?} is sent twice")));
    }
    if !is_own_reference(&name, &value) {
        found.insert(name, value);
    }
    Ok(())
}

/// Whether a parameter arrived as the reference to itself: the agent had none to put in, and sent what
/// an exported webhook says.
fn is_own_reference(name: &str, value: &Value) -> bool {
    let reference = |prefix: &str| {
        let text = value.as_str()?;
        let start = text.get(..prefix.len())?;
        Some(start.eq_ignore_ascii_case(prefix) && same_name(&text[prefix.len()..], name))
    };
    reference("$session.params.") == Some(true) || reference("$flow.") == Some(true)
}
