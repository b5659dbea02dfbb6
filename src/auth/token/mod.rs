//! Bearer tokens: reading them, and judging what stands in them.
//!
//! Nothing here knows whether a signature is right; `keys` does.

mod claims;
mod judge;

use actix_web::http::header::{AUTHORIZATION, HeaderName};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Presented;
use super::reason::Reason;

pub(super) use claims::Claims;
pub(super) use judge::{Expected, accept_claims, accept_scopes, judge_time};

/// The longest token that is read, in bytes; Google's have about 1,000.
pub(super) const LONGEST: usize = 8 * 1024;

/// What Cloud Run leaves in a token's place for the signature, once it has verified it.
pub(super) const REMOVED: &str = "SIGNATURE_REMOVED_BY_GOOGLE";

/// What is said to a token without its signature, by every check but `cloud_run_iam`.
pub(super) const WITHOUT_SIGNATURE: &str = "the token's signature is SIGNATURE_REMOVED_BY_GOOGLE: Cloud Run's own IAM check \
     verified it and took it away, so nobody behind Cloud Run can verify it again. Either let Cloud Run alone decide, with the \
     check { kind = \"cloud_run_iam\", … }, or let this server alone decide: switch the IAM check of the service off (gcloud run \
     services update SERVICE --no-invoker-iam-check) and keep this one";

/// `X-Serverless-Authorization`, which Cloud Run looks at before `Authorization`.
pub(super) const SERVERLESS: HeaderName = HeaderName::from_static("x-serverless-authorization");

/// The token of `Authorization: Bearer …`; the scheme may be in any case (RFC 9110, 11.1).
pub(super) fn bearer<'a>(presented: &Presented<'a>) -> Result<&'a str, Reason> {
    bearer_of(presented, &AUTHORIZATION)
}

/// The token of another header of the same form.
pub(super) fn bearer_of<'a>(presented: &Presented<'a>, name: &HeaderName) -> Result<&'a str, Reason> {
    let value = presented.single(name)?;
    let (scheme, token) = value
        .iter()
        .position(|byte| *byte == b' ')
        .map(|blank| (&value[..blank], value[blank..].trim_ascii()))
        .ok_or_else(|| format!("{name} holds no scheme and token"))?;
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        let scheme = String::from_utf8_lossy(&scheme[..scheme.len().min(16)]);
        return Err(format!("{name} has the scheme {scheme:?}, not Bearer").into());
    }
    if token.len() > LONGEST {
        return Err(Reason::invalid(format!("the token has {} bytes, over {LONGEST}", token.len())));
    }
    let text = std::str::from_utf8(token).ok().filter(|text| !text.is_empty());
    text.ok_or_else(|| Reason::invalid("the token is empty, or holds what no token holds"))
}

/// What a token is remembered by: nobody who reads memory finds the token.
pub(super) type TokenHash = [u8; 32];

pub(super) fn hash(token: &str) -> TokenHash {
    Sha256::digest(token).into()
}

/// A signed token (JWS compact form, RFC 7515, 7.1), taken apart and not believed.
pub(super) struct Token<'t> {
    /// What was signed: header and claims as they were sent.
    pub(super) signed: &'t str,
    pub(super) signature: &'t str,
    pub(super) head: Head,
    claims: &'t str,
}

#[derive(Deserialize)]
pub(super) struct Head {
    #[serde(default)]
    pub(super) alg: String,
    pub(super) kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

impl<'t> Token<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, Reason> {
        let parts = text.split('.').count();
        let (Some((signed, signature)), 3) = (text.rsplit_once('.'), parts) else {
            return Err(Reason::invalid(format!(
                "the token has {parts} parts between dots, and a JWT has 3: it is another kind of token, or was cut off"
            )));
        };
        let (head, claims) = signed.split_once('.').unwrap_or_default();
        let head: Head = decode(head, "header")?;
        if head.crit.is_some() {
            return Err(Reason::invalid(
                "the token's header has `crit`: it asks for extensions that nobody here knows",
            ));
        }
        Ok(Self { signed, signature, head, claims })
    }

    /// The claims, whoever wrote them.
    pub(super) fn claims(&self) -> Result<Claims, Reason> {
        decode(self.claims, "claims").map(Claims)
    }

    pub(super) fn signature_was_removed(&self) -> bool {
        self.signature.contains(REMOVED)
    }
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str, what: &str) -> Result<T, Reason> {
    let bytes = URL_SAFE_NO_PAD.decode(part);
    let bytes =
        bytes.map_err(|error| Reason::invalid(format!("the token's {what} is not base64url: {error}")))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Reason::invalid(format!("the token's {what} cannot be read as JSON: {error}")))
}
