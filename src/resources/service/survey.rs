//! Everything there is, of all agents: what somebody looks through to find a webhook.

use std::path::PathBuf;

use super::super::filed;
use super::super::table::Stored;
use super::{Answer, Resource, ResourceError, Service};
use crate::protocol::names::AgentName;
use crate::protocol::webhook::Webhook;

/// A resource, and where it is from; without its secrets.
#[derive(Debug, Clone)]
pub(crate) struct Surveyed<R> {
    pub(crate) agent: AgentName,
    pub(crate) id: String,
    pub(crate) resource: R,
    pub(crate) etag: String,
    /// The file that it stands in; none for one that was made through the API.
    pub(crate) file: Option<PathBuf>,
    /// Why routes may not use it: the settings' bounds are narrower than when it was made.
    pub(crate) refused: Option<String>,
}

impl Service {
    /// The agent that is meant where none is named: `agent.name`, or else an example's.
    pub(crate) fn own_agent(&self) -> AgentName {
        let name = self.shared().serving.config().agent.name.clone();
        name.parse().unwrap_or_else(|_| AgentName::example())
    }

    /// Whether the settings name the agent; otherwise routes use the webhooks of all of them.
    pub(crate) fn names_agent(&self) -> bool {
        !self.shared().serving.config().agent.name.is_empty()
    }

    /// Those of every agent, in the order of their display names.
    pub(crate) async fn survey<R: Resource>(&self) -> Result<Vec<Surveyed<R>>, ResourceError> {
        let shared = self.shared();
        let everything = shared.everything().await?;
        let bounds = shared.bounds();
        let (files, own) = (shared.serving.files(), shared.serving.config().agent.name.clone());
        let mut found: Vec<Surveyed<R>> = Vec::new();
        for stored in R::stored_in(&everything) {
            // What a newer program has written may name no agent of this one's.
            let Ok(agent) = stored.agent.parse() else { continue };
            let refusals = stored.resource.webhooks().into_iter();
            let refused = refusals.flat_map(|(place, webhook)| bounds.violations(webhook, &place)).next();
            let refused = refused.map(|found| format!("{}: {}", found.field, found.description));
            let Stored { id, .. } = stored;
            let Answer { resource, etag, .. } = Answer::of(stored);
            found.push(Surveyed { agent, id: id.clone(), resource, etag, file: None, refused });
        }
        let meant = self.own_agent();
        let mut agents = vec![meant.clone()];
        for (_, resource) in R::filed(&files) {
            let agent = resource.name().split_once(&format!("/{}/", R::COLLECTION));
            if let Some(agent) = agent.and_then(|(agent, _)| agent.parse().ok())
                && !agents.contains(&agent)
            {
                agents.push(agent);
            }
        }
        for agent in agents {
            for one in filed::of_agent::<R>(&files, &agent, &own) {
                // While no agent is named, what names none in its file belongs to all: told once.
                if agent != meant && !one.resource.name().contains('/') {
                    continue;
                }
                found.push(Surveyed {
                    agent: agent.clone(),
                    id: one.id.clone(),
                    resource: one.named(&agent).without_secrets(),
                    etag: one.etag(),
                    file: Some(one.path.to_owned()),
                    refused: None,
                });
            }
        }
        let key = |one: &Surveyed<R>| {
            (one.resource.display_name().to_lowercase(), one.agent.to_string(), one.id.clone())
        };
        found.sort_by_cached_key(key);
        Ok(found)
    }

    /// One of an agent, and where it is from.
    pub(crate) async fn surveyed<R: Resource>(
        &self,
        agent: &AgentName,
        id: &str,
    ) -> Result<Surveyed<R>, ResourceError> {
        let Answer { resource, etag, .. } = self.get::<R>(agent, id).await?;
        let files = self.shared().serving.files();
        let file = self.filed::<R>(&files, agent, id).map(|filed| filed.path.to_owned());
        let mut refused = None;
        if file.is_none() {
            let bounds = self.shared().bounds();
            let found =
                resource.webhooks().into_iter().flat_map(|(place, one)| bounds.violations(one, &place));
            refused = found.map(|found| format!("{}: {}", found.field, found.description)).next();
        }
        Ok(Surveyed { agent: agent.clone(), id: id.to_owned(), resource, etag, file, refused })
    }

    /// The routes of the settings that call a webhook of this name, if they may mean one of this agent.
    pub(crate) fn routes_of(&self, agent: &AgentName, webhook: &Webhook) -> Vec<String> {
        let config = self.shared().serving.config();
        if !(config.agent.name.is_empty() || config.agent.name == agent.to_string()) {
            return Vec::new();
        }
        let routes = config.routes.iter().filter(|route| route.webhook == webhook.display_name);
        routes.map(|route| route.tag.clone()).collect()
    }

    /// Files and folders that could not be read.
    pub(crate) fn unreadable(&self) -> Vec<String> {
        self.shared().serving.files().faults.iter().map(ToString::to_string).collect()
    }
}
