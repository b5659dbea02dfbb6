//! `rejoinder token`: who may manage the server.

mod create;
mod list;
mod revoke;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Settings;
use super::stored::Stored;
use crate::access::Access;

#[derive(Debug, Args)]
pub(super) struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a token and prints it, alone and once.
    Create(create::Create),
    /// Lists the tokens that there are; their secrets are kept nowhere.
    List(list::List),
    /// Ends a token; running servers refuse it within five seconds.
    Revoke(revoke::Revoke),
}

impl Token {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Create(create) => create.run(),
            Command::List(list) => list.run(),
            Command::Revoke(revoke) => revoke.run(),
        }
    }
}

/// The tokens of the store that the settings name.
fn access(settings: Settings) -> anyhow::Result<(Stored, Access)> {
    let config = settings.load()?;
    let stored = super::stored::open(&config)?;
    let access = Access::new(&config.access, stored.store.clone());
    Ok((stored, access))
}
