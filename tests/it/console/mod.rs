//! The console's pages, as browsers without scripts see them: forms are read from the page and sent.

mod activity;
mod browser;
mod conversations;
mod frame;
mod received;

pub(crate) use browser::Browser;
