//! A token that is ordered claim by claim, right or wrong.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Map, Value, json};

use super::Issuer;
use crate::testing::http::lock;

/// A token that an [`Issuer`] will sign.
#[derive(Debug, Clone)]
#[must_use = "it is a token once it is signed"]
pub struct TokenOrder<'i> {
    issuer: &'i Issuer,
    algorithm: String,
    /// The key's name; `None` is that of the key that signs.
    kid: Option<Value>,
    claims: Map<String, Value>,
}

impl<'i> TokenOrder<'i> {
    pub(super) fn new(issuer: &'i Issuer) -> Self {
        let order = Self { issuer, algorithm: "RS256".to_owned(), kid: None, claims: Map::new() };
        order.issued_in(0).expires_in(3600)
    }

    /// For whom it is made out (`aud`).
    pub fn audience(self, audience: &str) -> Self {
        self.claim("aud", audience)
    }

    /// Sets a claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a claim out.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// It expires so many seconds from now; a negative number makes it an expired one.
    pub fn expires_in(self, seconds: i64) -> Self {
        self.claim("exp", now() + seconds)
    }

    /// It was issued so many seconds from now.
    pub fn issued_in(self, seconds: i64) -> Self {
        self.claim("iat", now() + seconds)
    }

    /// It names this key, whichever signs; null names none.
    pub fn key_id(mut self, kid: impl Into<Value>) -> Self {
        self.kid = Some(kid.into());
        self
    }

    /// `RS256`, `ES256`, or what an attacker would write: `HS256` is signed with the public key, `none` with nothing.
    pub fn algorithm(mut self, name: &str) -> Self {
        name.clone_into(&mut self.algorithm);
        self
    }

    /// Header, claims and signature.
    #[must_use]
    pub fn sign(&self) -> String {
        let state = lock(&self.issuer.state);
        let algorithm = self.algorithm.parse().unwrap_or(Algorithm::RS256);
        let pair = state.keys.current(algorithm);
        let signed = self.signed(&pair.kid);
        let message = signed.as_bytes();
        let signature = match algorithm {
            _ if self.algorithm == "none" => Ok(String::new()),
            Algorithm::HS256 => jsonwebtoken::crypto::sign(
                message,
                &EncodingKey::from_secret(pair.public.as_bytes()),
                algorithm,
            ),
            algorithm => jsonwebtoken::crypto::sign(message, &pair.signing, algorithm),
        };
        format!("{signed}.{}", signature.expect("the key is one for this algorithm"))
    }

    /// The same as Cloud Run passes it on once it has verified it: without the signature.
    #[must_use]
    pub fn behind_cloud_run(&self) -> String {
        format!("{}.SIGNATURE_REMOVED_BY_GOOGLE", self.signed("any"))
    }

    fn signed(&self, kid: &str) -> String {
        let mut header = json!({ "alg": self.algorithm, "typ": "JWT", "kid": kid });
        match &self.kid {
            Some(Value::Null) => drop(header.as_object_mut().and_then(|header| header.remove("kid"))),
            Some(other) => header["kid"] = other.clone(),
            None => {}
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(&header), part(&Value::Object(self.claims.clone())))
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
