//! Creating, changing and deleting.
//!
//! A change is made to what was read before, and committed only if that has not changed in the
//! meantime. With an `ETag` of the client's the change fails then; without one it is made to the newer
//! form, so that changes of different fields by different people both last.

use std::sync::Arc;

use serde_json::Value;

use super::super::check;
use super::super::filed;
use super::super::served::Everything;
use super::super::table::Writing;
use super::read::{name, not_found};
use super::{Answer, FieldMask, Resource, ResourceError, Service, Stored, id};
use crate::access::{Change, Who};
use crate::protocol::Struct;
use crate::protocol::names::AgentName;
use crate::protocol::webhook::{Environment, Webhook};

/// Who changes something, and what they know of it.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub(crate) who: Who,
    /// What the request is called in the log.
    pub(crate) request_id: Arc<str>,
    /// The `If-Match` of the request: what it is good for.
    pub(crate) if_match: Option<Vec<String>>,
}

/// How often a change is made again because somebody else was quicker.
const ATTEMPTS: usize = 5;

impl Service {
    /// Makes a new one; its id is ours.
    pub(crate) async fn create<R: Resource>(
        &self,
        agent: &AgentName,
        mut resource: R,
        edit: &Edit,
    ) -> Result<Answer<R>, ResourceError> {
        let shared = self.shared();
        self.lasts()?;
        check::admit(&resource, &shared.bounds())?;
        let id = id::random().ok_or(ResourceError::NoChance)?;
        resource.set_name(name::<R>(agent, &id));
        resource.touch(shared.clock.wall());
        let new = Stored { agent: agent.to_string(), id, revision: 1, resource };
        let _one = shared.writing.lock().await;
        let everything = shared.everything().await?;
        self.unique(agent, &new, &everything)?;
        self.targets_exist(agent, &new.resource, &everything)?;
        let mut next = everything;
        next.put(new.clone());
        self.keeps_routes(&next, &new)?;
        let mut writing = Writing::begin(&shared.store, crate::store::micros(&shared.clock)).await?;
        writing.insert(&new).await?;
        self.note(&mut writing, edit, "create", (None, Some(&new))).await?;
        writing.commit().await?;
        self.refresh().await?;
        Ok(Answer::of(&new))
    }

    /// Changes what the mask names.
    pub(crate) async fn update<R: Resource>(
        &self,
        agent: &AgentName,
        id: &str,
        sent: R,
        mask: &FieldMask,
        edit: &Edit,
    ) -> Result<Answer<R>, ResourceError> {
        let shared = self.shared();
        self.not_filed::<R>(agent, id)?;
        let _one = shared.writing.lock().await;
        let mut found = None;
        for _ in 0..ATTEMPTS {
            let mut everything = shared.everything().await?;
            let before = existing::<R>(&mut everything, agent, id)?;
            is_wanted(edit, &before)?;
            let (after, dropped) = self.changed(&before, &sent, mask)?;
            self.unique(agent, &after, &everything)?;
            self.targets_exist(agent, &after.resource, &everything)?;
            let mut next = everything.clone();
            next.put(after.clone());
            let others = R::relying(&everything, &before, Some(&after));
            others.iter().for_each(|(_, environment)| next.put(environment.clone()));
            self.keeps_routes(&next, &before)?;
            let mut writing = Writing::begin(&shared.store, crate::store::micros(&shared.clock)).await?;
            if writing.update(&after, before.revision).await?
                && self.replace_all(&mut writing, edit, &others).await?
            {
                self.note(&mut writing, edit, "update", (Some(&before), Some(&after))).await?;
                writing.commit().await?;
                self.refresh().await?;
                return Ok(Answer { dropped, ..Answer::of(&after) });
            }
            found = Some(before);
        }
        let etag = found.map(|found| found.etag()).unwrap_or_default();
        Err(ResourceError::Changed { noun: R::NOUN, name: name::<R>(agent, id), etag })
    }

