//! `rejoinder token revoke`.

use std::process::ExitCode;

use super::access;
use crate::access::{Token, Who};
use crate::cli::Settings;
use crate::store::Id;

#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    /// The token's id, as `list` tells it; the whole token will do, too.
    #[arg(value_name = "ID", value_parser = id)]
    id: Id,
    #[command(flatten)]
    settings: Settings,
}

fn id(text: &str) -> Result<Id, String> {
    // A leaked token is at hand sooner than its id. The message must not repeat it.
    Token::parse(text).map_or_else(|| text.parse(), |token| Ok(token.id))
}

impl Revoke {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (stored, access) = access(self.settings)?;
        let Some(known) = stored.block_on(access.revoke(&self.id, &Who::command_line(), None))? else {
            anyhow::bail!("there is no token {}; `rejoinder token list` tells those that there are", self.id);
        };
        eprintln!("rejoinder: the {} token {} ({:?}) is revoked", known.role, known.id, known.name);
        Ok(ExitCode::SUCCESS)
    }
}
