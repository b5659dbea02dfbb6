//! The calls that an emulated agent makes: of this server, as its own door would answer them, or of
//! webhooks at their own addresses, where somebody wanted that.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::export::Export;
use crate::activity::InvocationId;
use crate::auth;
use crate::config::Config;
use crate::emulator::transcript::{Answered, Counterpart, PlayError};
use crate::emulator::{
    Answer, Called, Caller, Input, Options, Outcome, Rendering, Sent, Verdict, is_flexible_door, which,
    withhold,
};
use crate::fulfillment::upstream::resources::Known;
use crate::nearest::nearest;
use crate::outbound::{OutboundError, Phase, Request, Url};
use crate::protocol::webhook::{GenericWebService, Service, ServiceAgentAuth, Webhook};
use crate::protocol::{Envelope, WebhookRequest};
use crate::server::door::Door;
use crate::server::flexible;
use crate::server::played::Played;
use crate::server::respond::{Refusal, error_text};

/// Answers the calls of one conversation's turn, and remembers them.
#[derive(Debug)]
pub(super) struct Calls {
    pub(super) door: Arc<Door>,
    pub(super) config: Arc<Config>,
    pub(super) known: Known,
    pub(super) export: Option<Arc<Export>>,
    /// The session's environment, by id or display name.
    pub(super) environment: Option<String>,
    /// Whether webhooks of others are called at their own addresses.
    pub(super) external: bool,
    pub(super) seed: u64,
    /// Who plays.
    pub(super) by: String,
    pub(super) made: Mutex<Vec<Made>>,
}

/// A call that was made.
#[derive(Debug)]
pub(super) struct Made {
    /// The webhook's display name; empty for this server as it is.
    pub(super) webhook: String,
    pub(super) tag: String,
    pub(super) sent: Sent,
    pub(super) outcome: Outcome,
    pub(super) verdict: Verdict,
    pub(super) took: Duration,
    /// Its name in the activity log, if it is there.
    pub(super) invocation: Option<InvocationId>,
    /// Whether it went to another server.
    pub(super) outside: bool,
}

impl Made {
    /// How much it holds, in bytes.
    pub(super) fn size(&self) -> usize {
        let answer = self.outcome.as_ref().map_or(0, |answer| answer.body.len());
        self.sent.body().map_or(0, Bytes::len) + answer
    }
}

/// The address of this server in calls that take no way: nobody else can have it.
const HERE: &str = "http://localhost";
/// The name of this server in a verdict over time.
const THIS_SERVER: &str = "this server";