    /// Deletes one. What relies on a webhook stops that, unless it is forced.
    pub(crate) async fn delete<R: Resource>(
        &self,
        agent: &AgentName,
        id: &str,
        force: bool,
        edit: &Edit,
    ) -> Result<(), ResourceError> {
        let shared = self.shared();
        self.not_filed::<R>(agent, id)?;
        let _one = shared.writing.lock().await;
        let mut found = None;
        for _ in 0..ATTEMPTS {
            let mut everything = shared.everything().await?;
            let before = existing::<R>(&mut everything, agent, id)?;
            is_wanted(edit, &before)?;
            let mut next = everything.clone();
            next.remove(&before);
            let others = R::relying(&everything, &before, None);
            others.iter().for_each(|(_, environment)| next.put(environment.clone()));
            if !force {
                if let Some((environment, _)) = others.first() {
                    let message = format!(
                        "The environment {:?} overrides the webhook {:?}; remove that first, or delete with force=true, which removes it too.",
                        environment.resource.display_name,
                        before.resource.display_name()
                    );
                    return Err(ResourceError::InUse { subject: environment.resource.name.clone(), message });
                }
                self.keeps_routes(&next, &before)?;
            }
            let mut writing = Writing::begin(&shared.store, crate::store::micros(&shared.clock)).await?;
            if writing.delete(&before).await? && self.replace_all(&mut writing, edit, &others).await? {
                self.note(&mut writing, edit, "delete", (Some(&before), None)).await?;
                writing.commit().await?;
                return self.refresh().await;
            }
            found = Some(before);
        }
        let etag = found.map(|found| found.etag()).unwrap_or_default();
        Err(ResourceError::Changed { noun: R::NOUN, name: name::<R>(agent, id), etag })
    }

    /// What a change comes to, checked, with the secrets that were kept.
    pub(super) fn changed<R: Resource>(
        &self,
        before: &Stored<R>,
        sent: &R,
        mask: &FieldMask,
    ) -> Result<(Stored<R>, Vec<String>), ResourceError> {
        let mut object = written(&before.resource)?;
        mask.apply(&mut object, &written(sent)?);
        let text = Value::Object(object).to_string();
        let parsed = R::parse(text.as_bytes());
        let mut resource = parsed.map_err(|error| ResourceError::field("", error.to_string()))?;
        resource.set_name(before.resource.name().to_owned());
        let dropped = resource.keep_secrets(&before.resource, sent, mask);
        resource.touch(self.shared().clock.wall());
        check::admit(&resource, &self.shared().bounds())?;
        let Stored { agent, id, revision, .. } = before.clone();
        Ok((Stored { agent, id, revision: revision + 1, resource }, dropped))
    }

    /// Replaces each environment, unless one has another revision by now.
    async fn replace_all(
        &self,
        writing: &mut Writing,
        edit: &Edit,
        others: &[(Stored<Environment>, Stored<Environment>)],
    ) -> Result<bool, ResourceError> {
        for (before, after) in others {
            if !writing.update(after, before.revision).await? {
                return Ok(false);
            }
            self.note(writing, edit, "update", (Some(before), Some(after))).await?;
        }
        Ok(true)
    }

    /// Notes a change in the audit trail, which masks secrets.
    async fn note<R: Resource>(
        &self,
        writing: &mut Writing,
        edit: &Edit,
        action: &'static str,
        (before, after): (Option<&Stored<R>>, Option<&Stored<R>>),
    ) -> Result<(), ResourceError> {
        let resource = after.or(before).map(|one| one.resource.name()).unwrap_or_default();
        let json =
            |one: Option<&Stored<R>>| one.map(|one| written(&one.resource).map(Value::Object)).transpose();
        let (before, after) = (json(before)?, json(after)?);
        let (before, after, request_id) = (before.as_ref(), after.as_ref(), Some(&*edit.request_id));
        let change = Change { action, resource, before, after, request_id };
        Ok(self.shared().access.record(writing.transaction(), &edit.who, change).await?)
    }

    /// That what is changed stays so for as long as whoever changes it may expect.
    pub(super) fn lasts(&self) -> Result<(), ResourceError> {
        let on_cloud_run = self.shared().serving.config().store.on_cloud_run;
        if on_cloud_run && !self.shared().store.is_configured() {
            Err(ResourceError::NotDurable)
        } else {
            Ok(())
        }
    }

    pub(super) fn not_filed<R: Resource>(&self, agent: &AgentName, id: &str) -> Result<(), ResourceError> {
        let files = self.shared().serving.files();
        match self.filed::<R>(&files, agent, id) {
            None => Ok(()),
            Some(filed) => {
                let file = filed.path.display().to_string();
                Err(ResourceError::Filed { noun: R::NOUN, name: name::<R>(agent, id), file })
            }
        }
    }

