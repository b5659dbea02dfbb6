//! The agent's things by name: a package may hold very many, and names are looked up at every step.

use std::collections::{HashMap, HashSet};

use crate::emulator::package::{AgentPackage, Flow};
use crate::nearest::nearest;
use crate::protocol::Webhook;

/// The agent's things by display name.
#[derive(Debug)]
pub(super) struct Index<'p> {
    pub(super) flows: HashMap<&'p str, IndexedFlow<'p>>,
    pub(super) groups: HashSet<&'p str>,
    pub(super) intents: HashSet<&'p str>,
    pub(super) entity_types: HashSet<&'p str>,
    pub(super) webhooks: HashMap<&'p str, &'p Webhook>,
}

#[derive(Debug)]
pub(super) struct IndexedFlow<'p> {
    pub(super) pages: HashSet<&'p str>,
    pub(super) groups: HashSet<&'p str>,
    /// Whether the flow handles failures of webhooks on every page.
    pub(super) handles_errors: bool,
    /// The pages that do so themselves.
    pub(super) pages_that_do: HashSet<&'p str>,
}

impl<'p> Index<'p> {
    pub(super) fn of(package: &'p AgentPackage) -> Self {
        Self {
            flows: package.flows.iter().map(|flow| (&*flow.display_name, IndexedFlow::of(flow))).collect(),
            groups: package.route_groups.iter().map(|group| &*group.display_name).collect(),
            intents: package.intents.iter().map(|intent| &*intent.display_name).collect(),
            entity_types: package.entity_types.iter().map(|each| &*each.display_name).collect(),
            webhooks: package
                .webhooks
                .iter()
                .map(|each| (&*each.webhook.display_name, &each.webhook))
                .collect(),
        }
    }
}

impl<'p> IndexedFlow<'p> {
    fn of(flow: &'p Flow) -> Self {
        let handles = |handlers: &[super::EventHandler]| {
            handlers.iter().any(super::EventHandler::handles_webhook_errors)
        };
        let that_do = flow.pages.iter().filter(|page| handles(&page.event_handlers));
        Self {
            pages: flow.pages.iter().map(|page| &*page.display_name).collect(),
            groups: flow.route_groups.iter().map(|group| &*group.display_name).collect(),
            handles_errors: handles(&flow.event_handlers),
            pages_that_do: that_do.map(|page| &*page.display_name).collect(),
        }
    }
}

/// "Did you mean …?", as long as that is cheap: each question compares with every name.
#[derive(Debug)]
pub(super) struct Hints {
    left: usize,
}

impl Default for Hints {
    fn default() -> Self {
        Self { left: 200_000 }
    }
}

impl Hints {
    /// `; did you mean "…"?`, if a known name is near.
    pub(super) fn meant<'k>(&mut self, name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
        let mut names: Vec<&str> = known.into_iter().take(self.left).collect();
        self.left -= names.len();
        // Of two that are equally near the same one is named every time.
        names.sort_unstable();
        nearest(name, names).map(|known| format!("; did you mean {known:?}?")).unwrap_or_default()
    }
}
