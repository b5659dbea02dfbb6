//! HTTP: the agent's door, health, shutdown.
//!
//! [`Rejoinder`] brings a router, the settings and the server together. The way of a call is in
//! `webhook`, what is served in `live`; every status is decided in `respond`.

mod access_log;
mod activity;
mod admin;
mod api;
mod background;
mod body;
mod closing;
mod connections;
mod console;
mod door;
mod duplicate;
mod error;
mod example;
mod executor;
mod flexible;
mod flood;
mod hung_up;
mod identity;
mod invocations;
mod lifecycle;
mod live;
mod local;
mod manage;
mod measure;
mod memory;
mod overload;
mod pages;
mod phases;
mod played;
mod receive;
mod rejoinder;
mod reload;
mod replay;
mod respond;
mod run;
mod seat;
mod service;
mod shown;
mod signals;
mod telling;
mod tls;
mod told;
mod trace;
mod turn;
mod webhook;

pub(crate) use api::lasting;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use console::console_pages;
pub use error::ServerError;
#[cfg(feature = "cli")]
pub(crate) use example::{DEMO_CALL, curl};
#[cfg(feature = "cli")]
pub(crate) use live::Built;
pub use live::{ReloadError, Reloader};
pub use rejoinder::Rejoinder;
pub use reload::Reloads;
#[cfg(feature = "testing")]
pub(crate) use respond::told;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use run::Keys;
pub use run::Server;
pub use service::Service;
pub use tls::remember_client_certificates;

pub use crate::certificates::CertificateFileError;

#[cfg(feature = "cli")]
pub(crate) use rejoinder::everything;
#[cfg(feature = "cli")]
pub(crate) use signals::signals;

use actix_web::http::header::HeaderName;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Names the invocation that a call repeats because somebody wanted it: `rejoinder replay --to`.
const REPLAY: HeaderName = HeaderName::from_static("x-rejoinder-replay");
/// Marks the answer to a call that repeats another.
const DUPLICATE: HeaderName = HeaderName::from_static("x-rejoinder-duplicate");
