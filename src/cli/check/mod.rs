//! `rejoinder check`: everything that `serve` would refuse, without serving.

mod agent;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use super::Settings;
use crate::config::Config;
use crate::flexible;
use crate::fulfillment::upstream::resources::Resources;
use crate::server::Built;

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    settings: Settings,
    /// An exported agent, a ZIP file or folder: compare it with what is served, instead.
    #[arg(long, value_name = "EXPORT")]
    agent: Option<PathBuf>,
    /// How the comparison is printed.
    #[arg(long, value_enum, default_value_t, requires = "agent")]
    format: agent::Format,
    /// Let warnings fail the comparison, not only errors.
    #[arg(long, requires = "agent")]
    strict: bool,
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        if let Some(path) = &self.agent {
            let config = self.settings.load().map_err(Into::into);
            return Ok(agent::run(path, config, self.format, self.strict));
        }
        let config = self.settings.load()?;
        write!(std::io::stdout(), "{}", config.effective)?;
        config.server.addresses(config.auth.any_of.is_empty())?;
        for note in config.auth.notes() {
            eprintln!("rejoinder: note: {note}");
        }
        if !config.demo && config.routes.is_empty() {
            eprintln!(
                "rejoinder: note: no tag is served; add [routes.\"TAG\"], or set demo.enabled = true to try the demo's"
            );
        }
        resources(&config);
        routes(config)
    }
}

/// Tells what is remarkable about resources, served or not.
fn resources(config: &Config) {
    for (path, webhook) in &Resources::load(config).webhooks {
        for finding in flexible::check::webhook(webhook) {
            let place = if finding.place.is_empty() { "the webhook" } else { &finding.place };
            eprintln!("rejoinder: note: {}: {place}: {} [{}]", path.display(), finding.message, finding.code);
        }
    }
}

/// Builds everything that is served; what cannot be is the fault that decides.
fn routes(mut config: Config) -> anyhow::Result<ExitCode> {
    if config.routes.is_empty() {
        // Resources are read for routes; without any, their files are still to be judged.
        let faults = Resources::load(&config).faults;
        faults.iter().for_each(|fault| eprintln!("rejoinder: {fault}"));
        if !faults.is_empty() {
            return Ok(ExitCode::FAILURE);
        }
    }
    let flexible_path = std::mem::take(&mut config.flexible.path);
    let Built { fulfillment, mut faults, notes, broken, .. } = crate::server::everything(&config)?;
    let elsewhere = perhaps_stored(&config);
    for (tag, fault) in broken.iter().filter(|(tag, _)| elsewhere.contains(tag)) {
        eprintln!(
            "rejoinder: note: {fault}. If the management API has made it, `serve` finds it in the store, which is not asked here [{tag}]"
        );
        faults.retain(|known| known != fault);
    }
    for fault in &faults {
        eprintln!("rejoinder: {fault}");
    }
    for note in &notes {
        eprintln!("rejoinder: note: {note}");
    }
    for route in fulfillment.routes().into_iter().filter(|_| !flexible_path.is_empty()) {
        let needed = route.needs_conversation();
        if !needed.is_empty() {
            eprintln!(
                "rejoinder: note: the tag `{}` answers standard webhook calls only: its handler needs {}",
                route.pattern(),
                needed.join(" and ")
            );
        }
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The tags whose webhooks are in no file, and may be in the store.
fn perhaps_stored(config: &Config) -> Vec<String> {
    if !config.store.is_configured() {
        return Vec::new();
    }
    let files = Resources::load(config);
    let absent = config.routes.iter().filter(|route| files.webhook(&route.webhook).is_none());
    absent.map(|route| route.tag.clone()).collect()
}
