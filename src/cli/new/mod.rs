//! `rejoinder new`: files to start from.

mod companion;
mod file_name;
mod issuer;
mod preset;
mod project;
mod webhook;

use std::process::ExitCode;

pub(super) use file_name::file_name;

#[derive(Debug, clap::Args)]
pub(super) struct New {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// A flexible webhook, in Dialogflow's own format, with a page that explains it.
    Webhook(webhook::NewWebhook),
    /// A crate to write handlers in, for an exported agent or to begin with.
    Project(project::NewProject),
    /// A key that signs the service agent's ID tokens in Google's place, for a server on this machine.
    Issuer(issuer::NewIssuer),
}

impl New {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Webhook(webhook) => webhook.run(),
            What::Project(project) => project.run(),
            What::Issuer(issuer) => issuer.run(),
        }
    }
}
