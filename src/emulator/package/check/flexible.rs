//! Flexible webhooks that call this server: `flexible_unfit`, `flexible_input_missing`,
//! `mapping_leads_nowhere`.

use std::collections::HashSet;

use serde_json::Value;

use super::{Check, Severity};
use crate::protocol::decode::same_name;
use crate::protocol::webhook::GenericWebService;

impl Check<'_> {
    pub(super) fn flexible(&mut self) {
        let mut seen = HashSet::new();
        for at in 0..self.calls.len() {
            let called = &self.calls[at];
            let (Some(handler), Some(webhook), Some(tag)) = (called.handler, called.webhook, &called.asked)
            else {
                continue;
            };
            if !called.is_flexible() || !seen.insert(&webhook.display_name) {
                continue;
            }
            let (tag, place) = (tag.clone(), format!("webhook {}", webhook.display_name));
            if !handler.conversation.is_empty() {
                let needs = handler.conversation.join(" and ");
                let message =
                    format!("the handler of `{tag}` needs {needs}, which a flexible call does not bring");
                let fix = "call it with a standard webhook";
                self.add(Severity::Error, "flexible_unfit", &place, message, fix);
            }
            let Some(service) = webhook.generic_web_service() else { continue };
            if let Some(sent) = sent(service) {
                for name in handler.reads.iter().filter(|name| !sent.iter().any(|sent| same_name(sent, name)))
                {
                    let message =
                        format!("the handler of `{tag}` reads `{name}`, and the webhook does not send it");
                    let fix = format!(
                        "add \"{name}\": \"$session.params.{name}\" to the request body; `rejoinder export webhook {tag}` writes it whole"
                    );
                    self.add(Severity::Warning, "flexible_input_missing", &place, message, fix);
                }
            }
            let Some(sets) = &handler.sets else { continue };
            for (parameter, path) in &service.parameter_mapping {
                let Some(member) = plain_member(path) else { continue };
                let known =
                    sets.iter().any(|name| same_name(name, member)) || member == self.served.messages_key;
                if !known {
                    let message = format!(
                        "`{parameter}` is taken from {path}, and the handler of `{tag}` sets {}",
                        if sets.is_empty() { "nothing".to_owned() } else { sets.join(", ") }
                    );
                    let fix = "correct the path, or say in the handler's route that it sets this, too";
                    self.add(Severity::Warning, "mapping_leads_nowhere", &place, message, fix);
                }
            }
        }
    }
}

/// The parameters that a call brings: members of its body, names of its query. `None` if the body is no object.
fn sent(service: &GenericWebService) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    if let Some((_, query)) = service.uri.split_once('?') {
        names.extend(query.split('&').map(|pair| pair.split('=').next().unwrap_or(pair).to_owned()));
    }
    if service.http_method.has_body() && !service.request_body.trim().is_empty() {
        let Ok(Value::Object(body)) = serde_json::from_str(&service.request_body) else { return None };
        names.extend(body.into_iter().map(|(name, _)| name));
    }
    Some(names)
}

/// `count` of `$.count` and of `count`; `None` of any other path.
fn plain_member(path: &str) -> Option<&str> {
    let name = path.strip_prefix("$.").unwrap_or(path);
    let plain = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    plain.then_some(name)
}
