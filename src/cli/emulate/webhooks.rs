//! Which webhook a turn calls, and where.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::target::Target;
use crate::cli::call::{overridden, read_webhook};
use crate::config::Config;
use crate::emulator::package::AgentPackage;
use crate::emulator::session::meant;
use crate::emulator::transcript::{Answered, Counterpart, PlayError};
use crate::emulator::{Caller, Input, Options, is_flexible_door, which, withhold};
use crate::fulfillment::upstream::resources::Resources as Filed;
use crate::nearest::nearest;
use crate::outbound::Url;
use crate::protocol::WebhookRequest;
use crate::protocol::webhook::{Service, Webhook};

/// The webhook resources that are known.
#[derive(Debug)]
pub(in crate::cli) enum Resources {
    /// None: everything is a standard call of the server, unless a turn names a webhook of the settings' folder.
    None,
    /// This one, whatever the tag.
    One(Box<Webhook>),
    /// Those of an agent, each called by the fulfillments that say so.
    Package(Box<AgentPackage>),
}

impl Resources {
    pub(super) fn one(file: &Path) -> anyhow::Result<Self> {
        Ok(Self::One(Box::new(read_webhook(file)?)))
    }
}

/// Answers by calling webhooks.
pub(in crate::cli) struct Webhooks {
    config: Config,
    target: Target,
    resources: Resources,
    environment: Option<String>,
    seed: u64,
    external: bool,
    /// Those of the settings' folder, once a turn has named one.
    filed: OnceLock<Filed>,
    /// What was noted already: it holds for every turn.
    noted: Mutex<HashSet<String>>,
    /// What is called, by the webhook's display name; empty for the server itself.
    callers: Mutex<HashMap<String, Arc<Caller>>>,
}

impl Webhooks {
    pub(in crate::cli) fn new(
        config: &Config,
        target: &Target,
        resources: Resources,
        environment: Option<String>,
        seed: u64,
        external: bool,
    ) -> Self {
        let (config, target) = (config.clone(), target.clone());
        let (filed, callers, noted) = (OnceLock::new(), Mutex::default(), Mutex::default());
        Self { config, target, resources, environment, seed, external, filed, noted, callers }
    }

    /// The webhook that the agent calls; `None` for the server itself.
    fn webhook(&self, request: &WebhookRequest, input: &Input) -> Result<Option<&Webhook>, PlayError> {
        match &self.resources {
            Resources::None => input.webhook.as_deref().map(|named| self.filed(named)).transpose(),
            Resources::One(webhook) => Ok(Some(webhook)),
            Resources::Package(package) => which(package, request, input).map(Some),
        }
    }

    /// A webhook of the settings' folder.
    fn filed(&self, named: &str) -> Result<&Webhook, PlayError> {
        let filed = self.filed.get_or_init(|| Filed::load(&self.config));
        filed.webhook(named).ok_or_else(|| {
            let folder = self.config.webhooks_dir.display();
            let names = filed.webhooks.iter().map(|(_, webhook)| webhook.display_name.as_str());
            let near = meant(nearest(named, names));
            PlayError::Webhook(format!("{folder} has no webhook {named:?}{near}"))
        })
    }

    /// The tags that the agent calls.
    pub(super) fn tags(&self) -> Vec<String> {
        let Resources::Package(package) = &self.resources else { return Vec::new() };
        package.calls().map(|call| call.tag.to_owned()).filter(|tag| !tag.is_empty()).collect()
    }

    /// The session parameters that the agent sets by itself, or collects.
    pub(super) fn parameters(&self) -> Vec<String> {
        let Resources::Package(package) = &self.resources else { return Vec::new() };
        let set = package.fulfillments().flat_map(|placed| &placed.fulfillment.set_parameter_actions);
        let set = set.map(|action| action.parameter.clone());
        let pages = package.flows.iter().flat_map(|flow| &flow.pages);
        let collected = pages.flat_map(|page| &page.form.parameters).map(|one| one.display_name.clone());
        let matched = package.intents.iter().flat_map(|intent| &intent.parameters).map(|one| one.id.clone());
        set.chain(collected).chain(matched).collect()
    }

    fn caller(&self, request: &WebhookRequest, input: &Input) -> Result<Arc<Caller>, PlayError> {
        let webhook = self.webhook(request, input)?;
        let name = webhook.map(|webhook| webhook.display_name.clone()).unwrap_or_default();
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(caller) = callers.get(&name) {
            return Ok(Arc::clone(caller));
        }
        let caller = match webhook {
            Some(webhook) => self.of_resource(webhook)?,
            None => self.of_server()?,
        };
        let caller = Arc::new(caller);
        callers.insert(name, Arc::clone(&caller));
        Ok(caller)
    }

    fn options(&self) -> Options {
        Options { headers: self.target.headers.clone(), seed: self.seed, ..Options::default() }
    }

    fn of_server(&self) -> Result<Caller, PlayError> {
        Caller::to_url(&self.target.url, &self.config, self.options()).map_err(|error| failed(&error))
    }

    fn of_resource(&self, webhook: &Webhook) -> Result<Caller, PlayError> {
        let changed = self.environment.as_deref();
        let changed = changed.map(|named| overridden(&self.config, named, webhook)).transpose();
        let changed = changed.map_err(|error| PlayError::Webhook(format!("{error:#}")))?.flatten();
        let mut webhook = changed.unwrap_or_else(|| webhook.clone());
        if let (true, Some(service)) = (self.target.is_own, webhook.generic_web_service().cloned()) {
            // The server of this run asks for nothing else than what the run presents.
            let mut service = service;
            withhold(&mut service, &self.target.url);
            webhook.service = Some(Service::GenericWebService(service));
        }
        let options = match self.place(&webhook) {
            Some(to) => Options { to: Some(to), ..self.options() },
            None if self.external => Options { seed: self.seed, ..Options::default() },
            None => {
                return Err(PlayError::Webhook(format!(
                    "the flexible webhook {:?} goes to an address that is not served here, so it was not called; --external calls it there",
                    webhook.display_name
                )));
            }
        };
        Caller::new(&webhook, &self.config, options).map_err(|error| failed(&error))
    }

    /// Where it is called here; `None` if somebody else serves it.
    fn place(&self, webhook: &Webhook) -> Option<Url> {
        if !webhook.is_flexible() {
            return Some(self.target.url.clone());
        }
        let uri = webhook.generic_web_service().map(|service| service.uri.as_str()).unwrap_or_default();
        let is_ours = is_flexible_door(uri, &self.config.flexible.path);
        is_ours.then(|| {
            let mut origin = self.target.url.clone();
            origin.set_path("");
            origin.set_query(None);
            origin
        })
    }
}

fn failed(error: &crate::emulator::CallerError) -> PlayError {
    PlayError::Webhook(error.to_string())
}

impl Counterpart for Webhooks {
    async fn answer(&self, request: &WebhookRequest, input: &Input) -> Result<Answered, PlayError> {
        let caller = self.caller(request, input)?;
        let mut answered = Box::pin(caller.answer(request, input)).await?;
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        answered.notes.retain(|note| noted.insert(note.clone()));
        Ok(answered)
    }
}
