//! The console's look: pages, forms, charts and how values are written.
//!
//! It knows no HTTP and asks nobody for anything: `server::console` collects what a page shows, fills
//! in a template of `templates/` and sends it. Templates are checked when this is compiled, and escape
//! everything: what a conversation or an endpoint left in the log stays text.
//!
//! Each page has a file here for what it shows, one in `templates/`, and, if it needs them, a script
//! and a style in `assets/`, which are joined to one of each.

pub(crate) mod activity;
pub(crate) mod assets;
pub(crate) mod chart;
pub(crate) mod conversations;
pub(crate) mod emulator;
pub(crate) mod event_webhooks;
pub(crate) mod filters;
pub(crate) mod form;
pub(crate) mod format;
pub(crate) mod handlers;
pub(crate) mod layout;
pub(crate) mod overview;
pub(crate) mod problem;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod triggers;
pub(crate) mod webhooks;

pub(crate) use assets::Asset;
pub(crate) use form::{Form, Upload};
pub(crate) use layout::{Chrome, Flash, Section};
