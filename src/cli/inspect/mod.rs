//! `rejoinder inspect`: what is in a message or resource, in words or as canonical JSON.

mod lines;
mod message;
mod resource;

use std::io::{Read as _, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use serde::Serialize;

use crate::protocol::inspect::{self, Finding, Inspected};
use crate::protocol::webhook::{Environment, Webhook, check};
use lines::Lines;
pub(super) use lines::short;
pub(super) use resource::refuse_foreign;

#[derive(Debug, clap::Args)]
pub(super) struct Inspect {
    /// What it should be.
    kind: Kind,
    /// The file, or - for standard input.
    file: PathBuf,
    /// Print it as canonical ProtoJSON; findings go to standard error.
    #[arg(long)]
    json: bool,
    /// Exit with 1 if there are findings.
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// A `WebhookRequest`, what the agent sends.
    Request,
    /// A `WebhookResponse`, what a webhook answers.
    Response,
    /// A `Webhook` resource, what an agent calls: as the REST API or an agent export has it.
    Webhook,
    /// An `Environment` resource, with what it changes about webhooks.
    Environment,
}

impl Inspect {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let body = self.read()?;
        let place = if self.file.as_os_str() == "-" {
            "standard input".to_owned()
        } else {
            self.file.display().to_string()
        };
        let mut out = std::io::stdout().lock();
        let findings = match self.kind {
            Kind::Request => {
                let Inspected { message, findings } =
                    inspect::request(&body).with_context(|| format!("{place} is no WebhookRequest"))?;
                self.print(&mut out, &message, || message::request(&message, body.len()))?;
                findings
            }
            Kind::Response => {
                let Inspected { message, findings } =
                    inspect::response(&body).with_context(|| format!("{place} is no WebhookResponse"))?;
                self.print(&mut out, &message, || message::response(&message, body.len()))?;
                findings
            }
            Kind::Webhook => {
                let webhook =
                    Webhook::parse(&body).with_context(|| format!("{place} is no Webhook resource"))?;
                refuse_foreign(&webhook, &webhook.unknown)
                    .with_context(|| format!("{place} is no Webhook resource"))?;
                self.print(&mut out, &webhook, || resource::webhook(&webhook, body.len()))?;
                crate::flexible::check::webhook(&webhook)
            }
            Kind::Environment => {
                let environment = Environment::parse(&body)
                    .with_context(|| format!("{place} is no Environment resource"))?;
                refuse_foreign(&environment, &environment.unknown)
                    .with_context(|| format!("{place} is no Environment resource"))?;
                self.print(&mut out, &environment, || resource::environment(&environment, body.len()))?;
                check::environment(&environment)
            }
        };
        if self.json {
            report(&mut std::io::stderr().lock(), &findings)?;
        } else {
            report(&mut out, &findings)?;
        }
        let failed = self.strict && !findings.is_empty();
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    fn read(&self) -> anyhow::Result<Vec<u8>> {
        if self.file.as_os_str() != "-" {
            return std::fs::read(&self.file).with_context(|| format!("cannot read {}", self.file.display()));
        }
        let mut body = Vec::new();
        std::io::stdin().lock().read_to_end(&mut body).context("cannot read standard input")?;
        Ok(body)
    }

    fn print(
        &self,
        out: &mut impl Write,
        message: &impl Serialize,
        describe: impl FnOnce() -> Lines,
    ) -> anyhow::Result<()> {
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(message)?)?;
            return Ok(());
        }
        for (name, text) in describe() {
            for (index, line) in text.lines().enumerate() {
                let name = if index == 0 { name } else { "" };
                writeln!(out, "{name:<14} {line}")?;
            }
        }
        Ok(())
    }
}

fn report(out: &mut impl Write, findings: &[Finding]) -> std::io::Result<()> {
    for Finding { code, place, message } in findings {
        let place = if place.is_empty() { "the whole" } else { place };
        writeln!(out, "finding        {place}: {message} [{code}]")?;
    }
    Ok(())
}
