//! From `[routes."tag"]` and resources to routes that answer.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::super::{Call, OnError, Reply, Route, Router};
use super::failure::Failures;
use super::replay::Upstreams;
use super::resources::Known;
use super::world::Clock;
use super::{Upstream, Variant, into_reply};
use crate::activity::Activity;
use crate::config::{self, Config, FailureSetting, ReplySetting};
use crate::error::{Error, ErrorKind};
use crate::flexible::{Exchange, ReplyTemplate};
use crate::outbound::TargetSettings;
use crate::outbound::credentials::{Credentials, Sources};
use crate::protocol::webhook::Webhook;

/// What became of the configured routes.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    /// A route for every tag; those that have faults answer 500.
    pub(crate) router: Router,
    /// Why tags cannot be served.
    pub(crate) faults: Vec<RouteFault>,
    /// The webhooks that they call.
    pub(crate) upstreams: Upstreams,
    /// What is served otherwise than its resource says.
    pub(crate) notes: Vec<String>,
    /// The webhooks that they call.
    pub(crate) kept: Kept,
}

/// Webhooks that are served, to be taken over by routes that are built anew: their circuit breakers,
/// connections and tokens outlast changes of others.
#[derive(Debug, Default, Clone)]
pub(crate) struct Kept(HashMap<Key, (Webhook, Arc<Variant>)>);

/// A display name, and the environment's id.
type Key = (String, String);

/// Why a configured tag cannot be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RouteFault {
    pub(crate) tag: String,
    message: String,
}

impl fmt::Display for RouteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "routes.{:?}: {}", self.tag, self.message)
    }
}

/// Builds the routes of `config`; one with a fault stops no other. `kept` is of the same settings.
pub(crate) fn build(
    config: &Config,
    known: &Known,
    sources: &Sources,
    kept: &Kept,
    activity: Option<&Activity>,
) -> Routes {
    let mut routes = Routes::default();
    let (next, notes) = (Kept::default(), Vec::new());
    let mut variants = Variants { config, sources, activity, kept, known: HashMap::new(), next, notes };
    for setting in &config.routes {
        let mut faults = Vec::new();
        let mut told =
            |failure: &Option<_>, key| failure.as_ref().and_then(|it| policy(it, key, &mut faults));
        let on_error = told(&setting.on_error, "on_error");
        let on_timeout = told(&setting.on_timeout, "on_timeout");
        let deferral = setting.deferral.as_ref().and_then(|deferral| {
            let interim = said(&deferral.interim, "interim", &mut faults)?;
            Some((deferral.after, interim, deferral.timeout))
        });
        let route = match route(setting, known, &mut variants, &mut faults) {
            Some(route) if faults.is_empty() => route,
            _ => broken(setting),
        };
        let route = match on_error {
            Some(policy) => route.on_error(policy),
            None => route,
        };
        let route = route.turn(setting.turn.clone(), on_timeout);
        let route = match deferral {
            Some((after, interim, None)) => route.defer_after(after, interim),
            Some((after, interim, Some(timeout))) => {
                route.defer_after(after, interim).deferred_timeout(timeout)
            }
            None => route,
        };
        let tag = &setting.tag;
        routes.faults.extend(faults.into_iter().map(|message| RouteFault { tag: tag.clone(), message }));
        routes.router = std::mem::take(&mut routes.router).route(route);
    }
    for ((webhook, environment), variant) in &variants.known {
        if let Some(variant) = variant {
            routes.upstreams.add(webhook, environment, variant);
        }
    }
    (routes.notes, routes.kept) = (variants.notes, variants.next);
    routes
}

