//! `rejoinder export`: what an agent needs to call what is served here.

mod authentication;
mod everything;
mod files;
mod package;
mod server;
mod tag;

use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The flexible webhook that calls a tag.
    Webhook(Box<tag::Tag>),
    /// The webhooks for everything served: a standard one for each path, a flexible one for each tag.
    Webhooks(Box<everything::Everything>),
}

impl Export {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Webhook(tag) => tag.run(),
            What::Webhooks(everything) => everything.run(),
        }
    }
}

/// Says something beside what is written.
fn note(text: impl std::fmt::Display) {
    eprintln!("rejoinder: note: {text}");
}
