//! `rejoinder new`: files to start from.

mod companion;
mod file_name;
mod preset;
mod webhook;

use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct New {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// A flexible webhook, in Dialogflow's own format, with a page that explains it.
    Webhook(webhook::NewWebhook),
}

impl New {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Webhook(webhook) => webhook.run(),
        }
    }
}
