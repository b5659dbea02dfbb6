//! `rejoinder new webhook`: a webhook resource and, as JSON has no comments, a page beside it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};

use super::companion::companion;
use super::file_name::file_name;
use super::preset::Preset;
use crate::protocol::webhook::Webhook;

#[derive(Debug, clap::Args)]
pub(super) struct NewWebhook {
    /// What it calls.
    #[arg(long, value_name = "PRESET")]
    preset: Preset,
    /// The display name, by which the agent and rejoinder.toml know it; by default the preset's.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The folder to write to.
    #[arg(long, value_name = "FOLDER", default_value = "webhooks")]
    dir: PathBuf,
    /// The version of Salesforce's API.
    #[arg(long, value_name = "VERSION", default_value = "v64.0", value_parser = api_version)]
    api_version: String,
    /// Write over files that are there.
    #[arg(long)]
    force: bool,
}

/// `v64.0` and its like: it becomes part of a URL.
fn api_version(text: &str) -> Result<String, String> {
    let digits =
        |part: &str| !part.is_empty() && part.len() < 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = text.strip_prefix('v').and_then(|number| number.split_once('.'));
    match parts {
        Some((major, minor)) if digits(major) && digits(minor) => Ok(text.to_owned()),
        _ => Err("expected a version such as v64.0".to_owned()),
    }
}

impl NewWebhook {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let name = self.name.as_deref().unwrap_or_else(|| self.preset.display_name()).trim();
        ensure!(!name.is_empty(), "--name is empty; give the webhook a display name");
        ensure!(
            !name.contains(char::is_control),
            "--name has a control character; a display name is one line"
        );
        let file = file_name(name);
        ensure!(
            file.len() <= 200,
            "--name needs a file name of {} bytes, at most 200 are portable",
            file.len()
        );
        let resource = self.dir.join(format!("{file}.json"));
        let page = self.dir.join(format!("{file}.md"));
        if !self.force {
            // Before anything is written, so that nothing is written by half.
            for path in [&resource, &page] {
                refuse_existing(path)?;
            }
        }
        fs::create_dir_all(&self.dir).with_context(|| format!("cannot create {}", self.dir.display()))?;
        let webhook = self.preset.webhook(name, &self.api_version);
        // Through the platform's message, which writes the fields in their order.
        let message = Webhook::parse(webhook.to_string().as_bytes())?;
        self.write(&resource, &format!("{}\n", serde_json::to_string_pretty(&message)?))?;
        self.write(&page, &companion(self.preset, name, &resource, &webhook))?;
        let mut out = io::stdout().lock();
        writeln!(out, "wrote {}", resource.display())?;
        writeln!(out, "wrote {}", page.display())?;
        writeln!(
            out,
            "next: replace what the page names under \"To replace\", then add its route to rejoinder.toml"
        )?;
        writeln!(out, "      and run rejoinder check")?;
        Ok(ExitCode::SUCCESS)
    }

    fn write(&self, path: &Path, text: &str) -> anyhow::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true);
        if self.force {
            options.create(true).truncate(true);
        } else {
            options.create_new(true);
        }
        let mut file = options.open(path).with_context(|| format!("cannot write {}", path.display()))?;
        file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
    }
}

fn refuse_existing(path: &Path) -> anyhow::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(_) => {
            bail!("{} is there already; --force writes over it, --name takes another one", path.display())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot look at {}", path.display())),
    }
}
