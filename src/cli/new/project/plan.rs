//! What a project for an agent consists of: a handler or a route for each tag that the agent calls.

use std::collections::BTreeMap;

use url::Url;

use super::names::Names;
use super::parameters::{self, Parameter};
use super::types::{Enumeration, Type, Types};
use crate::emulator::package::{AgentPackage, WebhookCall};
use crate::protocol::Webhook;

/// A project before it is written.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// What the agent is called; empty without one.
    pub(super) agent: String,
    pub(super) time_zone: String,
    pub(super) project_number: Option<String>,
    pub(super) handlers: Vec<Stub>,
    pub(super) routes: Vec<Flexible>,
    pub(super) enumerations: Vec<Enumeration>,
    /// What could not be made a part of it, and why.
    pub(super) notes: Vec<String>,
}

/// A tag with a handler that is to be written.
#[derive(Debug)]
pub(super) struct Stub {
    pub(super) tag: String,
    pub(super) module: String,
    pub(super) parameters: Vec<Parameter>,
    /// What a flexible webhook takes over of its answer.
    pub(super) sets: Vec<String>,
    /// Where the agent calls it.
    pub(super) places: Vec<String>,
}

/// A tag that a flexible webhook of the agent answers.
#[derive(Debug)]
pub(super) struct Flexible {
    pub(super) tag: String,
    /// The name of its test.
    pub(super) test: String,
    pub(super) webhook: Webhook,
}

/// The names of what every handler's file has.
const MODULES: [&str; 3] = ["entities", "handlers", "tests"];

impl Plan {
    /// One tag to begin with.
    pub(super) fn quickstart() -> Self {
        let order = Parameter {
            name: "order_id".to_owned(),
            kind: Type::text(),
            comment: "which order is asked about".to_owned(),
            is_optional: false,
        };
        let handlers = vec![Stub {
            tag: "order-status".to_owned(),
            module: "order_status".to_owned(),
            parameters: vec![order],
            sets: Vec::new(),
            places: Vec::new(),
        }];
        Self { handlers, ..Self::default() }
    }

    /// Everything that the agent calls.
    pub(super) fn of(package: &AgentPackage) -> Self {
        let mut plan = Self {
            agent: package.display_name(),
            time_zone: package.agent.time_zone.clone(),
            project_number: package.agent.project_number(),
            ..Self::default()
        };
        let mut by_tag: BTreeMap<&str, Vec<WebhookCall<'_>>> = BTreeMap::new();
        package.calls().for_each(|call| by_tag.entry(call.tag).or_default().push(call));
        let (mut modules, mut tests) = (Names::without(&MODULES), Names::default());
        let mut types = Types::new(package);
        for (tag, calls) in by_tag {
            plan.add(package, tag, &calls, &mut types, &mut modules, &mut tests);
        }
        plan.enumerations = types.enumerations;
        plan
    }

    fn add(
        &mut self,
        package: &AgentPackage,
        tag: &str,
        calls: &[WebhookCall<'_>],
        types: &mut Types<'_>,
        modules: &mut Names,
        tests: &mut Names,
    ) {
        if tag.is_empty() {
            let places: Vec<String> = calls.iter().map(|call| call.place.to_string()).collect();
            self.notes.push(format!(
                "a webhook is called without a tag, which nothing can answer, at: {}",
                places.join("; ")
            ));
            return;
        }
        if tag.ends_with('*') {
            self.notes.push(format!(
                "the tag {tag:?} ends with a *, which stands for every tag that begins so: its handler answers those, too"
            ));
        }
        let mut webhooks: Vec<&str> = calls.iter().map(|call| call.webhook).collect();
        webhooks.sort_unstable();
        webhooks.dedup();
        for missing in webhooks.iter().filter(|name| package.webhook(name).is_none()) {
            self.notes.push(format!(
                "the tag {tag:?} goes to the webhook {missing:?}, which the agent does not have"
            ));
        }
        let known: Vec<&Webhook> = webhooks.iter().filter_map(|name| package.webhook(name)).collect();
        // A standard webhook, and a flexible one that calls a server like this, want a handler.
        let external = |webhook: &&&Webhook| webhook.is_flexible() && own_tag(webhook).is_none();
        let external: Vec<&&Webhook> = known.iter().filter(external).collect();
        if let [first, others @ ..] = external.as_slice()
            && external.len() == webhooks.len()
        {
            if !others.is_empty() {
                self.notes.push(format!(
                    "the tag {tag:?} goes to several flexible webhooks; its route has {:?}",
                    first.display_name
                ));
            }
            self.routes.push(Flexible {
                tag: tag.to_owned(),
                test: tests.snake(tag, "tag"),
                webhook: (**first).clone(),
            });
            return;
        }
        let mut stub = Stub {
            tag: tag.to_owned(),
            module: modules.snake(tag, "tag"),
            parameters: parameters::of(package, calls, types),
            sets: Vec::new(),
            places: calls.iter().map(|call| call.place.to_string()).collect(),
        };
        for webhook in known.iter().filter(|webhook| webhook.is_flexible()) {
            if let Some(own) = own_tag(webhook).filter(|own| own != tag) {
                self.notes.push(format!(
                    "the webhook {:?}, called with the tag {tag:?}, asks for the tag {own:?} in its address: that one is served",
                    webhook.display_name
                ));
                stub.tag = own;
            }
            self.as_flexible(webhook, &mut stub);
        }
        if self.handlers.iter().any(|known| known.tag == stub.tag) {
            return;
        }
        self.handlers.push(stub);
    }

    /// What a flexible webhook sends and takes over is all that its handler gets and gives.
    fn as_flexible(&self, webhook: &Webhook, stub: &mut Stub) {
        let Some(service) = webhook.generic_web_service() else { return };
        let body: serde_json::Value = serde_json::from_str(&service.request_body).unwrap_or_default();
        for (name, value) in body.as_object().into_iter().flatten() {
            let source = value.as_str().and_then(|text| text.strip_prefix("$session.params."));
            let known = stub.parameters.iter().find(|known| Some(known.name.as_str()) == source);
            let kind = known.map_or_else(Type::any, |known| known.kind.clone());
            if stub.parameters.iter().any(|known| known.name.eq_ignore_ascii_case(name)) {
                continue;
            }
            stub.parameters.push(Parameter {
                name: name.clone(),
                kind,
                comment: format!("from the webhook's body: `{}`", super::source::comment(&value.to_string())),
                is_optional: true,
            });
        }
        let sent: Vec<&String> = body.as_object().into_iter().flatten().map(|(name, _)| name).collect();
        stub.parameters.retain(|parameter| sent.contains(&&parameter.name));
        let sets = service.parameter_mapping.values().filter_map(|path| path.strip_prefix("$."));
        stub.sets.extend(sets.filter(|name| !name.contains(['[', '.'])).map(str::to_owned));
        stub.sets.sort_unstable();
        stub.sets.dedup();
    }
}

/// The tag in the address of a flexible webhook that calls a server like this one: `…/flexible/TAG`.
fn own_tag(webhook: &Webhook) -> Option<String> {
    let url = Url::parse(&webhook.generic_web_service()?.uri).ok()?;
    let mut segments = url.path_segments()?.rev();
    let tag = percent_encoding::percent_decode_str(segments.next()?).decode_utf8().ok()?.into_owned();
    (segments.next() == Some("flexible") && !tag.is_empty() && !tag.contains('$')).then_some(tag)
}
