//! A header with a secret value.

use actix_web::http::header::{HeaderMap, HeaderName};

use super::Caller;
use super::verify::{Digest, single};
use crate::config::{Reader, Secret};

/// Accepts a caller that sends one of these values; several are valid at once while a secret rotates.
#[derive(Debug, Clone)]
pub struct Header {
    name: HeaderName,
    values: Vec<Digest>,
}

impl Header {
    /// Takes the header's name and the values it may have; `None` if that is no name of a header.
    #[must_use]
    pub fn new(name: &str, values: &[Secret]) -> Option<Self> {
        let name = name.parse().ok()?;
        let values = values.iter().map(|value| Digest::of(value.expose().as_bytes())).collect();
        Some(Self { name, values })
    }

    pub(super) fn verify(&self, headers: &HeaderMap) -> Result<Caller, String> {
        let sent = Digest::of(single(headers, &self.name)?.trim_ascii());
        // All are compared, so that the time tells nothing about which one was close.
        let matching = self.values.iter().filter(|value| value.equals(&sent)).count();
        if matching == 0 {
            return Err(format!("header: {} has none of the configured values", self.name));
        }
        Ok(Caller::Header { name: self.name.to_string() })
    }

    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let name = reader.text("name");
        let values = reader.secrets("values");
        Self::new(&name, &values).unwrap_or_else(|| {
            reader.refuse("name", format!("expected a header's name, found {name:?}"));
            Self { name: actix_web::http::header::AUTHORIZATION, values: Vec::new() }
        })
    }
}
