//! Event and trigger webhooks.

pub(crate) mod confirm;
pub(crate) mod detail;
pub(crate) mod form;
pub(crate) mod invocation;
pub(crate) mod message;
pub(crate) mod secret;
pub(crate) mod trial;

/// What the paths of these pages begin with.
pub(crate) const PATH: &str = "/console/webhooks/events";
