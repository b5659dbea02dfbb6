//! What is called to try a webhook, and what a copy of it is made from: whole, with its secrets.

use super::super::check;
use super::super::filed;
use super::super::table;
use super::read::not_found;
use super::{Answer, Edit, FieldMask, Resource, ResourceError, Service, Stored};
use crate::protocol::names::AgentName;
use crate::protocol::webhook::{Environment, Webhook};

/// Which secrets are stored, for a form that shows none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) password: bool,
    pub(crate) client_secret: bool,
}

impl Held {
    pub(crate) fn of(webhook: &Webhook) -> Self {
        let Some(service) = webhook.generic_web_service() else { return Self::default() };
        let oauth = service.oauth_config.as_ref();
        Self {
            password: !service.password.is_empty(),
            client_secret: oauth.is_some_and(|oauth| !oauth.client_secret.is_empty()),
        }
    }
}

impl Service {
    /// A webhook to be called once: as it is, or as a change would make it. Nothing is changed, and what
    /// may not be saved may not be called either.
    pub(crate) async fn trial(
        &self,
        agent: &AgentName,
        id: Option<&str>,
        change: Option<(Webhook, &FieldMask)>,
        environment: Option<&str>,
    ) -> Result<Webhook, ResourceError> {
        let bounds = self.shared().bounds();
        let webhook = match (id, change) {
            (None, None) => return Err(not_found::<Webhook>(agent, "-")),
            (None, Some((mut sent, _))) => {
                // As a name of ours would be, so that what is checked by it is.
                sent.set_name(format!("{agent}/webhooks/-"));
                check::admit(&sent, &bounds)?;
                sent
            }
            (Some(id), Some((sent, mask))) => {
                self.not_filed::<Webhook>(agent, id)?;
                let before = self.stored::<Webhook>(agent, id).await?;
                self.changed(&before, &sent, mask)?.0.resource
            }
            (Some(id), None) => {
                let (webhook, is_filed) = self.whole::<Webhook>(agent, id).await?;
                if !is_filed {
                    bounds.admit([(String::new(), &webhook)])?;
                }
                webhook
            }
        };
        match environment {
            Some(environment) => self.seen_in(agent, environment, webhook).await,
            None => Ok(webhook),
        }
    }

    /// A webhook as an environment sees it. Who may edit environments may not read the secrets of
    /// files, so what leads elsewhere goes without them.
    async fn seen_in(
        &self,
        agent: &AgentName,
        environment: &str,
        webhook: Webhook,
    ) -> Result<Webhook, ResourceError> {
        let (environment, is_filed) = self.whole::<Environment>(agent, environment).await?;
        let Some(overrides) = environment.overrides_for(&webhook) else { return Ok(webhook) };
        if is_filed {
            return Ok(webhook.with_overrides(overrides));
        }
        self.shared().bounds().admit([(String::new(), overrides)])?;
        Ok(webhook.with_foreign_overrides(overrides))
    }

    /// What would keep a webhook from being made.
    pub(crate) async fn would_create(
        &self,
        agent: &AgentName,
        webhook: &Webhook,
    ) -> Result<(), ResourceError> {
        let shared = self.shared();
        self.lasts()?;
        check::admit(webhook, &shared.bounds())?;
        let (agent_name, resource) = (agent.to_string(), webhook.clone());
        let new = Stored { agent: agent_name, id: String::new(), revision: 1, resource };
        self.unique(agent, &new, &shared.everything().await?)
    }

    /// Which secrets a webhook has.
    pub(crate) async fn held(&self, agent: &AgentName, id: &str) -> Result<Held, ResourceError> {
        Ok(Held::of(&self.whole::<Webhook>(agent, id).await?.0))
    }

    /// Which secrets an environment's overrides have, in their order.
    pub(crate) async fn held_by_overrides(
        &self,
        agent: &AgentName,
        environment: &str,
    ) -> Result<Vec<Held>, ResourceError> {
        let (environment, _) = self.whole::<Environment>(agent, environment).await?;
        Ok(environment.webhook_overrides().iter().map(Held::of).collect())
    }

    /// What will surprise about a webhook, its secrets considered.
    pub(crate) async fn remarks(
        &self,
        agent: &AgentName,
        id: &str,
    ) -> Result<Vec<crate::protocol::inspect::Finding>, ResourceError> {
        let (webhook, _) = self.whole::<Webhook>(agent, id).await?;
        let now = crate::store::micros(&self.shared().clock) / 1_000_000;
        let mut findings = webhook.findings();
        findings.extend(crate::protocol::webhook::check::certificates_at(&webhook, now));
        Ok(findings)
    }

    /// Makes another webhook of the agent like this one, its secrets included.
    pub(crate) async fn clone_webhook(
        &self,
        agent: &AgentName,
        id: &str,
        display_name: &str,
        edit: &Edit,
    ) -> Result<Answer<Webhook>, ResourceError> {
        let (mut webhook, _) = self.whole::<Webhook>(agent, id).await?;
        display_name.clone_into(&mut webhook.display_name);
        self.create(agent, webhook, edit).await
    }

    /// With its secrets: to be called or copied, never to be shown; and whether it stands in a file.
    async fn whole<R: Resource>(&self, agent: &AgentName, id: &str) -> Result<(R, bool), ResourceError> {
        let (files, own) = (self.shared().serving.files(), self.shared().serving.config().agent.name.clone());
        let filed = filed::of_agent::<R>(&files, agent, &own).into_iter().find(|filed| filed.id == id);
        match filed.map(|filed| filed.named(agent)) {
            Some(filed) => Ok((filed, true)),
            None => Ok((self.stored::<R>(agent, id).await?.resource, false)),
        }
    }

    async fn stored<R: Resource>(&self, agent: &AgentName, id: &str) -> Result<Stored<R>, ResourceError> {
        let stored = table::get::<R>(&self.shared().store, &agent.to_string(), id).await?;
        stored.ok_or_else(|| not_found::<R>(agent, id))
    }
}
