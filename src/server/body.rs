//! Reading a request's body within limits of size and time.

use std::io::Read as _;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::Payload;
use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt as _, StreamExt as _};

use super::memory::Held;
use super::respond::Refusal;

/// What a client may send.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// The largest body as it is sent, in bytes.
    pub(crate) sent: usize,
    /// The largest body once gzip is undone, in bytes.
    pub(crate) expanded: usize,
    /// How long sending may take.
    pub(crate) time: Duration,
}

/// How much of a refused body is read and dropped, so that the client is still listening when the
/// refusal is sent: this many times the limit.
const DISCARDED: usize = 16;

/// Reads the body as plain JSON text.
pub(crate) async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    limits: &Limits,
    held: &mut Held,
) -> Result<Bytes, Refusal> {
    check_content_type(request)?;
    let gzip = is_gzip(request)?;
    let body = within(request, payload, limits, held).await?;
    if !gzip {
        return Ok(body);
    }
    let expanded = expand(&body, limits.expanded)?;
    held.grow_to(body.len() + expanded.len())?;
    Ok(expanded)
}

/// Reads the body byte for byte, whatever it is.
pub(crate) async fn raw(
    request: &HttpRequest,
    payload: &mut Payload,
    limits: &Limits,
    held: &mut Held,
) -> Result<Bytes, Refusal> {
    if is_gzip(request)? {
        return Err(Refusal::ContentEncoding { found: "gzip".to_owned() });
    }
    within(request, payload, limits, held).await
}

async fn within(
    request: &HttpRequest,
    payload: &mut Payload,
    limits: &Limits,
    held: &mut Held,
) -> Result<Bytes, Refusal> {
    let too_slow = |_| Refusal::TooSlow { seconds: limits.time.as_secs_f64() };
    let mut body = std::pin::pin!(collect(request, payload, limits.sent, held));
    // Most bodies are there already, and need no timer.
    match (&mut body).now_or_never() {
        Some(body) => body,
        None => tokio::time::timeout(limits.time, body).await.map_err(too_slow)?,
    }
}

/// Reads what a refused client still sends, and drops it.
pub(crate) async fn discard(payload: &mut Payload, limits: &Limits) {
    let drop_all = async {
        let mut left = limits.sent.saturating_mul(DISCARDED);
        while let Some(Ok(chunk)) = payload.next().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    };
    // Whoever is slower than this reads a closed connection.
    let _ = tokio::time::timeout(limits.time, drop_all).await;
}

async fn collect(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
    held: &mut Held,
) -> Result<Bytes, Refusal> {
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced: usize = announced.and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or(0);
    let too_large = Refusal::TooLarge { limit, expanded: "" };
    if announced > limit {
        return Err(too_large);
    }
    let unreadable = |error: actix_web::error::PayloadError| Refusal::Body { cause: error.to_string() };
    // Most bodies come in one piece, which is then taken as it is.
    let Some(first) = payload.next().await else {
        return Ok(Bytes::new());
    };
    let first = first.map_err(unreadable)?;
    if first.len() == announced {
        held.grow_to(announced)?;
        return Ok(first);
    }
    // What is announced may never come.
    let mut body = BytesMut::with_capacity(announced.min(Held::FREE).max(first.len()));
    body.extend_from_slice(&first);
    while body.len() <= limit {
        held.grow_to(body.len())?;
        match payload.next().await {
            Some(chunk) => body.extend_from_slice(&chunk.map_err(unreadable)?),
            None => return Ok(body.freeze()),
        }
    }
    Err(too_large)
}

fn check_content_type(request: &HttpRequest) -> Result<(), Refusal> {
    let Some(value) = request.headers().get(CONTENT_TYPE) else {
        return Err(Refusal::ContentType { found: "no Content-Type".to_owned() });
    };
    let text = value.to_str().unwrap_or_default();
    let media_type = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    if json { Ok(()) } else { Err(Refusal::ContentType { found: format!("{text:?}") }) }
}

fn is_gzip(request: &HttpRequest) -> Result<bool, Refusal> {
    let Some(value) = request.headers().get(CONTENT_ENCODING) else {
        return Ok(false);
    };
    match value.to_str().unwrap_or_default().to_ascii_lowercase().as_str() {
        "identity" | "" => Ok(false),
        "gzip" | "x-gzip" => Ok(true),
        other => Err(Refusal::ContentEncoding { found: other.to_owned() }),
    }
}

/// Undoes gzip, and stops at the limit however much there would be.
fn expand(body: &[u8], limit: usize) -> Result<Bytes, Refusal> {
    let mut expanded = Vec::with_capacity(body.len().saturating_mul(4).min(limit));
    let mut decoder = flate2::read::MultiGzDecoder::new(body).take(limit as u64 + 1);
    decoder
        .read_to_end(&mut expanded)
        .map_err(|error| Refusal::Body { cause: format!("it is no gzip data ({error})") })?;
    if expanded.len() > limit {
        return Err(Refusal::TooLarge { limit, expanded: " once expanded" });
    }
    Ok(expanded.into())
}
