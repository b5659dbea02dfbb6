//! What is served, as far as an agent's check asks.

use std::time::Duration;

use crate::config::Config;
use crate::fulfillment::{Fulfillment, Route};
use crate::protocol::decode::Input;

/// The tags that a program serves, and what their handlers ask for.
///
/// [`Rejoinder::served`](crate::Rejoinder::served) gives those of a program and its settings.
#[derive(Debug, Clone, Default)]
pub struct Served {
    pub(super) tags: Vec<ServedTag>,
    /// What answers the tags that nothing else does.
    pub(super) fallback: Option<ServedTag>,
    /// Where agents reach this server, without a slash at its end; empty if it is not said.
    pub(super) public_url: String,
    /// The path below which tags answer flexible calls; empty if none are answered.
    pub(super) flexible_path: String,
    /// The member of a flexible answer that holds the messages.
    pub(super) messages_key: String,
    /// Whether the demo's tags are among them: nobody minds those that are not called.
    pub(super) demo: bool,
}

/// A tag or pattern that is served.
#[derive(Debug, Clone, Default)]
pub(super) struct ServedTag {
    pub(super) pattern: String,
    /// The session parameters that its handler reads.
    pub(super) reads: Vec<String>,
    /// What they are read from, where that is known.
    pub(super) inputs: Vec<(String, Input)>,
    /// The same for parameters of the page's form.
    pub(super) form: Vec<(String, Input)>,
    /// The session parameters that it sets, if it says so.
    pub(super) sets: Option<Vec<String>>,
    /// What it needs that flexible calls do not bring.
    pub(super) conversation: Vec<&'static str>,
    /// How long an answer may take.
    pub(super) time: Duration,
}

impl ServedTag {
    fn new(route: &Route, deadline: Duration) -> Self {
        let needs = route.needs();
        let own = route.times().deadline.unwrap_or(deadline);
        Self {
            pattern: route.pattern().to_owned(),
            reads: needs.parameters.clone(),
            inputs: needs.inputs.clone(),
            form: needs.form.clone(),
            sets: route.says_what_it_sets().then(|| route.parameters_set().to_vec()),
            conversation: needs.conversation.clone(),
            // A route that defers answers before its deadline.
            time: route.deferral().map_or(own, |deferral| deferral.after),
        }
    }

    fn takes(&self, tag: &str) -> bool {
        match self.pattern.strip_suffix('*') {
            Some(prefix) => tag.starts_with(prefix),
            None => self.pattern == tag,
        }
    }
}

impl Served {
    /// What this router serves with these settings.
    pub(crate) fn of(fulfillment: &Fulfillment, config: &Config) -> Self {
        let deadline = config.server.turn.deadline;
        Self {
            tags: fulfillment.routes().into_iter().map(|route| ServedTag::new(route, deadline)).collect(),
            fallback: fulfillment.fallback().map(|route| ServedTag::new(route, deadline)),
            public_url: config.server.public_url.trim_end_matches('/').to_owned(),
            flexible_path: config.flexible.path.trim_end_matches('/').to_owned(),
            messages_key: config.flexible.messages_key.clone(),
            demo: config.demo,
        }
    }

    /// The tags and patterns served.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().map(|tag| tag.pattern.as_str())
    }

    /// What answers a tag: the exact one, the longest pattern, the fallback.
    pub(super) fn answers(&self, tag: &str) -> Option<&ServedTag> {
        // Exact ones count as longest.
        let length = |served: &&ServedTag| match served.pattern.strip_suffix('*') {
            Some(prefix) => prefix.len(),
            None => usize::MAX,
        };
        let found = self.tags.iter().filter(|served| served.takes(tag)).max_by_key(length);
        found.or(self.fallback.as_ref())
    }
}
