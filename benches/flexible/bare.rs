//! The same exchange as one would write it without a library: actix-web, reqwest, and `Value`s.

use std::time::Duration;

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use reqwest::{Client, Url};
use serde_json::{Value, json};

struct Upstream {
    client: Client,
    base: Url,
}

pub(crate) fn serve(address: &str, upstream: &str) {
    actix_web::rt::System::new().block_on(async {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let client = client.timeout(Duration::from_secs(5)).build().expect("a client");
        let base = format!("http://{upstream}/v1/orders/").parse().expect("an address");
        let upstream = Data::new(Upstream { client, base });
        let server = HttpServer::new(move || {
            App::new().app_data(upstream.clone()).route("/webhook", web::post().to(webhook))
        });
        server.bind(address).expect("an address").run().await.expect("a server");
    });
}

async fn webhook(body: Bytes, upstream: Data<Upstream>) -> HttpResponse {
    let Ok(request) = serde_json::from_slice::<Value>(&body) else {
        return HttpResponse::BadRequest().finish();
    };
    let parameters = &request["sessionInfo"]["parameters"];
    let Some(order) = parameters["order_id"].as_str() else {
        return HttpResponse::BadRequest().finish();
    };
    let Ok(mut url) = upstream.base.join(order) else { return HttpResponse::BadRequest().finish() };
    url.query_pairs_mut()
        .append_pair("country", parameters["address"]["country"].as_str().unwrap_or_default())
        .append_pair("lang", parameters["locale"].as_str().unwrap_or_default());
    let body = json!({
        "customer": { "name": parameters["customer_name"], "postcode": parameters["postcode"], "member": parameters["loyalty_member"] },
        "order": { "id": order, "total": parameters["basket_total"], "basket": parameters["basket"], "currency": parameters["currency"] },
        "ship_to": parameters["address"]["city"],
        "note": format!("attempt {} by {}", parameters["attempts"], parameters["channel"].as_str().unwrap_or_default()),
    });
    let sent = upstream.client.post(url).header("Content-Type", "application/json").header("X-Api-Key", "k");
    let Ok(answer) = sent.body(body.to_string()).send().await else {
        return HttpResponse::ServiceUnavailable().finish();
    };
    if !answer.status().is_success() {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let Ok(answer) = answer.bytes().await else { return HttpResponse::ServiceUnavailable().finish() };
    let Ok(answer) = serde_json::from_slice::<Value>(&answer) else {
        return HttpResponse::InternalServerError().finish();
    };
    let order = &answer["order"];
    HttpResponse::Ok().json(json!({ "sessionInfo": { "parameters": {
        "order_status": order["status"], "eta": order["shipment"]["eta"],
        "carrier_name": order["shipment"]["carrier"]["name"], "first_item": order["items"][0]["title"], "total": order["total"],
    } } }))
}