fn route(
    setting: &config::Route,
    known: &Known,
    variants: &mut Variants<'_>,
    faults: &mut Vec<String>,
) -> Option<Route> {
    let config = variants.config;
    let reply = setting.reply.as_ref().and_then(|reply| template(reply, "reply", faults));
    let webhook = match known.webhook(&setting.webhook) {
        Ok(Some(webhook)) => webhook,
        Ok(None) => {
            faults.push(unknown_webhook(setting, config, known));
            return None;
        }
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    let mut variant = |webhook: &Webhook, environment: &str, whose: &str| {
        variants
            .get(webhook, environment)
            .map_err(|messages| {
                faults.extend(messages.into_iter().map(|message| format!("{whose}: {message}")))
            })
            .ok()
    };
    let base = variant(webhook, "", &format!("webhook {:?}", setting.webhook));
    let mut environments = Vec::new();
    for (environment, overridden) in known.overridden(webhook) {
        let whose =
            format!("webhook {:?} in the environment {:?}", setting.webhook, environment.display_name);
        if let Some(variant) = variant(&overridden, environment.id(), &whose) {
            environments.push((environment.id().to_owned(), variant));
        }
    }
    let base = base?;
    let mut sets: Vec<String> = base.exchange.sets().map(str::to_owned).collect();
    sets.extend(
        setting.reply.iter().flat_map(set_by).filter(|name| !sets.contains(name)).collect::<Vec<_>>(),
    );
    // An answer depends on what any environment's form of the webhook reads, and on what is said of it.
    let exchanges = environments.iter().map(|(_, variant)| variant).chain([&base]);
    let asked = exchanges.flat_map(|variant| variant.exchange.reads()).map(str::to_owned);
    let said = reply.iter().flat_map(ReplyTemplate::reads).map(str::to_owned);
    let reads: Vec<String> = asked.chain(said.filter(|name| !sets.contains(name))).collect();
    let upstream = Arc::new(Upstream {
        name: webhook.display_name.clone(),
        webhook: base,
        environments,
        reply,
        semantics: config.flexible.semantics,
        failures: Failures::from(&config.flexible),
        clock: Clock(config.agent.time_zone.clone()),
        activity: variants.activity.cloned(),
    });
    // It never blocks: it waits for the upstream without holding a thread.
    let route = Route::new(setting.tag.clone(), move |call: Call| Arc::clone(&upstream).answer(call));
    Some(route.inline().reads(reads).sets(sets))
}

/// The webhooks that routes share: one breaker and one cap each, however many tags call it.
struct Variants<'c> {
    config: &'c Config,
    sources: &'c Sources,
    activity: Option<&'c Activity>,
    /// By display name and environment; none where there are faults, which have been told.
    known: HashMap<Key, Option<Arc<Variant>>>,
    kept: &'c Kept,
    next: Kept,
    notes: Vec<String>,
}

impl Variants<'_> {
    fn get(&mut self, webhook: &Webhook, environment: &str) -> Result<Arc<Variant>, Vec<String>> {
        let key = (webhook.display_name.clone(), environment.to_owned());
        match self.known.get(&key) {
            Some(Some(variant)) => return Ok(Arc::clone(variant)),
            Some(None) => return Err(vec!["it has faults, which another route has told".to_owned()]),
            None => {}
        }
        let variant = match self.kept.0.get(&key) {
            Some((same, variant)) if same == webhook => Ok(Arc::clone(variant)),
            _ => variant(webhook, self.config, self.sources).map(Arc::new),
        };
        if let Ok(variant) = &variant {
            self.next.0.insert(key.clone(), (webhook.clone(), Arc::clone(variant)));
        }
        self.known.insert(key, variant.as_ref().ok().cloned());
        let note = variant.as_ref().ok().and_then(|variant| variant.credentials.note());
        if let Some(note) = note.filter(|_| environment.is_empty()) {
            self.notes.push(format!("webhook {:?}: {note}", webhook.display_name));
        }
        variant
    }
}

