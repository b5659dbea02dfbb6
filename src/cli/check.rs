//! `rejoinder check`: everything that `serve` would refuse, without serving.

use std::io::Write as _;
use std::process::ExitCode;

use super::Settings;

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    settings: Settings,
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let config = self.settings.load()?;
        write!(std::io::stdout(), "{}", config.effective)?;
        config.server.addresses(config.auth.any_of.is_empty())?;
        if !config.demo {
            eprintln!("rejoinder: note: no tag is served; set demo.enabled = true to try the demo's");
        }
        Ok(ExitCode::SUCCESS)
    }
}
