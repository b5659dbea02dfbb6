//! `rejoinder schema`.

use std::io::Write as _;
use std::process::ExitCode;

use crate::delivery::told;
use crate::emulator::transcript;

#[derive(Debug, clap::Args)]
pub(super) struct Schema {
    /// Of which files.
    #[arg(value_enum, default_value_t = Of::Config)]
    of: Of,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Of {
    /// rejoinder.toml.
    Config,
    /// Transcripts of `rejoinder emulate`.
    Transcript,
    /// What subscribed webhooks are sent.
    Events,
}

impl Schema {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let schema = match self.of {
            Of::Config => serde_json::to_string_pretty(&crate::config::schema())?,
            Of::Transcript => transcript::SCHEMA.trim_end().to_owned(),
            Of::Events => told::SCHEMA.trim_end().to_owned(),
        };
        writeln!(std::io::stdout(), "{schema}")?;
        Ok(ExitCode::SUCCESS)
    }
}
