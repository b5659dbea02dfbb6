//! One webhook, ready to be called as the agent calls it.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::called::Called;
use super::elsewhere::redirect;
use super::error::{CallError, CallerError};
use super::options::Options;
use super::outcome::{Answer, Times};
use super::presented::Presented;
use super::presenting::Presenting;
use super::seeded::Seeded;
use super::sending::{outbound, was_made};
use super::sent::Sent;
use super::service_agent::ServiceAgent;
use super::verdict::{Circumstances, Verdict};
use super::way::Way;
use crate::config::{Config, IdTokenAudience, Semantics};
use crate::flexible::Scope;
use crate::outbound::credentials::{Credentials, Sources};
use crate::outbound::google::Google;
use crate::outbound::{Chance, Outbound, Request, Secrets, Target, TargetSettings, Url};
use crate::protocol::webhook::{GenericWebService, Service, ServiceAgentAuth, Webhook};
use crate::protocol::{Envelope, WebhookRequest};

/// A webhook that can be called.
#[derive(Debug)]
pub struct Caller {
    way: Way,
    target: Target,
    credentials: Credentials,
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

impl Caller {
    /// A standard webhook at this address, with nothing presented but the token of
    /// [`Options::service_agent`].
    ///
    /// The address is somebody's own choice, so it may be private, on this machine, or without TLS.
    ///
    /// # Errors
    ///
    /// See [`CallerError`].
    pub fn to_url(url: &Url, config: &Config, options: Options) -> Result<Self, CallerError> {
        let service = GenericWebService {
            uri: url.to_string(),
            service_agent_auth: match options.service_agent {
                Some(_) => ServiceAgentAuth::IdToken,
                None => ServiceAgentAuth::None,
            },
            ..GenericWebService::default()
        };
        let webhook = Webhook {
            display_name: "webhook".to_owned(),
            service: Some(Service::GenericWebService(service)),
            ..Webhook::default()
        };
        let own = url.clone();
        Self::build(webhook, config, Options { to: options.to.or(Some(own)), ..options })
    }

    /// The webhook of this resource, in the environment whose overrides it has.
    ///
    /// # Errors
    ///
    /// See [`CallerError`].
    pub fn new(webhook: &Webhook, config: &Config, options: Options) -> Result<Self, CallerError> {
        if webhook.disabled {
            return Err(CallerError::Disabled { display_name: webhook.display_name.clone() });
        }
        Self::build(webhook.clone(), config, options)
    }

    fn build(mut webhook: Webhook, config: &Config, options: Options) -> Result<Self, CallerError> {
        let semantics = config.flexible.semantics;
        let default = config.outbound.service_agent_auth_default;
        let Presenting { presented, signs, mut notes } = Presenting::settle(&mut webhook, &options, default)?;
        let uri = webhook.generic_web_service().map(|service| service.uri.clone()).unwrap_or_default();
        let faulty = |faults| CallerError::Faulty { faults };
        let way = Way::parse(&webhook, semantics).map_err(|findings| {
            faulty(
                findings
                    .into_iter()
                    .map(|finding| format!("{}: {}", finding.place, finding.message))
                    .collect(),
            )
        })?;
        let timeout = options.timeout.unwrap_or_else(|| webhook.timeout());
        let certificates = webhook.generic_web_service().map(|service| &service.allowed_ca_certs);
        let certificates = certificates.into_iter().flatten().map(|der| der.to_vec());
        let certificates: Vec<Vec<u8>> = certificates.chain(options.ca_certs.iter().cloned()).collect();
        let outbound = outbound(config, &options, timeout);
        let target = outbound.target(&TargetSettings {
            name: &webhook.display_name,
            allowed_ca_certs: &certificates,
            service: webhook.service_directory(),
            timeout,
        })?;
        let outbound = Outbound::new(&config.outbound);
        let google = Google::new(None);
        let secrets = Secrets::new(&config.secrets, &config.references, &outbound, google.clone());
        let sources = Sources { outbound, google, secrets, audience: config.flexible.id_token_audience };
        let credentials = Credentials::parse(&webhook, &sources).map_err(faulty)?;
        notes.extend(credentials.note().map(str::to_owned));
        let world = Seeded {
            chance: Chance::seeded(options.seed),
            time_zone: config.agent.time_zone.clone(),
            now: None,
        };
        Ok(Self {
            way,
            target,
            credentials,
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
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// What is presented, in words.
    #[must_use]
    pub fn presented(&self) -> &[Presented] {
        &self.presented
    }

    /// What differs from the platform's own call.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The request as far as it can be made without asking anybody for credentials.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub fn prepare(&self, request: &WebhookRequest) -> Result<Sent, CallError> {
        self.render(request).map(|(request, _)| Sent::new(request))
    }

    fn render(&self, request: &WebhookRequest) -> Result<(Request, Vec<String>), CallError> {
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

    /// Makes the call, once.
    ///
    /// # Errors
    ///
    /// A call that was not made; one that got no answer has an outcome and a verdict.
    pub async fn call(&self, request: &WebhookRequest) -> Result<Called, CallError> {
        let (mut outgoing, problems) = self.render(request)?;
        let begun = Instant::now();
        let presenting = self.credentials.present(&mut outgoing, begun + self.timeout, self.timeout);
        let presented = Box::pin(presenting).await;
        presented.map_err(|error| CallError::Credentials { reason: error.to_string() })?;
        let fetches = self.presented.iter().any(|presented| presented.is_fetched);
        let credentials = fetches.then(|| begun.elapsed());

        let sent = Sent::new(outgoing.clone());
        let begun = Instant::now();
        let answered = Box::pin(self.target.send(outgoing, None)).await;
        let mut times = Times { credentials, total: begun.elapsed(), ..Times::default() };
        let outcome = match answered {
            Ok(response) => {
                let timing = response.timing;
                times.connect = timing.connect;
                times.answer = Some(timing.head.saturating_sub(timing.connect.unwrap_or_default()));
                times.body = Some(timing.body);
                Ok(Answer { status: response.status, headers: response.headers, body: response.body })
            }
            Err(error) if was_made(&error) => Err(error),
            Err(error) => return Err(CallError::NotMade(error)),
        };
        // Anew for each call, so that a call says the same each time.
        let chance = Chance::seeded(self.options.seed);
        let circumstances =
            Circumstances { request, presented: &self.presented, timeout: self.timeout, chance: &chance };
        let verdict = match &self.way {
            Way::Standard { .. } => Verdict::standard(&outcome, &circumstances),
            Way::Flexible(exchange) => Verdict::flexible(&outcome, exchange, &circumstances),
        };
        let notes = self.notes.iter().cloned().chain(problems).collect();
        Ok(Called { sent, outcome, times, verdict, notes })
    }
}
