//! A bearer token that an OAuth or OpenID Connect issuer signed.

use std::sync::Arc;

use super::judgement::Judgement;
use super::keys::Keys;
use super::signed::Signed;
use super::token::{accept_claims, accept_scopes};
use super::{Caller, Presented};

/// Accepts tokens that one issuer signed for this server.
///
/// Its keys come from its JWK set (RFC 7517) or its discovery document (OpenID Connect Discovery).
#[derive(Debug, Clone)]
pub struct Jwt {
    pub(super) scopes: Arc<[String]>,
    pub(super) claims: Arc<[(String, String)]>,
    pub(super) signed: Signed,
}

impl Jwt {
    pub(super) fn judge<'a>(&'a self, presented: &Presented<'a>) -> Judgement<'a> {
        self.signed.judge(presented, |claims| {
            accept_claims(claims, &self.claims)?;
            accept_scopes(claims, &self.scopes)?;
            Ok(Caller::Jwt {
                issuer: claims.text("iss").unwrap_or_default().to_owned(),
                subject: claims.subject().to_owned(),
                scopes: claims.scopes().into_iter().map(str::to_owned).collect(),
            })
        })
    }

    pub(super) fn keys(&self) -> &Arc<Keys> {
        self.signed.signatures.keys()
    }
}
