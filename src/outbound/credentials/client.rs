//! Where a client's id and secret stand in a request to an OAuth server (RFC 6749, 2.3.1).

use base64::Engine as _;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::super::{Method, Request, Url};
use super::sensitive;
use crate::config::ClientAuthentication;

/// A form for an endpoint that answers JSON, with who we are to it.
pub(crate) fn form(
    endpoint: &Url,
    members: &[(&str, &str)],
    authentication: ClientAuthentication,
    (id, secret): (&str, &str),
) -> Request {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(members);
    let mut request = Request::new(Method::POST, endpoint.clone());
    match authentication {
        ClientAuthentication::Form => {
            form.append_pair("client_id", id).append_pair("client_secret", secret);
        }
        ClientAuthentication::Basic => {
            // Both are form-encoded first: an id may hold a colon.
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encoded(id), encoded(secret));
            let pair = base64::engine::general_purpose::STANDARD.encode(pair);
            // Base64 can always stand in a header.
            let value = sensitive(format!("Basic {pair}").as_bytes());
            request.headers.extend(value.map(|value| (AUTHORIZATION, value)));
        }
    }
    request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    request.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    request.body(form.finish())
}
