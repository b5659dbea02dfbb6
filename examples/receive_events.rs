//! A receiver of events: it subscribes to a server, verifies what comes, and prints it.
//!
//! ```sh
//! export REJOINDER_STORE__URL=sqlite://events.db                    # subscriptions outlive the process
//! export REJOINDER_OUTBOUND__DANGEROUS_ALLOW_HTTP=true              # the receiver is on this machine,
//! export REJOINDER_OUTBOUND__ALLOW_NETWORKS='["127.0.0.0/8"]'       # so it may be called there
//! cargo run --example quickstart
//!
//! # in another terminal, with the same variables
//! export REJOINDER_TOKEN=$(cargo run -q -- token create --role editor)
//! cargo run --example receive_events -- http://127.0.0.1:8080
//!
//! # in a third one
//! curl localhost:8080/webhook --json '{
//!   "detectIntentResponseId": "r-1",
//!   "fulfillmentInfo": { "tag": "order-status" },
//!   "sessionInfo": {
//!     "session": "projects/p/locations/l/agents/a/sessions/s-1",
//!     "parameters": { "order_id": "42" }
//!   }
//! }'
//! ```

#![expect(clippy::print_stdout, reason = "it is a program that prints")]

use std::net::TcpListener;
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use rejoinder::Result;
use rejoinder::zendesk::signature;
use serde_json::{Value, json};

/// What is older may be somebody who repeats what they have seen.
const FRESH: Duration = Duration::from_secs(300);

/// Whether these headers sign this body with our secret, now.
fn is_from_rejoinder(secret: &str, signed: &str, timestamp: &str, body: &[u8]) -> bool {
    let Ok(signed_at) = timestamp.parse::<jiff::Timestamp>() else { return false };
    let age = jiff::Timestamp::now().duration_since(signed_at).unsigned_abs();
    age <= FRESH && signature::verify([secret], timestamp, body, signed)
}

async fn receive(request: HttpRequest, body: web::Bytes, secret: web::Data<String>) -> HttpResponse {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (signed, timestamp) =
        (header("X-Zendesk-Webhook-Signature"), header("X-Zendesk-Webhook-Signature-Timestamp"));
    if !is_from_rejoinder(&secret, signed, timestamp, &body) {
        println!("somebody else sent {} bytes, which are not read", body.len());
        return HttpResponse::Unauthorized().finish();
    }
    let event: Value = serde_json::from_slice(&body).unwrap_or_default();
    // A real one stores the event by its id, answers, and works later: the same one may come again.
    println!("{}  {}  {}\n  {}", event["time"], event["type"], event["subject"], event["event"]);
    HttpResponse::NoContent().finish()
}

/// A call of Zendesk's API, which the server speaks.
async fn ask(method: reqwest::Method, url: &str, token: &str, body: Option<Value>) -> Result<Value> {
    let mut request = reqwest::Client::new().request(method, url).bearer_auth(token);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    if !status.is_success() {
        return Err(std::io::Error::other(format!("{url} answered {status}: {text}")).into());
    }
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

#[actix_web::main]
async fn main() -> Result<()> {
    let server = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
    let token = std::env::var("REJOINDER_TOKEN")?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let endpoint = format!("http://{}/events", listener.local_addr()?);
    let webhook = json!({ "webhook": {
        "name": "receive_events", "status": "active", "endpoint": endpoint, "http_method": "POST",
        "request_format": "json",
        "subscriptions": [
            "rejoinder:event-type:conversation.*",
            "rejoinder:event-type:fulfillment.*",
            "rejoinder:event-type:custom.*",
        ],
    }});
    let all = format!("{server}/api/v2/webhooks");
    let made = ask(reqwest::Method::POST, &all, &token, Some(webhook)).await?;
    let own = format!("{all}/{}", made["webhook"]["id"].as_str().unwrap_or_default());
    let secret = ask(reqwest::Method::GET, &format!("{own}/signing_secret"), &token, None).await?;
    let secret = web::Data::new(secret["signing_secret"]["secret"].as_str().unwrap_or_default().to_owned());
    println!("subscribed; Ctrl-C ends it");
    let app = move || App::new().app_data(secret.clone()).route("/events", web::post().to(receive));
    // Ctrl-C ends it.
    HttpServer::new(app).workers(1).listen(listener)?.run().await?;
    ask(reqwest::Method::DELETE, &own, &token, None).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_signed_now_with_our_secret_is_read() {
        let (secret, body) = ("secret", br#"{ "say": "hello" }"#);
        let now = jiff::Timestamp::now().to_string();
        let signed = signature::sign(secret, &now, body);
        assert!(is_from_rejoinder(secret, &signed, &now, body));
        assert!(!is_from_rejoinder("another", &signed, &now, body));
        assert!(!is_from_rejoinder(secret, &signed, &now, b"{}"));
        assert!(!is_from_rejoinder(secret, &signed, "yesterday", body));
        let then = "2026-01-01T00:00:00Z";
        assert!(!is_from_rejoinder(secret, &signature::sign(secret, then, body), then, body));
    }
}
