//! Zendesk's webhooks as data: the resource and its rules, event types, the signature.
//!
//! What neighbour systems are told is told in Zendesk's way, so that what was written to receive or
//! to manage Zendesk's webhooks works with this server as it is. This room knows no client, no clock
//! and no store: [`signature`] makes and checks signatures wherever you receive or send, and [`event`]
//! reads what has come.

pub(crate) mod authentication;
mod connection;
pub mod event;
pub(crate) mod event_types;
pub(crate) mod headers;
mod members;
pub(crate) mod rule;
pub mod signature;
pub(crate) mod template;
mod url;
pub(crate) mod webhook;
mod words;

pub(crate) use crate::violation::Violation;
