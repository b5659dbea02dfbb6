//! A weather API that knows three cities, for trying `rejoinder.toml` beside it offline.
//!
//! ```sh
//! cargo run --example weather_upstream        # or with a port: -- 9101
//! ```

use std::net::TcpListener;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt, web};
use serde_json::json;

/// Where `webhooks/weather-api.json` expects it.
const PORT: u16 = 9101;

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).map_or(Ok(PORT), |port| port.parse());
    let port = port.map_err(|error| std::io::Error::other(format!("expected a port: {error}")))?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    eprintln!("the weather is served on http://{}", listener.local_addr()?);
    serve(listener)
}

/// Answers until the process ends.
pub(crate) fn serve(listener: TcpListener) -> std::io::Result<()> {
    let app = || {
        App::new()
            .route("/v1/cities/{city}/weather", web::get().to(weather))
            .route("/staging/v1/cities/{city}/weather", web::get().to(staging))
    };
    // Ctrl-C ends it as it ends any program.
    rt::System::new().block_on(HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run())
}

#[derive(serde::Deserialize)]
struct Asked {
    #[serde(default)]
    units: String,
}

async fn weather(request: HttpRequest, city: web::Path<String>, asked: web::Query<Asked>) -> HttpResponse {
    if request.headers().get("X-Api-Key").is_none_or(|key| key != "example-key") {
        return HttpResponse::Unauthorized()
            .json(json!({ "error": "the header X-Api-Key is missing or wrong" }));
    }
    let (celsius, sky, rain) = match &*city.to_lowercase() {
        "oslo" => (3, "light rain", [true, false, true]),
        "lima" => (19, "clear skies", [false, false, false]),
        "são paulo" => (26, "thunder", [true, true, false]),
        _ => return HttpResponse::NotFound().json(json!({ "error": "this city is not known" })),
    };
    answer(&city, &asked.units, celsius, sky, rain)
}

/// The API that the agent's environment `staging` is sent to: the weather is always the same.
async fn staging(city: web::Path<String>, asked: web::Query<Asked>) -> HttpResponse {
    answer(&city, &asked.units, 20, "a rehearsed sun", [false; 3])
}

fn answer(city: &str, units: &str, celsius: i32, sky: &str, rain: [bool; 3]) -> HttpResponse {
    let degrees = if units == "imperial" { celsius * 9 / 5 + 32 } else { celsius };
    let days = ["today", "tomorrow", "the day after"].into_iter().zip(rain);
    let days: Vec<_> = days.map(|(name, rain)| json!({ "name": name, "rain": rain })).collect();
    HttpResponse::Ok().json(json!({ "city": city, "now": { "degrees": degrees, "sky": sky }, "days": days }))
}