impl Calls {
    /// The calls since this was last asked.
    pub(super) fn take(&self) -> Vec<Made> {
        std::mem::take(&mut self.made.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The webhook that is called; `None` for this server as it is.
    fn webhook(&self, request: &WebhookRequest, input: &Input) -> Result<Option<Webhook>, PlayError> {
        let named = input.webhook.as_deref();
        if let Some(export) = &self.export {
            let package = export.package();
            let is_of_agent = named.is_none_or(|name| package.webhook(name).is_some());
            if is_of_agent {
                return which(package, request, input).map(|webhook| Some(webhook.clone()));
            }
        }
        let Some(named) = named else { return Ok(None) };
        match self.known.webhook(named) {
            Ok(Some(webhook)) => Ok(Some(webhook.clone())),
            Ok(None) => {
                let near = nearest(named, self.known.names());
                let near = near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
                Err(PlayError::Webhook(format!("there is no webhook {named:?}{near}")))
            }
            Err(told) => Err(PlayError::Webhook(told)),
        }
    }

    /// As the session's environment changes it, if it does.
    fn in_environment(&self, webhook: Webhook) -> Webhook {
        let Some(named) = &self.environment else { return webhook };
        let is = |environment: &crate::protocol::webhook::Environment| {
            environment.id() == named || environment.display_name == *named
        };
        let changed = self.known.overridden(&webhook).find(|(environment, _)| is(environment));
        changed.map_or_else(|| webhook.clone(), |(_, changed)| changed)
    }

    /// Whether the webhook is answered by this server.
    fn is_ours(&self, webhook: &Webhook) -> bool {
        let uri = webhook.generic_web_service().map(|service| service.uri.as_str()).unwrap_or_default();
        let home = origin(&self.config.server.public_url);
        let is_at_home = || home.is_some() && origin(uri) == home;
        match webhook.is_flexible() {
            true => is_flexible_door(uri, &self.door.flexible_path) && (!self.external || is_at_home()),
            false => !self.external || is_at_home(),
        }
    }

    async fn call(
        &self,
        webhook: Webhook,
        request: &WebhookRequest,
    ) -> Result<(Made, Vec<String>), PlayError> {
        let failed = |error: crate::emulator::CallerError| PlayError::Webhook(error.to_string());
        let name = webhook.display_name.clone();
        if webhook.disabled {
            return Err(PlayError::Webhook(format!(
                "the webhook {name:?} is disabled, so the agent does not call it"
            )));
        }
        let made = |sent, outcome, verdict, took| Made {
            webhook: name.clone(),
            tag: request.tag().to_owned(),
            sent,
            outcome,
            verdict,
            took,
            invocation: None,
            outside: true,
        };
        if self.is_ours(&webhook) {
            let options = Options { seed: self.seed, to: HERE.parse().ok(), ..Options::default() };
            let mut webhook = webhook;
            stripped(&mut webhook);
            let rendering = Rendering::settle(&mut webhook, &self.config, options).map_err(failed)?;
            let (outgoing, mut notes) = rendering.render(request)?;
            notes.splice(0..0, rendering.notes().iter().cloned());
            let begun = Instant::now();
            let sent = Sent::new(outgoing.clone());
            let (outcome, invocation) = self.here(outgoing, webhook.is_flexible(), rendering.timeout()).await;
            let took = begun.elapsed();
            let verdict = rendering.verdict(request, &outcome);
            return Ok((Made { invocation, outside: false, ..made(sent, outcome, verdict, took) }, notes));
        }
        if !self.external {
            return Err(PlayError::Webhook(format!(
                "the flexible webhook {name:?} goes to an address that is not served here, so it was not called; begin \
                 a conversation that calls webhooks at their own addresses"
            )));
        }
        let options = Options { seed: self.seed, ..Options::default() };
        let caller = Caller::new(&webhook, &self.config, options).map_err(failed)?;
        let Called { sent, outcome, times, verdict, notes } = Box::pin(caller.call(request)).await?;
        Ok((made(sent, outcome, verdict, times.total), notes))
    }

    /// What this server answers. The agent stops waiting when its time is up; the handler does not
    /// notice, and the activity log has what it came to.
    async fn here(
        &self,
        outgoing: Request,
        is_flexible: bool,
        timeout: Duration,
    ) -> (Outcome, Option<InvocationId>) {
        let played = match self.played(&outgoing, is_flexible) {
            Ok(played) => played,
            Err(refusal) => return (Ok(refused(&refusal)), None),
        };
        let door = Arc::clone(&self.door);
        let answering =
            tokio::spawn(async move { Box::pin(door.play(played, door.activity.as_ref())).await });
        match tokio::time::timeout(timeout, answering).await {
            Ok(Ok(Ok(answered))) => (Ok(Answer::new(answered.status, answered.body)), answered.invocation),
            Ok(Ok(Err(refusal))) => (Ok(refused(&refusal)), None),
            Ok(Err(_)) => (Ok(Answer::new(500, error_text("internal", "The handler failed."))), None),
            Err(_) => {
                let host = THIS_SERVER.to_owned();
                (Err(OutboundError::TimedOut { host, after: timeout, phase: Phase::Answer }), None)
            }
        }
    }

    /// The call as its door would read it.
    fn played(&self, outgoing: &Request, is_flexible: bool) -> Result<Played, Refusal> {
        let limit = self.door.limits.sent;
        let body = outgoing.body.as_ref();
        if body.is_some_and(|body| body.len() > limit) {
            return Err(Refusal::TooLarge { limit, expanded: "" });
        }
        let envelope = if is_flexible {
            let url = &outgoing.url;
            let tag = url.path().strip_prefix(self.door.flexible_path.as_str());
            let tag = tag.and_then(|rest| rest.strip_prefix('/')).ok_or(Refusal::Path)?;
            flexible::envelope(tag, url.query().unwrap_or_default(), body)?
        } else {
            Envelope::parse(body.unwrap_or(&Bytes::new()))?
        };
        Ok(Played {
            envelope,
            flexible: is_flexible,
            caller: auth::Caller::Emulated { by: self.by.clone() },
            origin: None,
            target: "/console/emulator".to_owned(),
        })
    }
}

impl Counterpart for Calls {
    async fn answer(&self, request: &WebhookRequest, input: &Input) -> Result<Answered, PlayError> {
        let webhook = match self.webhook(request, input)? {
            Some(webhook) => self.in_environment(webhook),
            None => this_server(&self.config),
        };
        let (made, notes) = Box::pin(self.call(webhook, request)).await?;
        let mut answered = Answered::new(made.verdict.clone(), made.took);
        answered.notes = notes;
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push(made);
        Ok(answered)
    }
}

/// What the agent sees of a call that this server refuses.
fn refused(refusal: &Refusal) -> Answer {
    let status = refusal.respond().status().as_u16();
    Answer::new(status, error_text(refusal.code(), &refusal.to_string()))
}

/// A standard webhook at this server, with nothing presented.
fn this_server(config: &Config) -> Webhook {
    let service = GenericWebService {
        uri: format!("{HERE}{}", config.server.webhook_paths.first().map_or("/", |path| path.as_str())),
        service_agent_auth: ServiceAgentAuth::None,
        ..GenericWebService::default()
    };
    Webhook { service: Some(Service::GenericWebService(service)), ..Webhook::default() }
}

/// Takes out what nobody asks for here: what others have, and where the server is looked up.
fn stripped(webhook: &mut Webhook) {
    let Ok(here) = HERE.parse::<Url>() else { return };
    if let Some(mut service) = webhook.generic_web_service().cloned() {
        withhold(&mut service, &here);
        webhook.service = Some(Service::GenericWebService(service));
    }
}

/// Scheme, host and port of an address, which may hold references behind them.
fn origin(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    Some(format!("{scheme}://{host}").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_is_seen_before_references() {
        let seen = origin("https://Orders.example/flexible/a?x=$session.params.x");
        assert_eq!(seen.as_deref(), Some("https://orders.example"));
        assert_eq!((origin("orders.example"), origin("https:///x")), (None, None));
    }
}
