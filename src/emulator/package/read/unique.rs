//! Names that must be there once.

use std::collections::HashMap;

use super::{PackageFault, Result};
use crate::emulator::package::AgentPackage;

impl AgentPackage {
    /// Refuses a package that was put together otherwise than by reading it, as reading would have.
    pub(in crate::emulator) fn refuse_doubles(&self) -> Result<()> {
        check(self)
    }
}

/// Refuses things of one kind that bear one display name: references could mean either.
pub(super) fn check(package: &AgentPackage) -> Result<()> {
    fn once<'p>(kind: &'static str, all: impl Iterator<Item = (&'p str, &'p str)>) -> Result<()> {
        let mut known = HashMap::new();
        for (name, file) in all {
            if let Some(other) = known.insert(name, file) {
                let (name, other) = (name.to_owned(), other.to_owned());
                return Err(PackageFault::Duplicate { kind, name, other }.of(file));
            }
        }
        Ok(())
    }
    once("flow", package.flows.iter().map(|flow| (&*flow.display_name, &*flow.file)))?;
    for flow in &package.flows {
        once("page", flow.pages.iter().map(|page| (&*page.display_name, &*page.file)))?;
        once("route group", flow.route_groups.iter().map(|group| (&*group.display_name, &*group.file)))?;
    }
    once("route group", package.route_groups.iter().map(|group| (&*group.display_name, &*group.file)))?;
    once("intent", package.intents.iter().map(|intent| (&*intent.display_name, &*intent.file)))?;
    once("entity type", package.entity_types.iter().map(|each| (&*each.display_name, &*each.file)))?;
    once("webhook", package.webhooks.iter().map(|each| (&*each.webhook.display_name, &*each.file)))
}
