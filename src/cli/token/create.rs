//! `rejoinder token create`.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use super::access;
use crate::access::{New, Role, Who, end_of, text};
use crate::cli::Settings;

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// What it may do: admin (everything), editor (look, create, change, delete), creator (create alone), viewer (look alone).
    #[arg(long, value_name = "ROLE")]
    role: Role,
    /// What it is called in lists and in the audit trail.
    #[arg(long, value_name = "NAME", default_value = "")]
    name: String,
    /// How long it is valid, such as 90d or 12h; without it, until it is revoked.
    #[arg(long, value_name = "TIME", value_parser = crate::server::lasting)]
    expires: Option<Duration>,
    #[command(flatten)]
    settings: Settings,
}

impl Create {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let name = New::checked_name(&self.name, self.role).map_err(anyhow::Error::msg)?;
        let (stored, access) = access(self.settings)?;
        let expires_at = self.expires.and_then(|lasting| end_of(&access, lasting));
        let new = New { role: self.role, name, expires_at };
        let (token, known) = stored.block_on(access.create(&new, &Who::command_line(), None))?;
        writeln!(std::io::stdout(), "{}", token.expose())?;
        let until = expires_at.map(|end| format!(", valid until {}", text(end))).unwrap_or_default();
        eprintln!(
            "rejoinder: made the {} token {} ({:?}){until}; it is not shown again",
            known.role, known.id, known.name
        );
        Ok(ExitCode::SUCCESS)
    }
}
