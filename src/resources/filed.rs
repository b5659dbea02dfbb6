//! Resources in files, as the API shows them: each with a name and an agent.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::Resource;
use crate::fulfillment::upstream::id;
use crate::fulfillment::upstream::resources::Resources;
use crate::protocol::names::AgentName;

/// A resource that stands in a file.
pub(super) struct Filed<'f, R> {
    pub(super) path: &'f Path,
    pub(super) id: String,
    pub(super) resource: &'f R,
}

impl<R: Resource> Filed<'_, R> {
    /// Its form in answers, below this agent.
    pub(super) fn named(&self, agent: &AgentName) -> R {
        let mut resource = self.resource.clone();
        resource.set_name(format!("{agent}/{}/{}", R::COLLECTION, self.id));
        resource
    }

    /// It changes when the file does.
    pub(super) fn etag(&self) -> String {
        let text = serde_json::to_string(self.resource).unwrap_or_default();
        let digest = Sha256::digest(text);
        let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("\"file-{digest}\"")
    }
}

/// Those of an agent. `own` is `agent.name`: what names no agent in its file belongs to it, or while
/// that is not set, to whichever agent is asked for.
pub(super) fn of_agent<'f, R: Resource>(
    files: &'f Resources,
    agent: &AgentName,
    own: &str,
) -> Vec<Filed<'f, R>> {
    let asked = agent.to_string();
    let below = format!("{asked}/{}/", R::COLLECTION);
    R::filed(files)
        .iter()
        .filter_map(|(path, resource)| {
            let name = resource.name();
            let id = match name.strip_prefix(&below) {
                Some(id) => id.to_owned(),
                // The name says another agent, or nothing that makes sense here.
                None if name.contains('/') => return None,
                None if !(own.is_empty() || own == asked) => return None,
                None if name.is_empty() => id::of_file(R::COLLECTION, resource.display_name()),
                None => name.to_owned(),
            };
            Some(Filed { path, id, resource })
        })
        .collect()
}
