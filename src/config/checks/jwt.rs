//! `kind = "jwt"`: a bearer token of an OAuth or OpenID Connect issuer, signed with one of its keys.

use url::Url;

use super::address;
use crate::config::reader::Reader;

/// Whose tokens are accepted, and what must stand in them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Jwt {
    /// What `iss` must be.
    pub issuer: String,
    /// Where the keys are; without it, the issuer's discovery document tells.
    pub jwks_url: Option<Url>,
    /// What `aud` may be.
    pub audience: Vec<String>,
    /// What `scope` (or `scp`) must hold, all of it.
    pub scopes: Vec<String>,
    /// What other claims must be.
    pub claims: Vec<(String, String)>,
    /// The algorithms that a token may be signed with, such as `RS256`.
    pub algorithms: Vec<String>,
}

/// Signatures that are made with a private key. A shared secret (`HS256`) belongs into a check of the kind `header`.
pub(super) const ALGORITHMS: [&str; 9] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

impl Jwt {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        // Kept as it is written: `iss` is compared to the letter.
        let issuer = reader.text("issuer");
        address::check(reader, "issuer", &issuer);
        let jwks_url = reader.optional("jwks_url", address::read).flatten();
        let audience = reader.texts("audience");
        let scopes = reader.optional("scopes", Reader::texts).unwrap_or_default();
        let claims = reader.optional("claims", Reader::text_entries).unwrap_or_default();
        let algorithms =
            reader.optional("algorithms", Reader::texts).unwrap_or_else(|| vec!["RS256".to_owned()]);
        if audience.is_empty() {
            reader.refuse(
                "audience",
                "expected what the issuer writes into `aud` for this server; without it a token made for any other service \
                 would be accepted",
            );
        }
        if issuer.trim_end_matches('/') == "https://accounts.google.com" && claims.is_empty() {
            reader.refuse(
                "claims",
                "everybody with a Google account can get a token of this issuer; say whose is accepted, such as \
                 claims = { email = \"caller@example.iam.gserviceaccount.com\" }, or use the kind \"service_agent\"",
            );
        }
        if algorithms.is_empty() {
            reader.refuse("algorithms", "expected at least one, such as \"RS256\"");
        }
        for name in algorithms.iter().filter(|name| !ALGORITHMS.contains(&name.as_str())) {
            reader.refuse("algorithms", refusal(name));
        }
        Self { issuer, jwks_url, audience, scopes, claims, algorithms }
    }
}

fn refusal(name: &str) -> String {
    let expected = ALGORITHMS.join(", ");
    match name {
        "HS256" | "HS384" | "HS512" => format!(
            "{name} signs with a secret that both sides know, and beside a public key it lets anybody sign; expected some \
             of {expected}"
        ),
        name if name.eq_ignore_ascii_case("none") => {
            format!("{name:?} is no signature at all; expected some of {expected}")
        }
        name => format!("expected some of {expected}, found {name:?}"),
    }
}
