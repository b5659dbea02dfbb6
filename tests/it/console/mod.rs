//! The console's pages, as browsers without scripts see them: forms are read from the page and sent.

mod activity;
mod browser;
mod conversations;
mod emulator;
mod emulator_agents;
mod event_webhook_trials;
mod event_webhooks;
mod frame;
mod handlers;
mod overview;
mod received;
mod safety;
mod settings;
mod triggers;
mod webhook_environments;
mod webhook_trials;
mod webhooks;

pub(crate) use browser::Browser;
