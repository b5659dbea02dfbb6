//! All rules as they are served now.

use std::collections::HashMap;
use std::sync::Arc;

use super::Kind;
use super::stored::Stored;

/// Every rule, in its order.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    rules: Vec<Arc<Stored>>,
    by_id: HashMap<i64, Arc<Stored>>,
    triggers: Vec<Arc<Stored>>,
    automations: Vec<Arc<Stored>>,
}

impl Snapshot {
    /// Of rules in their order.
    pub(super) fn of(rules: Vec<Stored>) -> Self {
        let rules: Vec<Arc<Stored>> = rules.into_iter().map(Arc::new).collect();
        let active = |kind: Kind| {
            let is_active = |rule: &&Arc<Stored>| rule.kind == kind && rule.rule.active;
            rules.iter().filter(is_active).cloned().collect()
        };
        Self {
            by_id: rules.iter().map(|rule| (rule.id, Arc::clone(rule))).collect(),
            triggers: active(Kind::Trigger),
            automations: active(Kind::Automation),
            rules,
        }
    }

    pub(crate) fn get(&self, id: i64) -> Option<&Arc<Stored>> {
        self.by_id.get(&id)
    }

    /// Those of a kind, in their order.
    pub(crate) fn all(&self, kind: Kind) -> impl Iterator<Item = &Arc<Stored>> {
        self.rules.iter().filter(move |rule| rule.kind == kind)
    }

    /// The triggers that are in force; asking whether there are any is for the agent's path.
    pub(crate) fn triggers(&self) -> &[Arc<Stored>] {
        &self.triggers
    }

    /// The automations that are in force.
    pub(crate) fn automations(&self) -> &[Arc<Stored>] {
        &self.automations
    }
}
