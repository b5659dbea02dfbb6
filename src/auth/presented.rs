//! What a caller presents, and taking one header of it.

use actix_web::http::header::{HeaderMap, HeaderName};

use super::PeerCertificate;

/// Everything about a call that tells who makes it.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'a> {
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// The certificate that the client showed when the connection was made, with those of its issuers.
    pub peer_certificate: Option<&'a PeerCertificate>,
    /// The request's path as it was sent, without the query.
    pub path: &'a str,
}

impl<'a> Presented<'a> {
    /// The value of a header that may stand only once.
    pub(super) fn single(&self, name: &HeaderName) -> Result<&'a [u8], String> {
        let mut values = self.headers.get_all(name);
        let value = values.next().ok_or_else(|| format!("{name} is missing"))?;
        match values.next() {
            None => Ok(value.as_bytes()),
            // Which of two is meant is anybody's guess, and an attacker's game.
            Some(_) => Err(format!("{name} stands more than once")),
        }
    }
}
