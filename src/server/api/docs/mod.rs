//! `/api/openapi.json`, which describes our own API, and `/api/docs`, a page to read it.
//!
//! The page is the same for everybody and tells nothing; it asks for the description with the token
//! of whoever reads it. Nothing comes from elsewhere, and nothing on it runs but its own script.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use super::{on, otherwise};
use crate::server::door::Door;
use crate::server::pages::Audience;
use crate::server::respond::Refusal;

const OPENAPI: &str = include_str!("openapi.json");

/// The page's parts: where, of which type, and what.
const PARTS: [(&str, &str, &str); 3] = [
    ("/api/docs", "text/html; charset=utf-8", include_str!("page.html")),
    ("/api/docs/page.css", "text/css; charset=utf-8", include_str!("page.css")),
    ("/api/docs/page.js", "text/javascript; charset=utf-8", include_str!("page.js")),
];

/// What browsers may do with the page: what it needs itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn register(config: &mut ServiceConfig, door: &Arc<Door>, audience: Audience) {
    let describe = move |door: Arc<Door>, request: HttpRequest, _: Payload| async move {
        audience.admit(&door, &request).await?;
        Ok::<_, Refusal>(HttpResponse::Ok().json(description()))
    };
    let description = web::resource("/api/openapi.json")
        .route(on(door, describe).method(Method::GET))
        .default_service(otherwise("GET"));
    config.service(description);
    for (path, content_type, text) in PARTS {
        let part = move |_: Arc<Door>, _: HttpRequest, _: Payload| async move {
            let mut response = HttpResponse::Ok();
            response
                .content_type(content_type)
                .insert_header(("Content-Security-Policy", POLICY))
                .insert_header(("X-Content-Type-Options", "nosniff"))
                .insert_header(("Referrer-Policy", "no-referrer"))
                .insert_header(("Cache-Control", "no-cache"));
            Ok::<_, Refusal>(response.body(text))
        };
        let resource =
            web::resource(path).route(on(door, part).method(Method::GET)).default_service(otherwise("GET"));
        config.service(resource);
    }
}

/// The description, of this version.
fn description() -> Value {
    // A test reads it.
    let mut description: Value = serde_json::from_str(OPENAPI).unwrap_or_default();
    description["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    description
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::manage::zendesk;

    /// The paths that the sources register, but for the page's own parts.
    fn registered() -> Vec<String> {
        let sources = [
            include_str!("../audit.rs"),
            include_str!("../invocations/mod.rs"),
            include_str!("../me.rs"),
            include_str!("../received.rs"),
            include_str!("../tokens.rs"),
            include_str!("../../pages.rs"),
            include_str!("mod.rs"),
        ];
        let mut paths: Vec<String> = Vec::new();
        for source in sources {
            let source = source.split("mod tests").next().unwrap_or_default();
            for start in ["web::resource(\"", "page(config, \"", "    (\""] {
                paths.extend(
                    source
                        .split(start)
                        .skip(1)
                        .filter_map(|rest| Some(rest.split_once('"')?.0.replace(":.+", ""))),
                );
            }
        }
        paths.extend(zendesk::PATHS.iter().chain(&zendesk::RULE_PATHS).map(|path| (*path).to_owned()));
        paths.retain(|path| path.starts_with('/') && !path.starts_with("/api/docs/"));
        paths.sort();
        paths
    }

    #[test]
    fn every_path_is_described_and_nothing_else_is() {
        let described = description();
        let mut paths: Vec<String> = described["paths"].as_object().expect("paths").keys().cloned().collect();
        paths.sort();
        assert_eq!(paths, registered());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let described = description();
        for part in OPENAPI.split("\"$ref\": \"#").skip(1) {
            let place = part.split('"').next().expect("a place");
            assert!(described.pointer(place).is_some(), "{place}");
        }
    }
}
