//! The console's pages, as browsers without scripts see them: forms are read from the page and sent.

mod browser;
mod frame;
mod webhook_environments;
mod webhook_trials;
mod webhooks;

pub(crate) use browser::Browser;
