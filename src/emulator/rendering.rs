//! What the call of a webhook looks like, and what the agent makes of what became of it; sending it is
//! somebody else's part.

use std::time::Duration;

use bytes::Bytes;

use super::elsewhere::redirect;
use super::error::{CallError, CallerError};
use super::options::Options;
use super::outcome::Outcome;
use super::presented::Presented;
use super::presenting::Presenting;
use super::seeded::Seeded;
use super::service_agent::ServiceAgent;
use super::verdict::{Circumstances, Verdict};
use super::way::Way;
use crate::config::{Config, IdTokenAudience, Semantics};
use crate::flexible::Scope;
use crate::outbound::{Chance, Request};
use crate::protocol::webhook::Webhook;
use crate::protocol::{Envelope, WebhookRequest};

/// A webhook's calls before they are sent, and the verdict over them after.
#[derive(Debug)]
pub(crate) struct Rendering {
    way: Way,
    presented: Vec<Presented>,
    /// Who signs a token for each call, and what the resource has for an address.
    signs: Option<(ServiceAgent, String)>,
    id_token_audience: IdTokenAudience,
    options: Options,
    semantics: Semantics,
    world: Seeded,
    timeout: Duration,
    notes: Vec<String>,
}

impl Rendering {
    /// Of this webhook, from which what is not presented is taken out.
    pub(crate) fn settle(
        webhook: &mut Webhook,
        config: &Config,
        options: Options,
    ) -> Result<Self, CallerError> {
        let semantics = config.flexible.semantics;
        let default = config.outbound.service_agent_auth_default;
        let Presenting { presented, signs, notes } = Presenting::settle(webhook, &options, default)?;
        let uri = webhook.generic_web_service().map(|service| service.uri.clone()).unwrap_or_default();
        let way = Way::parse(webhook, semantics).map_err(|findings| {
            let told = findings.into_iter().map(|finding| format!("{}: {}", finding.place, finding.message));
            CallerError::Faulty { faults: told.collect() }
        })?;
        let timeout = options.timeout.unwrap_or_else(|| webhook.timeout());
        let world = Seeded {
            chance: Chance::seeded(options.seed),
            time_zone: config.agent.time_zone.clone(),
            now: None,
        };
        Ok(Self {
            way,
            presented,
            signs: signs.map(|agent| (agent, uri)),
            id_token_audience: config.flexible.id_token_audience,
            options,
            semantics,
            world,
            timeout,
            notes,
        })
    }

    /// How long the agent waits.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// What differs from the platform's own call.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    pub(super) fn presented(&self) -> &[Presented] {
        &self.presented
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    pub(super) fn note(&mut self, note: Option<&str>) {
        self.notes.extend(note.map(str::to_owned));
    }

    /// The request as far as it can be made without asking anybody for credentials, and what could not
    /// be put into it.
    pub(crate) fn render(&self, request: &WebhookRequest) -> Result<(Request, Vec<String>), CallError> {
        let body = serde_json::to_vec(request).map(Bytes::from).unwrap_or_default();
        let envelope = Envelope::parse(&body).map_err(CallError::Request)?;
        let scope = Scope::new(&envelope, self.semantics, &self.world);
        let (mut request, problems) = self.way.render(&scope, &body)?;
        let mut problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        if let Some((agent, uri)) = &self.signs {
            let audience = agent.audience(uri, &request.url, self.id_token_audience);
            problems.push(agent.note(&audience));
            agent
                .present(&mut request.headers, &audience)
                .map_err(|error| CallError::Credentials { reason: error.to_string() })?;
        }
        if let Some(to) = &self.options.to {
            redirect(&mut request.url, to);
        }
        for (name, value) in &self.options.headers {
            let mut value = value.clone();
            value.set_sensitive(true);
            request.headers.insert(name, value);
        }
        Ok((request, problems))
    }

    /// What the agent does with what became of the call.
    pub(crate) fn verdict(&self, request: &WebhookRequest, outcome: &Outcome) -> Verdict {
        // Anew for each call, so that a call says the same each time.
        let chance = Chance::seeded(self.options.seed);
        let circumstances =
            Circumstances { request, presented: &self.presented, timeout: self.timeout, chance: &chance };
        match &self.way {
            Way::Standard { .. } => Verdict::standard(outcome, &circumstances),
            Way::Flexible(exchange) => Verdict::flexible(outcome, exchange, &circumstances),
        }
    }
}
