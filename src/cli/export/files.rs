//! The files of an export.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::super::new::file_name;
use super::package;
use super::tag::Format;
use crate::protocol::webhook::{Webhook, terraform};

/// Where they go.
pub(super) struct Files<'a> {
    pub(super) folder: &'a Path,
    /// Whether files that are there are written over.
    pub(super) force: bool,
}

/// Writes them all, or none where one of them is there already; tells their names.
pub(super) fn write(
    files: &Files<'_>,
    format: Format,
    webhooks: &[Webhook],
    agent: &str,
) -> anyhow::Result<Vec<PathBuf>> {
    let folder = match format {
        Format::Package => files.folder.join("webhooks"),
        Format::Json | Format::Terraform => files.folder.to_owned(),
    };
    let mut texts = Vec::new();
    match format {
        Format::Terraform => texts.push((folder.join("webhooks.tf"), terraform::webhooks(webhooks, agent))),
        Format::Json | Format::Package => {
            for webhook in webhooks {
                let file = folder.join(format!("{}.json", file_name(&webhook.display_name)));
                let text = match format {
                    Format::Package => {
                        serde_json::to_string_pretty(&package::webhook(webhook, id_in(&file))?)?
                    }
                    _ => serde_json::to_string_pretty(webhook)?,
                };
                texts.push((file, format!("{text}\n")));
            }
        }
    }
    if !files.force {
        for (file, _) in &texts {
            match fs::symlink_metadata(file) {
                Ok(_) => bail!("{} is there already; --force writes over it", file.display()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot look at {}", file.display()));
                }
            }
        }
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (file, text) in &texts {
        let written = fs::File::create(file).and_then(|mut opened| opened.write_all(text.as_bytes()));
        written.with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(texts.into_iter().map(|(file, _)| file).collect())
}

/// The id of the webhook that a package has under this name: what refers to it must find it again.
fn id_in(file: &Path) -> Option<String> {
    let webhook = Webhook::parse(&fs::read(file).ok()?).ok()?;
    Some(webhook.id().to_owned()).filter(|id| !id.is_empty())
}
