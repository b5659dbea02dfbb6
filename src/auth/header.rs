//! A header with a secret value.

use actix_web::http::header::HeaderName;

use super::digest::Digest;
use super::watched::Watched;
use super::{Caller, Presented};
use crate::config::Secret;

/// Accepts a caller that sends one of these values; several are valid at once while a secret rotates.
#[derive(Debug, Clone)]
pub struct Header {
    name: HeaderName,
    values: Vec<Watched>,
}

impl Header {
    /// Takes the header's name and the values it may have.
    #[must_use]
    pub fn new(name: HeaderName, values: &[Secret]) -> Self {
        let values = values.iter().map(|value| Watched::new(String::new(), value)).collect();
        Self { name, values }
    }

    pub(super) fn verify(&self, presented: &Presented<'_>) -> Result<Caller, String> {
        let sent = Digest::of(presented.single(&self.name)?.trim_ascii());
        // All are compared, so that the time tells nothing about which one was close.
        let matching = self.values.iter().filter(|value| value.digest().equals(&sent)).count();
        if matching == 0 {
            return Err(format!("header: {} has none of the configured values", self.name));
        }
        Ok(Caller::Header { name: self.name.to_string() })
    }
}
