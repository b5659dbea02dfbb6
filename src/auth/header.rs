//! A header with a secret value, or with one of a certain form.

use actix_web::http::header::HeaderName;
use regex::bytes::Regex;

use super::digest::Digest;
use super::reason::Reason;
use super::token::{REMOVED, WITHOUT_SIGNATURE};
use super::watched::Watched;
use super::{Caller, Presented};
use crate::config::{Secret, checks};

/// Accepts a caller that sends one of these values; several are valid at once while a secret rotates.
#[derive(Debug, Clone)]
pub struct Header {
    name: HeaderName,
    values: Vec<Watched>,
    /// What a whole value may look like besides.
    pattern: Option<Regex>,
}

impl Header {
    /// Takes the header's name and the values it may have.
    #[must_use]
    pub fn new(name: HeaderName, values: &[Secret]) -> Self {
        let values = values.iter().map(|value| Watched::new(String::new(), value)).collect();
        Self { name, values, pattern: None }
    }

    pub(super) fn verify(&self, presented: &Presented<'_>) -> Result<Caller, Reason> {
        let value = presented.single(&self.name)?.trim_ascii();
        let sent = Digest::of(value);
        // All are compared, so that the time tells nothing about which one was close.
        let equal = self.values.iter().filter(|value| value.digest().equals(&sent)).count();
        let accepted = equal > 0 || self.matches(value)?;
        if !accepted {
            let (name, pattern) = (&self.name, self.pattern.is_some());
            let or = if pattern { ", and does not match the pattern" } else { "" };
            return Err(format!("header: {name} has none of the configured values{or}").into());
        }
        Ok(Caller::Header { name: self.name.as_str().to_owned() })
    }

    fn matches(&self, value: &[u8]) -> Result<bool, Reason> {
        let Some(pattern) = &self.pattern else { return Ok(false) };
        // Anybody can write such a token; a pattern for tokens must not take it for one.
        if value.windows(REMOVED.len()).any(|part| part == REMOVED.as_bytes()) {
            return Err(Reason::from(format!("header: {WITHOUT_SIGNATURE}")));
        }
        Ok(pattern.is_match(value))
    }
}

impl From<&checks::Header> for Header {
    fn from(settings: &checks::Header) -> Self {
        // The settings have compiled it already, for texts; bytes take the same patterns.
        let pattern = settings.matches.as_ref().and_then(|pattern| Regex::new(pattern.as_str()).ok());
        Self { pattern, ..Self::new(settings.name.clone(), &settings.values) }
    }
}
