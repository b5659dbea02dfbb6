//! What the platform would refuse about a resource, and what will surprise.
//!
//! A finding stops nobody from using the resource: it says what was found, what is expected, and
//! what to do. What takes an understanding of references, functions and response paths is found
//! elsewhere and added to the list.

mod certificates;
mod credentials;
mod environment;
mod exchange;
mod headers;
mod uri;

use super::{GenericWebService, Service, Webhook};
use crate::nearest::nearest;
use crate::protocol::Struct;
use crate::protocol::field::{EnumForm, EnumType, MessageType};
use crate::protocol::inspect::Finding;
use crate::protocol::names::{AgentName, WebhookName};

pub use certificates::certificates_at;
pub use environment::environment;

/// What is remarkable about a webhook; places are paths such as `genericWebService.uri`.
#[must_use]
pub fn webhook(webhook: &Webhook) -> Vec<Finding> {
    let mut findings = Findings { list: Vec::new(), partial: false };
    findings.webhook(webhook, "");
    findings.list
}

struct Findings {
    list: Vec<Finding>,
    /// Whether the webhook is an override, in which anything may be left out.
    partial: bool,
}

impl Findings {
    fn add(&mut self, code: &'static str, place: impl Into<String>, message: impl Into<String>) {
        self.list.push(Finding { code, place: place.into(), message: message.into() });
    }

    fn webhook(&mut self, webhook: &Webhook, place: &str) {
        if webhook.display_name.is_empty() && !self.partial {
            let message =
                "no displayName: give it one, unique in the agent; it is how flows and routes name it";
            self.add("display_name_missing", at(place, "displayName"), message);
        }
        let name = &webhook.name;
        if name.contains('/') && name.parse::<WebhookName>().is_err() {
            let message =
                "expected projects/P/locations/L/agents/A/webhooks/W, or the id alone as in agent exports";
            self.add("resource_name", at(place, "name"), message);
        }
        if webhook.disabled {
            let message =
                "disabled: the agent does not call it. Leave it out, or set it to false, to have it called";
            self.add("disabled", at(place, "disabled"), message);
        }
        self.timeout(webhook, place);
        self.unknown::<Webhook>(&webhook.unknown, place);
        match &webhook.service {
            Some(Service::GenericWebService(generic)) => {
                self.generic(generic, &at(place, "genericWebService"));
            }
            Some(Service::ServiceDirectory(directory)) => {
                let place = at(place, "serviceDirectory");
                self.service_name(&directory.service, &webhook.name, &at(&place, "service"));
                self.unknown::<super::ServiceDirectoryConfig>(&directory.unknown, &place);
                match &directory.generic_web_service {
                    Some(generic) => self.generic(generic, &at(&place, "genericWebService")),
                    None if self.partial => {}
                    None => self.add(
                        "service_missing",
                        at(&place, "genericWebService"),
                        "no genericWebService: Service Directory gives the address, this says how to call it; add one with a uri",
                    ),
                }
            }
            None if self.partial => {}
            None => self.add(
                "service_missing",
                place,
                "nothing to call: add a genericWebService with a uri, or a serviceDirectory",
            ),
        }
    }

    fn timeout(&mut self, webhook: &Webhook, place: &str) {
        let Some(timeout) = webhook.timeout else { return };
        let place = at(place, "timeout");
        match timeout.to_std().filter(|timeout| !timeout.is_zero()) {
            None => self.add(
                "timeout_not_positive",
                place,
                format!("{timeout}: no answer can be that quick. Set more than 0s and at most 30s, or leave it out for 5s"),
            ),
            Some(span) if span > Webhook::MAX_TIMEOUT => self.add(
                "timeout_too_long",
                place,
                format!("{timeout} is more than the platform allows; set at most 30s"),
            ),
            Some(_) => {}
        }
    }

    fn service_name(&mut self, service: &str, webhook: &str, place: &str) {
        if service.is_empty() && self.partial {
            return;
        }
        let Some([_, location, ..]) = ids(service, ["projects", "locations", "namespaces", "services"])
        else {
            let message =
                "expected projects/P/locations/L/namespaces/N/services/S, a service of Service Directory";
            return self.add("service_name", place, message);
        };
        if let Ok(WebhookName { agent: AgentName { location: own, .. }, .. }) = webhook.parse()
            && location != own
        {
            let message = format!(
                "the service is in {location}, its agent in {own}; the platform wants both in one location"
            );
            self.add("service_location", place, message);
        }
    }

    fn generic(&mut self, generic: &GenericWebService, place: &str) {
        self.uri(generic, &at(place, "uri"));
        self.exchange(generic, place);
        self.headers(generic, place);
        self.credentials(generic, place);
        self.certificates(generic, place);
        self.unknown::<GenericWebService>(&generic.unknown, place);
        self.known(
            &generic.webhook_type,
            at(place, "webhookType"),
            "STANDARD or FLEXIBLE; it is taken for STANDARD",
        );
        self.known(
            &generic.http_method,
            at(place, "httpMethod"),
            "POST, GET, HEAD, PUT, DELETE, PATCH or OPTIONS; it is taken for POST",
        );
        self.known(
            &generic.service_agent_auth,
            at(place, "serviceAgentAuth"),
            "NONE, ID_TOKEN or ACCESS_TOKEN; it is taken for none",
        );
    }

