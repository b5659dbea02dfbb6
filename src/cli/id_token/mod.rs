//! `rejoinder id-token`: an ID token of Dialogflow's service agent, signed with a local issuer's key.

mod signing;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use super::call::address;
use crate::config::{Config, Sources};
use crate::outbound::Url;

pub(super) use signing::{SigningArgs, check};

#[derive(Debug, clap::Args)]
pub(super) struct IdToken {
    /// The address that will be called with it.
    #[arg(value_parser = address)]
    url: Url,
    /// The local issuer, as `rejoinder new issuer` made it.
    #[arg(long, value_name = "FOLDER", default_value = "local-issuer")]
    issuer: PathBuf,
    #[command(flatten)]
    signing: SigningArgs,
    /// The configuration file; by default rejoinder.toml of the working folder, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl IdToken {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let config = Config::load(&Sources { file: self.config, ..Sources::of_process() })?;
        let agent = self.signing.agent(&self.issuer, &config, Some(&self.url), None)?;
        writeln!(std::io::stdout(), "{}", agent.token(&self.url)?)?;
        Ok(ExitCode::SUCCESS)
    }
}
