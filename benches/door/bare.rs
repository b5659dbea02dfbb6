//! What one would write without a library: actix-web, a `Value`, and `json!`.

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use serde_json::{Value, json};

pub(crate) fn serve(address: &str) {
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(|| App::new().route("/webhook", web::post().to(webhook)));
        server.bind(address).expect("an address").run().await.expect("a server");
    });
}

async fn webhook(body: Bytes) -> HttpResponse {
    let Ok(request) = serde_json::from_slice::<Value>(&body) else {
        return HttpResponse::BadRequest().finish();
    };
    let parameters = &request["sessionInfo"]["parameters"];
    let (Some(name), Some(order)) = (parameters["customer_name"].as_str(), parameters["order_id"].as_str())
    else {
        return HttpResponse::BadRequest().finish();
    };
    let attempts = parameters["attempts"].as_f64().unwrap_or(0.0) as u64;
    HttpResponse::Ok().json(json!({
        "fulfillmentResponse": {
            "messages": [{ "text": { "text": [format!("Hi {name}, order {order} shipped and arrives on Friday.")] } }]
        },
        "sessionInfo": {
            "parameters": {
                "order_status": "shipped",
                "attempts": attempts + 1,
                "last_tag": request["fulfillmentInfo"]["tag"],
            }
        }
    }))
}
