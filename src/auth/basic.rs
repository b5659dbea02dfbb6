//! User and password, as RFC 7617 sends them.

use actix_web::http::header::AUTHORIZATION;
use base64::Engine as _;

use super::watched::Watched;
use super::{Caller, Presented};
use crate::config::Secret;

/// Accepts a caller that sends this user and password.
#[derive(Debug, Clone)]
pub struct Basic {
    username: String,
    credentials: Watched,
}

impl Basic {
    /// Takes the user's name, which cannot hold a colon, and the password.
    pub fn new(username: impl Into<String>, password: &Secret) -> Self {
        let username = username.into();
        let credentials = Watched::new(format!("{username}:"), password);
        Self { username, credentials }
    }

    pub(super) fn verify(&self, presented: &Presented<'_>) -> Result<Caller, String> {
        let value = presented.single(&AUTHORIZATION)?;
        let (scheme, token) = value
            .iter()
            .position(|byte| *byte == b' ')
            .map(|blank| (&value[..blank], value[blank..].trim_ascii()))
            .ok_or("basic: Authorization holds no scheme and credentials")?;
        if !scheme.eq_ignore_ascii_case(b"basic") {
            let scheme = String::from_utf8_lossy(&scheme[..scheme.len().min(16)]).into_owned();
            return Err(format!("basic: Authorization has the scheme {scheme:?}, not Basic"));
        }
        let sent = base64::engine::general_purpose::STANDARD
            .decode(token)
            .map_err(|_| "basic: the credentials are not base64")?;
        if !self.credentials.digest().matches(&sent) {
            return Err("basic: wrong user or password".to_owned());
        }
        Ok(Caller::Basic { username: self.username.clone() })
    }
}
