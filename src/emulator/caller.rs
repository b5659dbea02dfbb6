//! One webhook, ready to be called as the agent calls it.

use std::time::{Duration, Instant};

use super::called::Called;
use super::error::{CallError, CallerError};
use super::options::Options;
use super::outcome::{Answer, Times};
use super::presented::Presented;
use super::rendering::Rendering;
use super::sending::{outbound, was_made};
use super::sent::Sent;
use crate::config::Config;
use crate::outbound::credentials::{Credentials, Sources};
use crate::outbound::google::Google;
use crate::outbound::{Outbound, Secrets, Target, TargetSettings, Url};
use crate::protocol::WebhookRequest;
use crate::protocol::webhook::{GenericWebService, Service, ServiceAgentAuth, Webhook};

/// A webhook that can be called.
#[derive(Debug)]
pub struct Caller {
    rendering: Rendering,
    target: Target,
    credentials: Credentials,
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
        let mut rendering = Rendering::settle(&mut webhook, config, options)?;
        let certificates = webhook.generic_web_service().map(|service| &service.allowed_ca_certs);
        let certificates = certificates.into_iter().flatten().map(|der| der.to_vec());
        let options = rendering.options();
        let certificates: Vec<Vec<u8>> = certificates.chain(options.ca_certs.iter().cloned()).collect();
        let timeout = rendering.timeout();
        let outbound = outbound(config, options, timeout);
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
        let credentials =
            Credentials::parse(&webhook, &sources).map_err(|faults| CallerError::Faulty { faults })?;
        rendering.note(credentials.note());
        Ok(Self { rendering, target, credentials })
    }

    /// How long the agent waits.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.rendering.timeout()
    }

    /// What is presented, in words.
    #[must_use]
    pub fn presented(&self) -> &[Presented] {
        self.rendering.presented()
    }

    /// What differs from the platform's own call.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        self.rendering.notes()
    }

    /// The request as far as it can be made without asking anybody for credentials.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub fn prepare(&self, request: &WebhookRequest) -> Result<Sent, CallError> {
        self.rendering.render(request).map(|(request, _)| Sent::new(request))
    }

    /// Makes the call, once.
    ///
    /// # Errors
    ///
    /// A call that was not made; one that got no answer has an outcome and a verdict.
    pub async fn call(&self, request: &WebhookRequest) -> Result<Called, CallError> {
        let (mut outgoing, problems) = self.rendering.render(request)?;
        let timeout = self.timeout();
        let begun = Instant::now();
        let presenting = self.credentials.present(&mut outgoing, begun + timeout, timeout);
        let presented = Box::pin(presenting).await;
        presented.map_err(|error| CallError::Credentials { reason: error.to_string() })?;
        let fetches = self.presented().iter().any(|presented| presented.is_fetched);
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
        let verdict = self.rendering.verdict(request, &outcome);
        let notes = self.notes().iter().cloned().chain(problems).collect();
        Ok(Called { sent, outcome, times, verdict, notes })
    }
}
