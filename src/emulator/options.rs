//! What a call does otherwise than its resource says.

use std::time::Duration;

use super::service_agent::ServiceAgent;
use crate::outbound::{HeaderMap, Url};

/// How calls differ from what the resource says.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Options {
    /// Where to call instead: scheme, host and port, and path and query where it has them.
    pub to: Option<Url>,
    /// Headers in place of the resource's of that name; one for `Authorization` in place of all that
    /// would set it.
    pub headers: HeaderMap,
    /// Who signs in Google's place where the resource presents an ID token of Dialogflow's service
    /// agent. It is for servers on this machine alone.
    pub service_agent: Option<ServiceAgent>,
    /// Certificates (DER) to trust beside those of the resource, and so in place of the system's.
    pub ca_certs: Vec<Vec<u8>>,
    /// How long to wait instead.
    pub timeout: Option<Duration>,
    /// How many calls may be under way at once; at least one may.
    pub concurrency: usize,
    /// Seeds what chance decides: which variant is said, what `$sys.func.RAND` gives.
    pub seed: u64,
}
