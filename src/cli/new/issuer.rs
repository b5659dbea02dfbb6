//! `rejoinder new issuer`: a key that signs in Google's place, for a server on this machine.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use super::super::id_token::check;
use crate::config::{Config, Sources};
use crate::emulator::Issuer;
use crate::emulator::issuer::{JWKS_FILE, KEY_FILE};

#[derive(Debug, clap::Args)]
pub(super) struct NewIssuer {
    /// The folder to write to; what is there already stays.
    #[arg(value_name = "FOLDER", default_value = "local-issuer")]
    folder: PathBuf,
}

impl NewIssuer {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        Issuer::create(&self.folder)?;
        // What it is for can be told more exactly where there is a server's configuration.
        let config = Config::load(&Sources::of_process()).ok();
        let check = config.as_ref().and_then(|config| check(&config.auth.any_of));
        let number = check.map_or("123456789012", |check| check.project_number.as_str());
        let knows_audience = config.as_ref().is_some_and(|config| !config.server.public_url.is_empty());
        let audience = match check.map(|check| check.audience.as_slice()) {
            Some(listed @ [_, ..]) => format!(" audience = {listed:?},"),
            _ if knows_audience => String::new(),
            _ => " audience = [\"http://127.0.0.1:8080/webhook\"],".to_owned(),
        };
        let folder = self.folder.display();
        let mut out = io::stdout().lock();
        writeln!(out, "wrote {folder}/{KEY_FILE}, the private key")?;
        writeln!(out, "wrote {folder}/{JWKS_FILE}, the public one")?;
        writeln!(out, "next: start a server on this machine that believes it")?;
        writeln!(
            out,
            "      REJOINDER_AUTH__ANY_OF='[{{ kind = \"service_agent\", project_number = \"{number}\",{audience} jwks_file = \"{}\" }}]' rejoinder serve",
            self.folder.join(JWKS_FILE).display()
        )?;
        writeln!(out, "      and call it as the agent does")?;
        writeln!(
            out,
            "      rejoinder call http://127.0.0.1:8080/webhook --tag TAG --issuer {folder} --project-number {number}"
        )?;
        Ok(ExitCode::SUCCESS)
    }
}
