//! `kind = "basic"`: user and password (RFC 7617).

use crate::config::reader::Reader;
use crate::config::secret::Secret;

/// A user and the password.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Basic {
    /// The user's name, without a colon.
    pub username: String,
    /// The password.
    pub password: Secret,
}

impl Basic {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let username = reader.text("username");
        let password = reader.secret("password");
        if username.contains(':') {
            reader.refuse("username", format!("expected a name without a colon, found {username:?}"));
        }
        Self { username, password }
    }
}