fn variant(webhook: &Webhook, config: &Config, sources: &Sources) -> Result<Variant, Vec<String>> {
    if !webhook.is_flexible() {
        let message = "it is a standard webhook, which expects a whole WebhookRequest; expected one with webhookType FLEXIBLE";
        return Err(vec![message.to_owned()]);
    }
    let exchange = Exchange::parse(webhook, config.flexible.semantics).map_err(|findings| {
        findings
            .into_iter()
            .map(|finding| format!("{}: {}", finding.place, finding.message))
            .collect::<Vec<_>>()
    })?;
    let certificates = webhook.generic_web_service().map(|service| &service.allowed_ca_certs);
    let certificates: Vec<Vec<u8>> = certificates.into_iter().flatten().map(|der| der.to_vec()).collect();
    let target = sources.outbound.target(&TargetSettings {
        name: &webhook.display_name,
        allowed_ca_certs: &certificates,
        service: webhook.service_directory(),
        timeout: webhook.timeout(),
    });
    let target = target.map_err(|error| vec![error.to_string()])?;
    let credentials = Credentials::parse(webhook, sources)?;
    let template = webhook.generic_web_service().map_or("", |service| service.uri.as_str()).into();
    Ok(Variant { exchange, target, credentials, disabled: webhook.disabled, template })
}

fn template(reply: &ReplySetting, key: &str, faults: &mut Vec<String>) -> Option<ReplyTemplate> {
    let template = match reply {
        ReplySetting::Text(text) => ReplyTemplate::text(text),
        ReplySetting::Document(document) => ReplyTemplate::document(document),
    };
    template.map_err(|error| faults.push(format!("{key}: {error}"))).ok()
}

fn policy(failure: &FailureSetting, key: &str, faults: &mut Vec<String>) -> Option<OnError> {
    match failure {
        FailureSetting::Status(status) => ErrorKind::of_status(*status).map(OnError::RaiseAs),
        FailureSetting::Reply(reply) => said(reply, key, faults).map(OnError::Apologise),
    }
}

/// What is said as it is written: nothing has been set that it could refer to.
fn said(reply: &ReplySetting, key: &str, faults: &mut Vec<String>) -> Option<Reply> {
    match reply {
        ReplySetting::Text(text) => Some(Reply::text(text)),
        ReplySetting::Document(document) => {
            let parsed = crate::protocol::WebhookResponse::parse(document.to_string().as_bytes());
            let response = parsed.map_err(|error| {
                faults.push(format!("{key}: the reply document is no WebhookResponse: {error}"))
            });
            let document = |response| crate::flexible::RenderedReply::Document(Box::new(response));
            response.ok().map(|response| into_reply(document(response)))
        }
    }
}

/// The session parameters that a reply document sets.
fn set_by(reply: &ReplySetting) -> Vec<String> {
    let ReplySetting::Document(document) = reply else { return Vec::new() };
    let session = document.get("sessionInfo").or_else(|| document.get("session_info"));
    let parameters = session.and_then(|session| session.get("parameters")?.as_object());
    let set = parameters.into_iter().flatten().filter(|(_, value)| !value.is_null());
    set.map(|(name, _)| name.clone()).collect()
}

fn unknown_webhook(setting: &config::Route, config: &Config, known: &Known) -> String {
    let known: Vec<&str> = known.names().collect();
    let folder = config.webhooks_dir.display();
    let hint = match crate::nearest::nearest(&setting.webhook, known.iter().copied()) {
        Some(nearest) => format!("did you mean {nearest:?}?"),
        None if known.is_empty() => "there is none at all; `rejoinder new webhook` writes one".to_owned(),
        None => format!("there are {known:?}"),
    };
    format!("{folder} has no webhook with the displayName {:?}; {hint}", setting.webhook)
}

/// Answers a tag that cannot be served.
fn broken(setting: &config::Route) -> Route {
    let tag = setting.tag.clone();
    let handler = move || {
        let message = format!("The route of the tag {tag:?} cannot be served; `rejoinder check` tells why.");
        std::future::ready(Err::<Reply, _>(Error::internal(message).with_code("route_broken")))
    };
    Route::new(setting.tag.clone(), handler).inline()
}
