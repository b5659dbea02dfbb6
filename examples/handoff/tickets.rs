//! A stand-in for Zendesk, as far as the example needs it: tickets are opened by a webhook, comments are told
//! as signed events.
//!
//! ```sh
//! cargo run --example handoff_tickets         # 127.0.0.1:9301, and http://127.0.0.1:8080 is told
//! ```

use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};

use actix_web::{App, HttpResponse, HttpServer, rt, web};
use rejoinder::zendesk::signature;
use serde_json::{Value, json};

/// What `rejoinder.toml` beside it has, too.
pub(crate) const SECRET: &str = "aGFuZG9mZi1leGFtcGxlLXNlY3JldC1mb3ItdHJ5aW5n";
const PORT: u16 = 9301;

/// Who is told, and the tickets, whose numbers are their places.
struct Desk {
    receiver: String,
    tickets: Mutex<Vec<Value>>,
}

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", PORT))?;
    eprintln!("tickets are served on http://{}", listener.local_addr()?);
    serve(listener, "http://127.0.0.1:8080")
}

/// Answers until the process ends; events go to this server.
pub(crate) fn serve(listener: TcpListener, server: &str) -> std::io::Result<()> {
    let receiver = format!("{server}/receive/zendesk/support");
    let desk = web::Data::new(Desk { receiver, tickets: Mutex::default() });
    let app = move || {
        App::new()
            .app_data(desk.clone())
            .route("/tickets", web::post().to(open))
            .route("/tickets", web::get().to(list))
            .route("/tickets/{number}/comments", web::post().to(comment))
    };
    // Ctrl-C ends it as it ends any program.
    rt::System::new().block_on(HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run())
}

async fn open(desk: web::Data<Desk>, body: web::Json<Value>) -> HttpResponse {
    let mut tickets = desk.tickets.lock().unwrap_or_else(PoisonError::into_inner);
    let mut ticket = body["ticket"].clone();
    ticket["id"] = tickets.len().into();
    tickets.push(ticket.clone());
    HttpResponse::Created().json(json!({ "ticket": ticket }))
}

async fn list(desk: web::Data<Desk>) -> HttpResponse {
    let tickets = desk.tickets.lock().unwrap_or_else(PoisonError::into_inner).clone();
    HttpResponse::Ok().json(json!({ "tickets": tickets }))
}

/// Tells of `{"body": "…", "public": true}` as Zendesk would: signed, pretty-printed, with a final newline.
async fn comment(desk: web::Data<Desk>, number: web::Path<usize>, body: web::Json<Value>) -> HttpResponse {
    let ticket = desk.tickets.lock().unwrap_or_else(PoisonError::into_inner).get(*number).cloned();
    let Some(ticket) = ticket else { return HttpResponse::NotFound().finish() };
    let now = jiff::Timestamp::now();
    let id = format!("{}-{number}", now.as_nanosecond());
    let event = json!({
        "account_id": 4001, "id": id, "type": "zen:event-type:ticket.comment_added",
        "subject": format!("zen:ticket:{number}"), "time": now.to_string(), "zendesk_event_version": "2022-11-06",
        "detail": { "id": number.to_string(), "external_id": ticket["external_id"], "subject": ticket["subject"], "status": "OPEN" },
        "event": { "comment": {
            "id": id, "body": body["body"], "is_public": body["public"],
            "author": { "id": "8001", "is_staff": true, "name": "Grace" },
        } },
    });
    let text = serde_json::to_string_pretty(&event).unwrap_or_default() + "\n";
    let timestamp = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let request = reqwest::Client::new()
        .post(&desk.receiver)
        .header("Content-Type", "application/json; charset=utf-8")
        .header("X-Zendesk-Webhook-Invocation-Id", &id)
        .header("X-Zendesk-Webhook-Signature", signature::sign(SECRET, &timestamp, text.as_bytes()))
        .header("X-Zendesk-Webhook-Signature-Timestamp", timestamp);
    match request.body(text).send().await {
        Ok(answer) if answer.status().is_success() => HttpResponse::Created().json(event),
        Ok(answer) => HttpResponse::BadGateway().body(format!("the receiver answered {}", answer.status())),
        Err(error) => HttpResponse::BadGateway().body(error.to_string()),
    }
}
