//! The files that say what is called: a webhook, and an environment that changes it.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::super::inspect::refuse_foreign;
use crate::config::Config;
use crate::fulfillment::upstream::resources::Resources;
use crate::protocol::webhook::Webhook;

/// The largest file read, in bytes.
const LARGEST: u64 = 1 << 20;

pub(super) fn read_file(file: &Path) -> anyhow::Result<Vec<u8>> {
    let unreadable = || format!("cannot read {}", file.display());
    let mut text = Vec::new();
    let opened = std::fs::File::open(file).with_context(unreadable)?;
    opened.take(LARGEST + 1).read_to_end(&mut text).with_context(unreadable)?;
    ensure!(text.len() as u64 <= LARGEST, "{} is larger than {LARGEST} bytes", file.display());
    Ok(text)
}

pub(in super::super) fn read(file: &Path) -> anyhow::Result<Webhook> {
    let foreign = || format!("{} is no Webhook resource", file.display());
    let webhook = Webhook::parse(&read_file(file)?).with_context(foreign)?;
    refuse_foreign(&webhook, &webhook.unknown).with_context(foreign)?;
    Ok(webhook)
}

/// An environment as a session names it, and what it makes of a webhook.
pub(super) struct Found {
    pub(super) id: String,
    /// With its overrides, if it has some for it.
    pub(super) webhook: Option<Webhook>,
    /// Why there are none.
    pub(super) note: String,
}

pub(super) fn environment(config: &Config, named: &str, webhook: &Webhook) -> anyhow::Result<Found> {
    let resources = Resources::load(config);
    let folder = config.environments_dir.display();
    let found = resources
        .environments
        .iter()
        .map(|(_, environment)| environment)
        .find(|environment| environment.id() == named || environment.display_name == named);
    let Some(environment) = found else {
        let faults: Vec<_> = resources.faults.iter().map(ToString::to_string).collect();
        ensure!(faults.is_empty(), "the environment {named:?} is not found: {}", faults.join("; "));
        let note = format!("{folder} has no environment {named:?}, so nothing is overridden");
        return Ok(Found { id: named.to_owned(), webhook: None, note });
    };
    let overridden = environment.overrides_for(webhook).map(|overrides| webhook.with_overrides(overrides));
    let note = format!("the environment {named:?} overrides nothing of this webhook");
    Ok(Found { id: environment.id().to_owned(), webhook: overridden, note })
}

/// The id of an environment that is named by its id or display name.
pub(in super::super) fn environment_id(config: &Config, named: &str) -> anyhow::Result<String> {
    Ok(environment(config, named, &Webhook::default())?.id)
}

/// A webhook as an environment changes it, if it does.
pub(in super::super) fn overridden(
    config: &Config,
    named: &str,
    webhook: &Webhook,
) -> anyhow::Result<Option<Webhook>> {
    Ok(environment(config, named, webhook)?.webhook)
}
