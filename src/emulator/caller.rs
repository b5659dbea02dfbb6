//! One webhook, ready to be called as the agent calls it.

use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::elsewhere::{redirect, replace, withhold};
use super::error::{CallError, CallerError};
use super::outcome::{Answer, Outcome, Times};
use super::presented::{self, Presented};
use super::sent::Sent;
use super::verdict::{Circumstances, Verdict};
use super::way::{Way, service};
use crate::config::{Config, Semantics};
use crate::flexible::Scope;
use crate::flexible::function::World;
use crate::outbound::credentials::{Credentials, Sources};
use crate::outbound::google::Google;
use crate::outbound::{
    Chance, HeaderMap, Outbound, OutboundError, Parts, Request, Secrets, Target, TargetSettings, Url,
};
use crate::protocol::webhook::{GenericWebService, Service, ServiceAgentAuth, Webhook};
use crate::protocol::{Envelope, WebhookRequest};

/// How calls differ from what the resource says.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Options {
    /// Where to call instead: scheme, host and port, and path and query where it has them.
    pub to: Option<Url>,
    /// Headers in place of the resource's of that name; one for `Authorization` in place of all that
    /// would set it.
    pub headers: HeaderMap,
    /// How long to wait instead.
    pub timeout: Option<Duration>,
    /// How many calls may be under way at once; at least one may.
    pub concurrency: usize,
    /// Seeds what chance decides: which variant is said, what `$sys.func.RAND` gives.
    pub seed: u64,
}

/// A webhook that can be called.
#[derive(Debug)]
pub struct Caller {
    way: Way,
    target: Target,
    credentials: Credentials,
    presented: Vec<Presented>,
    options: Options,
    semantics: Semantics,
    world: Seeded,
    timeout: Duration,
    notes: Vec<String>,
}

/// A call that was made.
#[derive(Debug)]
#[non_exhaustive]
pub struct Called {
    /// What was sent.
    pub sent: Sent,
    /// What came of it.
    pub outcome: Outcome,
    /// How long its parts took.
    pub times: Times,
    /// What the agent does then.
    pub verdict: Verdict,
    /// What differs from the platform's own call, and what could not be put into the request.
    pub notes: Vec<String>,
}

impl Caller {
    /// A standard webhook at this address, with nothing presented.
    ///
    /// The address is somebody's own choice, so it may be private, on this machine, or without TLS.
    ///
    /// # Errors
    ///
    /// See [`CallerError`].
    pub fn to_url(url: &Url, config: &Config, options: Options) -> Result<Self, CallerError> {
        let service = GenericWebService {
            uri: url.to_string(),
            service_agent_auth: ServiceAgentAuth::None,
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
        let is_direct = webhook.service_directory().is_none();
        let mut notes = Vec::new();
        let all = webhook.generic_web_service().map(|service| presented::of(service, default));
        let all = all.unwrap_or_default();
        if let Some(to) = &options.to {
            if let (false, Some(generic)) = (is_direct, service(&mut webhook).cloned()) {
                webhook.service = Some(Service::GenericWebService(generic));
            }
            if let Some(generic) = service(&mut webhook) {
                withhold(generic, to);
            }
        }
        if let Some(generic) = service(&mut webhook) {
            replace(generic, &options.headers);
        }
        let mut presented =
            webhook.generic_web_service().map(|service| presented::of(service, default)).unwrap_or_default();
        for withheld in all.iter().filter(|one| {
            let given = options.headers.contains_key(&one.header);
            !given && !presented.contains(one)
        }) {
            notes.push(format!(
                "not presented to another address than the webhook's own: {withheld}; --bearer TOKEN or --header 'Name: value' present something there"
            ));
        }
        let given = options.headers.keys().map(|name| Presented {
            header: name.as_str().to_owned(),
            what: format!("the {name} given"),
            is_fetched: false,
            is_token: false,
        });
        presented.extend(given);

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
        let certificates: Vec<Vec<u8>> = certificates.into_iter().flatten().map(|der| der.to_vec()).collect();
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
        let world =
            Seeded { chance: Chance::seeded(options.seed), time_zone: config.agent.time_zone.clone() };
        Ok(Self { way, target, credentials, presented, options, semantics, world, timeout, notes })
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
        if let Some(to) = &self.options.to {
            redirect(&mut request.url, to);
        }
        for (name, value) in &self.options.headers {
            let mut value = value.clone();
            value.set_sensitive(true);
            request.headers.insert(name, value);
        }
        Ok((request, problems.iter().map(ToString::to_string).collect()))
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

/// Whether the agent would have got as far: everything else is about us.
fn was_made(error: &OutboundError) -> bool {
    !matches!(
        error,
        OutboundError::DestinationRefused(_)
            | OutboundError::HttpRefused { .. }
            | OutboundError::UrlInvalid { .. }
            | OutboundError::InvalidHeader { .. }
            | OutboundError::CircuitOpen { .. }
            | OutboundError::Busy { .. }
    )
}

/// Calls out with the patience of one call: nothing is repeated, nothing is left alone.
fn outbound(config: &Config, options: &Options, timeout: Duration) -> Outbound {
    let mut settings = config.outbound.clone();
    settings.max_attempts = 1;
    settings.breaker_failures = 0;
    settings.max_concurrent = options.concurrency.max(1);
    // The call's own time is up first, connected or not: that is what the platform tells apart.
    settings.connect_timeout = timeout + Duration::from_secs(1);
    if let Some(to) = &options.to {
        settings.allow_hosts.extend(to.host_str().map(|host| host.trim_matches(['[', ']']).to_owned()));
        settings.dangerous_allow_http |= to.scheme() == "http";
    }
    Outbound::with_parts(&settings, Parts { measured: true, ..Parts::default() })
}

/// The time as it is, and chance that repeats.
#[derive(Debug)]
struct Seeded {
    chance: Chance,
    time_zone: TimeZone,
}

impl World for Seeded {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn random(&self) -> f64 {
        self.chance.fraction()
    }

    fn time_zone(&self) -> TimeZone {
        self.time_zone.clone()
    }
}
