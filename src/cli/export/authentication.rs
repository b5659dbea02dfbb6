//! How the agent proves who it is, as the checks of this server want it.

use crate::config::{Check, Config, checks};
use crate::fulfillment::Authentication;

/// What is left to do where callers need a token: only the issuer's operator knows the client.
fn oauth_note(token: &str, scopes: &[String]) -> String {
    let scopes = if scopes.is_empty() { String::new() } else { format!(" and scopes {scopes:?}") };
    format!(
        "the agent must send a token {token}: add oauthConfig to the resource, with clientId, secretVersionForClientSecret, \
         tokenEndpoint{scopes}"
    )
}

/// How the agent proves who it is, as this server wants it, and what is left to do for that.
pub(super) fn authentication(config: &Config, secret: Option<&str>) -> (Authentication, Option<String>) {
    let project = config.agent.name.split('/').nth(1).unwrap_or("PROJECT");
    let version = |id: &str| match secret {
        Some(secret) => secret.to_owned(),
        None => format!("projects/{project}/secrets/{id}/versions/latest"),
    };
    // Of several that must all agree, the first is what a resource can be told. A client certificate
    // is none of its business: whoever asks in the handshake is shown one.
    let told = |check: &&Check| !matches!(check, Check::Mtls(_));
    let first = config.auth.any_of.first().map(|check| match check {
        Check::AllOf(checks) => checks.iter().find(told).unwrap_or(check),
        check => check,
    });
    match first {
        None | Some(Check::AllOf(_) | Check::Mtls(_)) => (Authentication::None, None),
        Some(Check::Basic(checks::Basic { username, .. })) => {
            let version = version("rejoinder-basic");
            let note = format!(
                "the secret {version} must hold {username}:PASSWORD, without a line break at its end"
            );
            (Authentication::Basic { secret_version: version }, Some(note))
        }
        Some(Check::Header(checks::Header { name, .. })) => {
            let version = version(&format!("rejoinder-{name}"));
            let note = format!(
                "the secret {version} must hold one of the values of {name}, without a line break at its end"
            );
            (Authentication::Header { name: name.to_string(), secret_version: version }, Some(note))
        }
        Some(Check::ServiceAgent(_) | Check::CloudRunIam(_)) => (Authentication::IdToken, None),
        Some(Check::Jwt(checks::Jwt { issuer, scopes, .. })) => {
            (Authentication::None, Some(oauth_note(&format!("of the issuer {issuer}"), scopes)))
        }
        Some(Check::Introspection(checks::Introspection { endpoint, scopes, .. })) => {
            (Authentication::None, Some(oauth_note(&format!("that {endpoint} says is active"), scopes)))
        }
    }
}
