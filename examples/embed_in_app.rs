//! The agent's door inside an actix app that answers other things too.
//!
//! Logging, health pages and shutdown are the app's own; a `tracing` subscriber gets the access log.
//!
//! ```sh
//! AGENT_TOKEN=letmein cargo run --example embed_in_app
//! curl localhost:8080/agent -H 'X-Agent-Token: letmein' --json '{ "fulfillmentInfo": { "tag": "hours" } }'
//! curl localhost:8080/version
//! ```

use actix_web::http::header::HeaderName;
use actix_web::{App, HttpServer, web};
use rejoinder::auth::{Auth, Header};
use rejoinder::config::Secret;
use rejoinder::server::Service;
use rejoinder::{Rejoinder, Reply, Result};

async fn hours() -> Reply {
    Reply::text("We open at nine.").set("open", true)
}

/// The door; only callers that send the token come in.
fn door(token: String) -> Result<Service> {
    let check = Header::new(HeaderName::from_static("x-agent-token"), &[Secret::from(token)]);
    Ok(Rejoinder::new().tag("hours", hours).service("/agent", Auth::any_of([check]))?)
}

async fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[actix_web::main]
async fn main() -> Result<()> {
    // Made once, outside the closure: actix calls that for each of its threads.
    let door = door(std::env::var("AGENT_TOKEN")?)?;
    HttpServer::new(move || App::new().service(door.clone()).route("/version", web::get().to(version)))
        .bind("127.0.0.1:8080")?
        .run()
        .await?;
    Ok(())
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::test::{TestRequest, call_and_read_body_json, call_service, init_service};
    use rejoinder::testing::WebhookCall;
    use serde_json::{Value, json};

    use super::*;

    #[actix_web::test]
    async fn the_agent_is_answered_and_nobody_else() -> Result<()> {
        let app = init_service(App::new().service(door("letmein".to_owned())?)).await;
        let call = WebhookCall::tag("hours");
        let request = || TestRequest::post().uri("/agent").set_json(call.request());
        let stranger = call_service(&app, request().to_request()).await;
        assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
        let agent = request().insert_header(("x-agent-token", "letmein")).to_request();
        let reply: Value = call_and_read_body_json(&app, agent).await;
        assert_eq!(reply["sessionInfo"]["parameters"], json!({ "open": true }));
        Ok(())
    }
}
