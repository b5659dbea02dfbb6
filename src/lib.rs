//! A fulfillment webhook server for Dialogflow CX agents.
//!
//! In the middle of a conversation the agent calls a webhook over HTTPS. Rejoinder verifies the
//! caller, routes the call by its tag to a handler (an async function) and answers within the
//! limits of the platform.
//!
//! ```no_run
//! use rejoinder::{Params, Rejoinder, Reply, Result};
//!
//! #[derive(serde::Deserialize)]
//! struct Order {
//!     order_id: String,
//! }
//!
//! async fn order_status(Params(order): Params<Order>) -> Result<Reply> {
//!     Ok(Reply::text(format!("Order {} has shipped.", order.order_id)).set("order_status", "shipped"))
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<()> {
//!     Rejoinder::new().tag("order-status", order_status).run().await
//! }
//! ```
//!
//! # The house
//!
//! - [`fulfillment`]: handlers, their inputs ([`extract`](fulfillment::extract)), [`Reply`],
//!   [`Router`]. What you write is written against it.
//! - [`emulator`]: plays the agent: makes its calls, says what it would do with the answers, and remembers it
//!   from turn to turn; executes an exported agent.
//! - [`server`]: HTTP. [`Rejoinder`] brings router, settings and server together; a
//!   [`Service`](server::Service) mounts into an actix app of your own.
//! - [`flexible`]: flexible webhooks: templates and paths between parameters and HTTP. It sends nothing.
//! - [`auth`]: who may call. Closed by default on every address that others can reach.
//! - [`outbound`]: the one HTTP client for everything that we call.
//! - `access`: who may manage this server, by tokens with roles; what they changed.
//! - `store`: what outlives a call or the process: in memory, SQLite, PostgreSQL. No agent's turn waits for it.
//! - `delivery`: tells neighbour systems, by webhooks that they manage in Zendesk's way.
//! - `receive`: what neighbour systems send: kept, acknowledged, and worked off by handlers later.
//! - `console`: what the web pages look like, which `server` fills in and answers.
//! - [`protocol`]: the platform's messages, their ProtoJSON text, resource names. It knows no HTTP.
//! - [`zendesk`]: Zendesk's webhooks as data, and their signatures. It knows no HTTP either.
//! - [`config`]: `rejoinder.toml`, the environment, secrets.
//! - [`testing`]: calls a router without a socket, and holds conversations with it (feature `testing`).
//!
//! Imports run downwards in this order: `server` and `emulator`, `console`, `receive`, `fulfillment` and `delivery`, `flexible`,
//! `auth` and `access`, `outbound` and `store`, `protocol`, `zendesk` and `config`.
//!
//! # Features
//!
//! - `cli` (on by default): the `rejoinder` command; it brings `otlp` along.
//! - `otlp`: sends traces to an OpenTelemetry collector, as `[traces]` says.
//! - `testing`: the test kit.

mod access;
mod activity;
pub mod auth;
mod certificates;
mod chance;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod clock;
pub mod config;
mod console;
mod delivery;
mod demo;
pub mod emulator;
mod error;
mod excerpt;
pub mod flexible;
pub mod fulfillment;
mod nearest;
pub mod outbound;
pub mod protocol;
mod queue;
mod receive;
mod resources;
pub mod server;
mod store;
mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod violation;
pub mod zendesk;

pub use config::{DuplicateScope, OnDeadline};
pub use error::{Error, ErrorKind, Result};
pub use fulfillment::extract::{
    Flow, Form, FromCall, Intent, Language, Messages, OptionalFromCall, Page, Param, Params, Payload,
    Sentiment, Session, State, Tag, Utterance,
};
pub use fulfillment::on_event::{EventHandler, EventSource, FromEvent, Received};
pub use fulfillment::{
    Call, Deadline, EventError, Events, ExportError, FulfillmentMessage, Handler, IntoReply, OnError,
    Rejection, Reply, ReplyError, Route, Router, SetupError, SetupFault, blocking, rich,
};
pub use server::{Rejoinder, Server, ServerError};

/// README and guides: their examples are compiled and run with the documentation tests.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("../docs/migrate.md")]
    mod migrate {}
    #[doc = include_str!("../docs/callers.md")]
    mod callers {}
    #[doc = include_str!("../docs/deferred.md")]
    mod deferred {}
    #[cfg(feature = "testing")]
    #[doc = include_str!("../docs/emulate.md")]
    mod emulate {}
    #[doc = include_str!("../docs/handlers.md")]
    mod handlers {}
    #[doc = include_str!("../docs/agents.md")]
    mod agents {}
    #[doc = include_str!("../docs/EVENTS.md")]
    mod events {}
    #[doc = include_str!("../docs/receive.md")]
    mod receive {}
    #[doc = include_str!("../docs/webhooks-api.md")]
    mod webhooks_api {}
}
