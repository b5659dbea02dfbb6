//! What a caller presents in the end: what its resource says, less what must not be shown elsewhere,
//! a local issuer's token in the place of Google's, and what was given by hand.

use super::elsewhere::{is_loopback, replace, withhold};
use super::error::CallerError;
use super::options::Options;
use super::presented::{self, Presented};
use super::service_agent::{ServiceAgent, wants_id_token};
use super::way::service;
use crate::config::AgentAuthDefault;
use crate::outbound::Url;
use crate::protocol::webhook::{Service, ServiceAgentAuth, Webhook};

/// What is presented, beside what is still in the resource.
#[derive(Debug)]
pub(super) struct Presenting {
    pub(super) presented: Vec<Presented>,
    /// Who signs an ID token for each call.
    pub(super) signs: Option<ServiceAgent>,
    pub(super) notes: Vec<String>,
}

impl Presenting {
    /// Decides it, and leaves in `webhook` what is fetched or written as it says.
    pub(super) fn settle(
        webhook: &mut Webhook,
        options: &Options,
        default: AgentAuthDefault,
    ) -> Result<Self, CallerError> {
        let mut notes = Vec::new();
        let signs = signing(webhook, options, default, &mut notes)?;
        let of = |webhook: &Webhook| {
            webhook.generic_web_service().map(|service| presented::of(service, default)).unwrap_or_default()
        };
        let all = of(webhook);
        if let Some(to) = &options.to {
            // Directories tell where the production server is.
            if let (true, Some(generic)) = (webhook.service_directory().is_some(), service(webhook).cloned())
            {
                webhook.service = Some(Service::GenericWebService(generic));
            }
            if let Some(generic) = service(webhook) {
                withhold(generic, to);
            }
        }
        if let Some(generic) = service(webhook) {
            replace(generic, &options.headers);
        }
        let mut presented = of(webhook);
        let is_withheld =
            |one: &&Presented| !options.headers.contains_key(&one.header) && !presented.contains(one);
        notes.extend(all.iter().filter(is_withheld).map(|withheld| {
            format!(
                "not presented to another address than the webhook's own: {withheld}; --bearer TOKEN or --header 'Name: value' present something there"
            )
        }));
        presented.extend(signs.iter().map(ServiceAgent::presented));
        presented.extend(options.headers.keys().map(|name| Presented {
            header: name.as_str().to_owned(),
            what: format!("the {name} given"),
            is_fetched: false,
            is_token: false,
        }));
        Ok(Self { presented, signs, notes })
    }
}

/// Who signs, if somebody does; then the resource asks nobody else for a token.
fn signing(
    webhook: &mut Webhook,
    options: &Options,
    default: AgentAuthDefault,
    notes: &mut Vec<String>,
) -> Result<Option<ServiceAgent>, CallerError> {
    let Some(agent) = &options.service_agent else { return Ok(None) };
    let Some(generic) = service(webhook) else { return Ok(None) };
    if options.headers.contains_key(reqwest::header::AUTHORIZATION) || !wants_id_token(generic, default) {
        notes.push(
            "the local issuer signs nothing: the call presents no ID token of Dialogflow's service agent (serviceAgentAuth)"
                .to_owned(),
        );
        return Ok(None);
    }
    let address = options.to.as_ref().map_or(generic.uri.as_str(), Url::as_str);
    if !address.parse().is_ok_and(|url| is_loopback(&url)) {
        return Err(CallerError::NotLocal { address: address.to_owned() });
    }
    generic.service_agent_auth = ServiceAgentAuth::None;
    Ok(Some(agent.clone()))
}
