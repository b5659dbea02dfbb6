//! `rejoinder doctor`: whether an agent would get through, and what to do where it would not.
//!
//! It looks at the settings, the files and the environment as they are here and now. It asks no
//! service but DNS and the store, and changes nothing; what only Google knows it tells as the command to ask.

mod address;
mod agent;
mod certificate;
mod exposure;
mod place;
mod report;
mod secrets;
mod settings;
mod store;
mod webhooks;

use std::process::ExitCode;

use super::Settings;
use crate::config::{Config, ConfigError};
use crate::fulfillment::upstream::resources::Resources;
use place::Place;
use report::{Report, Section};
use settings::Tree;

#[derive(Debug, clap::Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    settings: Settings,
    /// Ask nobody, DNS and PostgreSQL included.
    #[arg(long)]
    offline: bool,
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let report = match self.settings.load() {
            Ok(config) => examine(&config, self.offline),
            Err(error) => refused(&error),
        };
        let mut out = std::io::stdout().lock();
        if self.json {
            report.write_json(&mut out)?;
        } else {
            report.write_text(&mut out)?;
        }
        Ok(if report.fails() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn examine(config: &Config, offline: bool) -> Report {
    let tree = Tree::of(config);
    let place = Place::of(config, &tree);
    let resources = Resources::load(config);
    let sections = vec![
        address::examine(config, offline),
        agent::audiences(config, &tree),
        agent::account(&tree, &place),
        certificate::examine(config),
        secrets::examine(&tree),
        webhooks::examine(&resources, &place),
        store::examine_store(config, offline),
        exposure::examine(config, &tree, &place),
    ];
    Report { sections }
}

fn refused(error: &ConfigError) -> Report {
    let mut section = Section::new("Configuration");
    for fault in &error.faults {
        section.fail(fault.to_string(), "mend it; the rest can be judged only then");
    }
    Report { sections: vec![section] }
}
