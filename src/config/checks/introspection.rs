//! `kind = "introspection"`: a bearer token that its issuer is asked about (RFC 7662).

use std::time::Duration;

use url::Url;

use super::address;
use crate::config::outbound::ClientAuthentication;
use crate::config::reader::Reader;
use crate::config::secret::Secret;

/// Whom to ask, and what must stand in the answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Introspection {
    /// The issuer's introspection endpoint.
    pub endpoint: Url,
    /// Who we are to it.
    pub client_id: String,
    /// And what proves it.
    pub client_secret: Secret,
    /// Where both stand in the request.
    pub client_authentication: ClientAuthentication,
    /// What `iss` must be, if the answer has one.
    pub issuer: Option<String>,
    /// What `aud` may be; without any, it is not looked at.
    pub audience: Vec<String>,
    /// What `scope` must hold, all of it.
    pub scopes: Vec<String>,
    /// What other members must be.
    pub claims: Vec<(String, String)>,
    /// How long an answer is used for more calls, within the token's own time.
    pub max_age: Duration,
}

impl Introspection {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Option<Self> {
        const SECOND: Duration = Duration::from_secs(1);
        let endpoint = address::read(reader, "endpoint");
        let client_id = reader.text("client_id");
        let client_secret = reader.secret("client_secret");
        let client_authentication = reader.optional("client_authentication", |reader, key| {
            let ways = [ClientAuthentication::Form, ClientAuthentication::Basic];
            reader.choice(key, &["form", "basic"], &ways)
        });
        let issuer = reader.optional("issuer", Reader::text);
        let audience = reader.optional("audience", Reader::texts).unwrap_or_default();
        let scopes = reader.optional("scopes", Reader::texts).unwrap_or_default();
        let claims = reader.optional("claims", Reader::text_entries).unwrap_or_default();
        let max_age = reader.optional("max_age", |reader, key| reader.duration(key, SECOND..=3600 * SECOND));
        Some(Self {
            endpoint: endpoint?,
            client_id,
            client_secret,
            client_authentication: client_authentication.unwrap_or(ClientAuthentication::Basic),
            issuer,
            audience,
            scopes,
            claims,
            max_age: max_age.unwrap_or(60 * SECOND),
        })
    }
}