    /// That nothing of the agent has its display name; what comes at the same moment, the store refuses.
    pub(super) fn unique<R: Resource>(
        &self,
        agent: &AgentName,
        new: &Stored<R>,
        everything: &Everything,
    ) -> Result<(), ResourceError> {
        let files = self.shared().serving.files();
        let own = self.shared().serving.config().agent.name.clone();
        let display_name = new.resource.display_name();
        let taken = |other| {
            let (noun, display_name) = (R::NOUN, display_name.to_owned());
            Err(ResourceError::AlreadyExists { noun, display_name, other })
        };
        let filed = filed::of_agent::<R>(&files, agent, &own);
        if let Some(filed) = filed.iter().find(|filed| filed.resource.display_name() == display_name) {
            return taken(format!("the file {}", filed.path.display()));
        }
        let other = |one: &&Stored<R>| {
            one.agent == new.agent && one.id != new.id && one.resource.display_name() == display_name
        };
        match R::stored_in(everything).iter().find(other) {
            Some(other) => taken(other.resource.name().to_owned()),
            None => Ok(()),
        }
    }

    /// That what an environment overrides is there.
    fn targets_exist<R: Resource>(
        &self,
        agent: &AgentName,
        resource: &R,
        everything: &Everything,
    ) -> Result<(), ResourceError> {
        if R::COLLECTION != Environment::COLLECTION {
            return Ok(());
        }
        let files = self.shared().serving.files();
        let own = self.shared().serving.config().agent.name.clone();
        let parent = agent.to_string();
        let stored =
            everything.webhooks.iter().filter(|one| one.agent == parent).map(|one| one.resource.clone());
        let filed = filed::of_agent::<Webhook>(&files, agent, &own).into_iter().map(|one| one.named(agent));
        let known: Vec<Webhook> = stored.chain(filed).collect();
        let mut violations = Vec::new();
        for (place, one) in resource.webhooks() {
            if !known.iter().any(|webhook| one.is_about(webhook)) {
                let shown = if one.name.is_empty() { &one.display_name } else { &one.name };
                let names = known.iter().map(|webhook| webhook.display_name.as_str());
                let hint = crate::nearest::nearest(&one.display_name, names);
                let hint = hint.map(|meant| format!(" Did you mean {meant:?}?")).unwrap_or_default();
                violations.push(super::super::Violation {
                    field: format!("{place}.name"),
                    description: format!(
                        "the agent has no webhook {:?}.{hint}",
                        crate::excerpt::excerpt(shown, 300)
                    ),
                });
            }
        }
        if violations.is_empty() { Ok(()) } else { Err(ResourceError::invalid(violations)) }
    }

    /// That no route which is served now would fail.
    fn keeps_routes<R: Resource>(&self, next: &Everything, changed: &Stored<R>) -> Result<(), ResourceError> {
        let shared = self.shared();
        let broken = shared.serving.would_break(&Arc::new(shared.served(next)));
        let Some(first) = broken.first() else { return Ok(()) };
        let more = match broken.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let message = format!(
            "A route of this server uses the {} {:?}, and could not be served any more: {first}{more}.",
            R::NOUN,
            changed.resource.display_name()
        );
        Err(ResourceError::InUse { subject: changed.resource.name().to_owned(), message })
    }
}

fn existing<R: Resource>(
    everything: &mut Everything,
    agent: &AgentName,
    id: &str,
) -> Result<Stored<R>, ResourceError> {
    everything.find::<R>(&agent.to_string(), id).cloned().ok_or_else(|| not_found::<R>(agent, id))
}

fn written<R: Resource>(resource: &R) -> Result<Struct, ResourceError> {
    match serde_json::to_value(resource) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) | Err(_) => Err(ResourceError::field("", "this is no message")),
    }
}

fn is_wanted<R: Resource>(edit: &Edit, before: &Stored<R>) -> Result<(), ResourceError> {
    let etag = before.etag();
    let wanted = |tags: &Vec<String>| tags.iter().any(|tag| tag == "*" || *tag == etag);
    if edit.if_match.as_ref().is_none_or(wanted) {
        return Ok(());
    }
    Err(ResourceError::Changed { noun: R::NOUN, name: before.resource.name().to_owned(), etag })
}
