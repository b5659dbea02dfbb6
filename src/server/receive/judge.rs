//! Whether a request was signed by a source's webhook, now.

use actix_web::http::header::HeaderMap;

use super::header;
use super::source::Source;
use crate::clock::Clock;
use crate::server::respond::Unreceived;
use crate::zendesk::signature::{self, TEST_SECRET};

const SIGNATURE: &str = "x-zendesk-webhook-signature";
const TIMESTAMP: &str = "x-zendesk-webhook-signature-timestamp";

/// What a request says of its signature.
#[derive(Debug)]
pub(super) struct Signed<'h> {
    signature: &'h str,
    timestamp: &'h str,
}

impl<'h> Signed<'h> {
    /// Refuses what is not signed now, before its body is read.
    pub(super) fn of(headers: &'h HeaderMap, source: &Source, clock: &Clock) -> Result<Self, Unreceived> {
        let needed = |name| header(headers, name).ok_or(Unreceived::Unsigned { header: name });
        let (signature, timestamp) = (needed(SIGNATURE)?, needed(TIMESTAMP)?);
        let time: jiff::Timestamp = timestamp.parse().map_err(|_| Unreceived::Timestamp)?;
        let apart = clock.unix_micros().abs_diff(time.as_microsecond());
        if u128::from(apart) > source.freshness.as_micros() {
            return Err(Unreceived::Stale { seconds: apart / 1_000_000, most: source.freshness });
        }
        Ok(Self { signature, timestamp })
    }

    /// Whether one of the source's secrets signed this body.
    pub(super) fn verify(&self, source: &Source, body: &[u8]) -> Result<(), Unreceived> {
        let exposed: Vec<_> = source.secrets.iter().map(crate::config::Secret::expose).collect();
        // One that is kept elsewhere may have become anything.
        let secrets = exposed.iter().map(|secret| &**secret);
        let secrets = secrets.filter(|secret| !secret.is_empty() && *secret != TEST_SECRET);
        if signature::verify(secrets, self.timestamp, body, self.signature) {
            return Ok(());
        }
        match signature::verify([TEST_SECRET], self.timestamp, body, self.signature) {
            true if source.allows_test_secret => Ok(()),
            true => Err(Unreceived::TestSecret),
            false => Err(Unreceived::Signature),
        }
    }
}
