//! `kind = "header"`: a header with a secret value.

use actix_web::http::header::HeaderName;

use crate::config::reader::Reader;
use crate::config::secret::Secret;

/// A header and what it may hold.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Header {
    /// The header's name.
    pub name: HeaderName,
    /// The values it may have; several are valid at once while a secret rotates.
    pub values: Vec<Secret>,
}

impl Header {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Option<Self> {
        let name = reader.text("name");
        let values = reader.secrets("values");
        match name.parse() {
            Ok(name) => Some(Self { name, values }),
            Err(_) => {
                reader.refuse("name", format!("expected a header's name, found {name:?}"));
                None
            }
        }
    }
}
