//! A Salesforce with three contacts, for trying `rejoinder.toml` beside it offline.
//!
//! ```sh
//! cargo run --example salesforce_upstream     # or with a port: -- 9201
//! ```
//!
//! It gives a token to a client that knows its secret, has the four answers that the presets need, in
//! Salesforce's own form, and reads of SOQL only as much as shows where a text in quotes ends.

use std::net::TcpListener;
use std::sync::Mutex;

use actix_web::guard::{Guard, GuardContext};
use actix_web::web::{Data, Form, Json, Path, Query};
use actix_web::{App, HttpResponse, HttpServer, rt, web};
use serde_json::{Map, Value, json};

/// Where `webhooks/*.json` expect it.
const PORT: u16 = 9201;

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).map_or(Ok(PORT), |port| port.parse());
    let port = port.map_err(|error| std::io::Error::other(format!("expected a port: {error}")))?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    eprintln!("Salesforce is served on http://{}", listener.local_addr()?);
    serve(listener)
}

/// Answers until the process ends.
pub(crate) fn serve(listener: TcpListener) -> std::io::Result<()> {
    let contacts = Data::new(Contacts(Mutex::new(vec![
        contact(1, "Ada", "Lovelace", "ada@example.com"),
        contact(2, "Sean", "O'Brien", "sean.o'brien@example.com"),
        contact(3, "Grace", "Hopper", "grace@example.com"),
    ])));
    let app = move || {
        let data = web::scope("/services/data/{version}")
            .guard(Known)
            .route("/query", web::get().to(query))
            .route("/sobjects/Contact", web::post().to(create))
            .route("/sobjects/Contact/{id}", web::get().to(get))
            .route("/sobjects/Contact/{id}", web::patch().to(update))
            .default_service(web::to(no_such_thing));
        App::new()
            .app_data(contacts.clone())
            .service(data)
            .route("/services/oauth2/token", web::post().to(token))
            .default_service(web::to(unknown_session))
    };
    // Ctrl-C ends it as it ends any program.
    rt::System::new().block_on(HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run())
}

type Contact = Map<String, Value>;

struct Contacts(Mutex<Vec<Contact>>);

impl Contacts {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Contact>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

fn contact(number: usize, first: &str, last: &str, email: &str) -> Contact {
    let fields = json!({
        "Id": format!("0035g00000example{number}"),
        "FirstName": first, "LastName": last, "Name": format!("{first} {last}"), "Email": email, "Phone": null,
    });
    fields.as_object().cloned().unwrap_or_default()
}

/// Whoever presents the token.
struct Known;

impl Guard for Known {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        context.head().headers.get("Authorization").is_some_and(|value| value == "Bearer example-token")
    }
}

#[derive(serde::Deserialize)]
struct Client {
    grant_type: String,
    client_id: String,
    client_secret: String,
}

/// Gives the token to the one client that there is. As with Salesforce, nothing says when it expires.
async fn token(Form(client): Form<Client>) -> HttpResponse {
    let refused = |error: &str| HttpResponse::BadRequest().json(json!({ "error": error }));
    if client.grant_type != "client_credentials" {
        return refused("unsupported_grant_type");
    }
    if (client.client_id.as_str(), client.client_secret.as_str()) != ("example-client", "example-secret") {
        return refused("invalid_client");
    }
    HttpResponse::Ok().json(json!({ "access_token": "example-token", "token_type": "Bearer" }))
}

async fn no_such_thing() -> HttpResponse {
    let message = "The requested resource does not exist";
    HttpResponse::NotFound().json(json!([{ "errorCode": "NOT_FOUND", "message": message }]))
}

async fn unknown_session() -> HttpResponse {
    HttpResponse::Unauthorized()
        .json(json!([{ "message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID" }]))
}

fn refused(code: &str, message: &str) -> HttpResponse {
    HttpResponse::BadRequest().json(json!([{ "message": message, "errorCode": code }]))
}

fn no_such_contact() -> HttpResponse {
    let message = "Provided external ID field does not exist or is not accessible";
    HttpResponse::NotFound().json(json!([{ "errorCode": "NOT_FOUND", "message": message }]))
}

#[derive(serde::Deserialize)]
struct Asked {
    q: String,
}

async fn query(contacts: Data<Contacts>, asked: Query<Asked>) -> HttpResponse {
    let Some((email, rest)) = asked.q.split_once(" Email = '").and_then(|(_, rest)| text(rest)) else {
        return refused("MALFORMED_QUERY", "expected WHERE Email = 'a text in quotes'");
    };
    // What stands behind the text is SOQL. A value that got out of its quotes would be heard here.
    let everybody = rest.trim_start().starts_with("OR ");
    if !everybody && !rest.trim_start().starts_with("LIMIT ") {
        return refused("MALFORMED_QUERY", &format!("unexpected token: '{}'", rest.trim_start()));
    }
    let records = contacts.with(|contacts| {
        let found = contacts.iter().filter(|contact| everybody || contact["Email"] == email.as_str());
        found.map(|contact| record(contact, "Id,Name,Email")).collect::<Vec<_>>()
    });
    HttpResponse::Ok().json(json!({ "totalSize": records.len(), "done": true, "records": records }))
}

/// The text up to the quote that ends it, and what follows.
fn text(soql: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut characters = soql.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => text.push(characters.next()?.1),
            '\'' => return Some((text, &soql[at + 1..])),
            _ => text.push(character),
        }
    }
    None
}

fn record(contact: &Contact, fields: &str) -> Value {
    let id = contact["Id"].as_str().unwrap_or_default();
    let mut record = Map::new();
    let url = format!("/services/data/v64.0/sobjects/Contact/{id}");
    record.insert("attributes".to_owned(), json!({ "type": "Contact", "url": url }));
    for field in fields.split(',') {
        record.insert(field.to_owned(), contact.get(field).cloned().unwrap_or_default());
    }
    Value::Object(record)
}

async fn create(contacts: Data<Contacts>, Json(sent): Json<Contact>) -> HttpResponse {
    let field = |name: &str| sent.get(name).and_then(Value::as_str).unwrap_or_default();
    if field("LastName").is_empty() {
        return refused("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]");
    }
    let id = contacts.with(|contacts| {
        let new = contact(contacts.len() + 1, field("FirstName"), field("LastName"), field("Email"));
        let id = new["Id"].clone();
        contacts.push(new);
        id
    });
    HttpResponse::Created().json(json!({ "id": id, "success": true, "errors": [] }))
}

async fn update(
    contacts: Data<Contacts>,
    place: Path<(String, String)>,
    Json(sent): Json<Contact>,
) -> HttpResponse {
    let changed = contacts.with(|contacts| {
        let contact = contacts.iter_mut().find(|contact| contact["Id"] == place.1.as_str());
        contact.map(|contact| contact.extend(sent))
    });
    changed.map_or_else(no_such_contact, |()| HttpResponse::NoContent().finish())
}

#[derive(serde::Deserialize)]
struct Wanted {
    fields: String,
}

async fn get(contacts: Data<Contacts>, place: Path<(String, String)>, wanted: Query<Wanted>) -> HttpResponse {
    let found = contacts.with(|contacts| {
        let contact = contacts.iter().find(|contact| contact["Id"] == place.1.as_str());
        contact.map(|contact| record(contact, &wanted.fields))
    });
    found.map_or_else(no_such_contact, |record| HttpResponse::Ok().json(record))
}
