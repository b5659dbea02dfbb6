//! Telling neighbour systems: webhooks that others manage, and what is sent to them.
//!
//! No agent's turn waits for anything in here.

pub(crate) mod job;
pub(crate) mod shown;
pub(crate) mod webhook;
pub(crate) mod webhooks;