    /// Reports an enum value that this version does not know.
    fn known<E: EnumType>(&mut self, value: &E, place: String, expected: &str) {
        if value.is_known() {
            return;
        }
        let found = match value.form() {
            EnumForm::Name(name) => name.escape_debug().to_string(),
            EnumForm::Number(number) => number.to_string(),
        };
        self.add("unknown_enum", place, format!("{found} is not known; expected {expected}"));
    }

    /// Reports the members that this version does not know.
    fn unknown<M: MessageType>(&mut self, members: &Struct, place: &str) {
        for name in members.keys() {
            let schema = const { &M::SCHEMA };
            let known = schema.fields.iter().chain(schema.oneof).map(|field| field.json);
            let meant =
                nearest(name, known).map(|known| format!(" Did you mean `{known}`?")).unwrap_or_default();
            let message =
                format!("unknown field: it is kept, but the API refuses what it does not know.{meant}");
            self.add("unknown_field", at(place, name), message);
        }
    }
}

/// The path of a member.
fn at(place: &str, name: &str) -> String {
    let name = name.escape_debug();
    if place.is_empty() { name.to_string() } else { format!("{place}.{name}") }
}

/// The ids of a resource name with these collections; `None` if it is none.
fn ids<'a, const N: usize>(name: &'a str, collections: [&str; N]) -> Option<[&'a str; N]> {
    let mut parts = name.split('/');
    let mut ids = [""; N];
    for (id, collection) in ids.iter_mut().zip(collections) {
        if parts.next() != Some(collection) {
            return None;
        }
        *id = parts.next().filter(|id| !id.is_empty())?;
    }
    parts.next().is_none().then_some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The findings' codes and places, of a webhook in JSON.
    pub(super) fn found(text: &str) -> Vec<(&'static str, String)> {
        let parsed = Webhook::parse(text.as_bytes()).expect(text);
        webhook(&parsed).into_iter().map(|finding| (finding.code, finding.place)).collect()
    }

    /// The same, for the members of a `genericWebService` beside a good URI; places are from there.
    pub(super) fn found_in(members: &str) -> Vec<(&'static str, String)> {
        let text = format!(
            r#"{{"displayName":"w","genericWebService":{{"uri":"https://api.example.com/a",{members}}}}}"#
        );
        let short =
            |place: String| place.trim_start_matches("genericWebService").trim_start_matches('.').to_owned();
        found(&text).into_iter().map(|(code, place)| (code, short(place))).collect()
    }

    /// What [`found_in`] gives, for comparing.
    pub(super) fn owned(expected: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        expected.iter().map(|(code, place)| (*code, (*place).to_owned())).collect()
    }

    #[test]
    fn the_frame_of_a_webhook_is_checked() {
        let generic = r#""genericWebService":{"uri":"https://api.example.com"}"#;
        let agent = "projects/p/locations/us-central1/agents/a";
        for (text, expected) in [
            ("{}".to_owned(), &[("display_name_missing", "displayName"), ("service_missing", "")][..]),
            (format!(r#"{{"displayName":"w",{generic}}}"#), &[]),
            (format!(r#"{{"displayName":"w","name":"id",{generic}}}"#), &[]),
            (format!(r#"{{"displayName":"w","name":"a/b",{generic}}}"#), &[("resource_name", "name")]),
            (format!(r#"{{"displayName":"w","disabled":true,{generic}}}"#), &[("disabled", "disabled")]),
            (format!(r#"{{"displayName":"w","timeout":"30s",{generic}}}"#), &[]),
            (
                format!(r#"{{"displayName":"w","timeout":"30.001s",{generic}}}"#),
                &[("timeout_too_long", "timeout")],
            ),
            (
                format!(r#"{{"displayName":"w","timeout":"0s",{generic}}}"#),
                &[("timeout_not_positive", "timeout")],
            ),
            (
                format!(r#"{{"displayName":"w","timeout":"-1s",{generic}}}"#),
                &[("timeout_not_positive", "timeout")],
            ),
            (format!(r#"{{"displayName":"w","la\nter":1,{generic}}}"#), &[("unknown_field", "la\\nter")]),
            (
                r#"{"displayName":"w","serviceDirectory":{"service":"s"}}"#.to_owned(),
                &[
                    ("service_name", "serviceDirectory.service"),
                    ("service_missing", "serviceDirectory.genericWebService"),
                ],
            ),
            (
                format!(
                    r#"{{"displayName":"w","name":"{agent}/webhooks/w","serviceDirectory":
                    {{"service":"projects/p/locations/global/namespaces/n/services/s",{generic}}}}}"#
                ),
                &[("service_location", "serviceDirectory.service")],
            ),
        ] {
            assert_eq!(found(&text), owned(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_told_with_what_may_be_meant() {
        let text = r#"{"displayname":"w","genericWebService":{"uri":"https://a.example.com","webhookType":"flexible",
            "httpMethod":99,"serviceAgentAuth":"LATER"}}"#;
        let findings = webhook(&Webhook::parse(text.as_bytes()).expect("a webhook"));
        let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!(
            codes,
            ["display_name_missing", "unknown_field", "unknown_enum", "unknown_enum", "unknown_enum"]
        );
        assert!(findings[1].message.ends_with("Did you mean `displayName`?"), "{findings:?}");
        assert!(
            findings[2].message.starts_with("flexible is not known; expected STANDARD or FLEXIBLE"),
            "{findings:?}"
        );
    }
}
