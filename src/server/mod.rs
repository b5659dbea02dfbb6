//! HTTP: the agent's door, health, shutdown.
//!
//! [`Rejoinder`] brings a router, the settings and the server together. The way of a call is in
//! `webhook`; every status is decided in `respond`.

mod access_log;
mod body;
mod executor;
mod identity;
mod lifecycle;
mod local;
mod pages;
mod rejoinder;
mod respond;
mod run;
mod service;
mod webhook;

pub use rejoinder::Rejoinder;
pub use run::{Server, ServerError};
pub use service::Service;

#[cfg(feature = "cli")]
pub(crate) use executor::threads as handler_threads;
#[cfg(feature = "cli")]
pub(crate) use rejoinder::signals;

use actix_web::http::header::HeaderName;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
