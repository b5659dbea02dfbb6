//! What only this machine may see.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HOST, HeaderMap};

use super::connections::Connection;
use super::respond::Refusal;

/// Whether a proxy or tunnel has passed the request on.
pub(crate) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED) || headers.keys().any(|name| name.as_str().starts_with("x-forwarded-"))
}

/// Refuses a request unless it plainly comes from this machine.
///
/// The `Host` is looked at because a web page in a local browser can send requests here under a
/// name of its own.
pub(crate) fn only_local(request: &HttpRequest) -> Result<(), Refusal> {
    let local_address =
        |address: Option<std::net::SocketAddr>| address.is_some_and(|address| address.ip().is_loopback());
    let listener = request.conn_data::<Arc<Connection>>().map(|connection| connection.local);
    if !local_address(listener) || !local_address(request.peer_addr()) {
        return Err(Refusal::Local("This address is answered on loopback only."));
    }
    if is_forwarded(request.headers()) {
        return Err(Refusal::Local("This address is not answered through a proxy or tunnel."));
    }
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let host = authority.or_else(|| Some(request.headers().get(HOST)?.to_str().ok()?.to_owned()));
    if host.is_some_and(|host| is_loopback_name(&host)) {
        return Ok(());
    }
    Err(Refusal::Local("This address is answered under a loopback Host only."))
}

fn is_loopback_name(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback_name;

    #[test]
    fn loopback_has_few_names() {
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "127.9.9.9", "[::1]:80", "[::1]"] {
            assert!(is_loopback_name(host), "{host}");
        }
        for host in ["", "example.com", "localhost.example.com", "10.0.0.1", "[::2]", "127.0.0.1.example.com"]
        {
            assert!(!is_loopback_name(host), "{host}");
        }
    }
}
