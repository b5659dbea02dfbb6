//! The console's pages, as browsers without scripts see them: forms are read from the page and sent.

mod browser;
mod emulator;
mod emulator_agents;
mod frame;

pub(crate) use browser::Browser;
