//! What changes about a call that goes elsewhere, or presents something else, than its resource says.

use reqwest::header::AUTHORIZATION;

use crate::outbound::{HeaderMap, Url};
use crate::protocol::webhook::{GenericWebService, ServiceAgentAuth};

/// Leaves out what must not be shown to `to`, unless the service is there anyway.
///
/// What others have, secret versions and tokens, is presented at the webhook's own address alone. What
/// stands in the resource may be shown to this machine, too.
pub(crate) fn withhold(service: &mut GenericWebService, to: &Url) {
    let own = Url::parse(&service.uri).ok();
    if own.is_some_and(|own| own.scheme() == to.scheme() && own.host_str() == to.host_str()) {
        return;
    }
    service.secret_versions_for_request_headers.clear();
    service.secret_version_for_username_password.clear();
    service.oauth_config = None;
    service.service_account_auth_config = None;
    service.service_agent_auth = ServiceAgentAuth::None;
    if !is_loopback(to) {
        service.request_headers.clear();
        service.username.clear();
    }
}

/// Whether an address has the path of our flexible webhooks, whoever is before it. It may hold
/// references, which make no URL; the part before them is enough.
pub(crate) fn is_flexible_door(uri: &str, flexible_path: &str) -> bool {
    let path = uri.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    !flexible_path.is_empty()
        && path.and_then(|path| path.strip_prefix(flexible_path)).is_some_and(|rest| rest.starts_with('/'))
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Leaves out what is given in other words.
pub(super) fn replace(service: &mut GenericWebService, given: &HeaderMap) {
    service.request_headers.retain(|name, _| !given.contains_key(name.as_str()));
    service.secret_versions_for_request_headers.retain(|name, _| !given.contains_key(name.as_str()));
    if given.contains_key(AUTHORIZATION) {
        service.secret_version_for_username_password.clear();
        service.username.clear();
        service.oauth_config = None;
        service.service_account_auth_config = None;
        service.service_agent_auth = ServiceAgentAuth::None;
    }
}

/// Puts another server into an address, and another path and query if there is one.
pub(crate) fn redirect(url: &mut Url, to: &Url) {
    let mut there = to.clone();
    if to.path() == "/" {
        there.set_path(url.path());
    }
    if to.query().is_none() {
        there.set_query(url.query());
    }
    *url = there;
}
