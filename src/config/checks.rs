//! `[auth]`: the checks of which one must accept the caller, as they are written.

use actix_web::http::header::HeaderName;

use super::reader::Reader;
use super::secret::Secret;

/// `[auth]`
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Auth {
    /// The checks; none of them lets everybody in.
    pub any_of: Vec<Check>,
}

/// One way to be accepted, told apart by its `kind`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Check {
    /// User and password (RFC 7617).
    Basic {
        /// The user's name, without a colon.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A header with a secret value.
    Header {
        /// The header's name.
        name: HeaderName,
        /// The values it may have; several are valid at once while a secret rotates.
        values: Vec<Secret>,
    },
}

/// The words of `kind`. [`SAMPLES`] has a table of each, in this order.
const KINDS: &[&str] = &["basic", "header"];

/// One table of every kind as TOML text, which the schema is made from.
pub(super) const SAMPLES: &str = r#"[{ kind = "basic", username = "u", password = "p" }, { kind = "header", name = "n", values = ["v"] }]"#;

impl Auth {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let checks = reader.tables("any_of", |check| {
            match check.choice("kind", KINDS, &[Some("basic"), Some("header")]) {
                Some("basic") => Some(basic(check)),
                Some(_) => header(check),
                None => {
                    check.ignore_rest();
                    None
                }
            }
        });
        Self { any_of: checks.into_iter().flatten().collect() }
    }
}

fn basic(reader: &Reader<'_, '_>) -> Check {
    let username = reader.text("username");
    let password = reader.secret("password");
    if username.contains(':') {
        reader.refuse("username", format!("expected a name without a colon, found {username:?}"));
    }
    Check::Basic { username, password }
}

fn header(reader: &Reader<'_, '_>) -> Option<Check> {
    let name = reader.text("name");
    let values = reader.secrets("values");
    match name.parse() {
        Ok(name) => Some(Check::Header { name, values }),
        Err(_) => {
            reader.refuse("name", format!("expected a header's name, found {name:?}"));
            None
        }
    }
}
