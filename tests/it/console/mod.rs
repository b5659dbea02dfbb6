//! The console's pages, as browsers without scripts see them: forms are read from the page and sent.

mod browser;
mod frame;
mod handlers;
mod overview;
mod safety;
mod settings;

pub(crate) use browser::Browser;
