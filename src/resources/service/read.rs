//! Listing and getting.

use super::super::filed::{self, Filed};
use super::super::page::{self, Place};
use super::super::table;
use super::{Answer, Resource, ResourceError, Service};
use crate::protocol::names::AgentName;

/// A page of a list.
#[derive(Debug)]
pub(crate) struct Page<R> {
    pub(crate) resources: Vec<R>,
    /// Empty behind the last page.
    pub(crate) next: String,
}

impl Service {
    /// Those of an agent, in the order of their display names.
    pub(crate) async fn list<R: Resource>(
        &self,
        agent: &AgentName,
        size: i64,
        token: &str,
    ) -> Result<Page<R>, ResourceError> {
        let shared = self.shared();
        let parent = agent.to_string();
        let size = page::size(size, R::PAGE)?;
        let after = page::place(token, &parent, R::COLLECTION)?;
        let stored = table::page::<R>(&shared.store, &parent, &after, size + 1).await?;
        let mut found: Vec<(Place, R)> = stored
            .into_iter()
            .map(|one| ((one.resource.display_name().to_owned(), one.id.clone()), one.resource))
            .collect();
        let files = shared.serving.files();
        let own = shared.serving.config().agent.name.clone();
        let filed = filed::of_agent::<R>(&files, agent, &own);
        let filed = filed
            .iter()
            .map(|one| ((one.resource.display_name().to_owned(), one.id.clone()), one.named(agent)));
        found.extend(filed.filter(|(place, _)| *place > after));
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        let more = found.len() > size;
        found.truncate(size);
        let next = match found.last() {
            Some((place, _)) if more => page::token(&parent, R::COLLECTION, place),
            _ => String::new(),
        };
        let resources = found.into_iter().map(|(_, resource)| resource.without_secrets()).collect();
        Ok(Page { resources, next })
    }

    /// One of an agent.
    pub(crate) async fn get<R: Resource>(
        &self,
        agent: &AgentName,
        id: &str,
    ) -> Result<Answer<R>, ResourceError> {
        let shared = self.shared();
        let files = shared.serving.files();
        if let Some(filed) = self.filed::<R>(&files, agent, id) {
            let etag = filed.etag();
            return Ok(Answer { resource: filed.named(agent).without_secrets(), etag, dropped: Vec::new() });
        }
        let stored = table::get::<R>(&shared.store, &agent.to_string(), id).await?;
        stored.as_ref().map(Answer::of).ok_or_else(|| not_found::<R>(agent, id))
    }

    pub(super) fn filed<'f, R: Resource>(
        &self,
        files: &'f crate::fulfillment::upstream::resources::Resources,
        agent: &AgentName,
        id: &str,
    ) -> Option<Filed<'f, R>> {
        let own = self.shared().serving.config().agent.name.clone();
        filed::of_agent::<R>(files, agent, &own).into_iter().find(|filed| filed.id == id)
    }
}

pub(super) fn not_found<R: Resource>(agent: &AgentName, id: &str) -> ResourceError {
    ResourceError::NotFound { noun: R::NOUN, name: name::<R>(agent, id) }
}

pub(super) fn name<R: Resource>(agent: &AgentName, id: &str) -> String {
    format!("{agent}/{}/{id}", R::COLLECTION)
}
