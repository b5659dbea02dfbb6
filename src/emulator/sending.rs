//! The client of one caller, and what of its errors is about us and not about the webhook.

use std::time::Duration;

use super::options::Options;
use crate::config::Config;
use crate::outbound::{Outbound, OutboundError, Parts};

/// Calls out with the patience of one call: nothing is repeated, nothing is left alone.
pub(super) fn outbound(config: &Config, options: &Options, timeout: Duration) -> Outbound {
    let mut settings = config.outbound.clone();
    settings.max_attempts = 1;
    settings.breaker_failures = 0;
    settings.max_concurrent = options.concurrency.max(1);
    // The call's own time is up first, connected or not: that is what the platform tells apart.
    settings.connect_timeout = timeout + Duration::from_secs(1);
    if let Some(to) = &options.to {
        settings.allow_hosts.extend(to.host_str().map(|host| host.trim_matches(['[', ']']).to_owned()));
        settings.dangerous_allow_http |= to.scheme() == "http";
    }
    Outbound::with_parts(&settings, Parts { measured: true, ..Parts::default() })
}

/// Whether the agent would have got as far: everything else is about us.
pub(super) fn was_made(error: &OutboundError) -> bool {
    !matches!(
        error,
        OutboundError::DestinationRefused(_)
            | OutboundError::HttpRefused { .. }
            | OutboundError::UrlInvalid { .. }
            | OutboundError::InvalidHeader { .. }
            | OutboundError::CircuitOpen { .. }
            | OutboundError::Busy { .. }
    )
}
