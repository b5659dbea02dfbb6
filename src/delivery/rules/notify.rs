//! From a rule that fires to the jobs that it causes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::check::{self, Fitting};
use super::stored::Stored;
use super::{Kind, Notification};
use crate::activity::record::Place;
use crate::delivery::Delivery;
use crate::delivery::job::{Content, Job, Source};
use crate::delivery::told::placeholders::{Known, OfEvent};
use crate::delivery::webhook::Webhook;
use crate::delivery::webhooks::Snapshot;
use crate::telemetry::metrics::Metrics;
use crate::zendesk::template::{Names as _, Values};

/// What is rendered for a webhook.
#[derive(Debug)]
pub(crate) struct Rendered<'s> {
    pub(crate) webhook: &'s Webhook,
    pub(crate) content: Content,
}

/// Why an action sends nothing.
#[derive(Debug)]
pub(crate) struct Unsent {
    /// `webhook`, `template` or `too_large`.
    pub(crate) why: &'static str,
    pub(crate) description: String,
}

/// Renders an action.
pub(crate) fn render<'s>(
    kind: Kind,
    action: &Notification,
    webhooks: &'s Snapshot,
    values: &dyn Values,
) -> Result<Rendered<'s>, Unsent> {
    let unsent = |why, description: String| Unsent { why, description };
    let webhook = check::webhook(action, webhooks).map_err(|description| unsent("webhook", description))?;
    let fitting = check::fit(kind, action, webhook).map_err(|description| unsent("template", description))?;
    let content = match fitting {
        Fitting::Body(template) => template.render(values).map(|body| Content::Body(body.into())),
        Fitting::Parameters(parameters) => parameters.render(values).map(Content::Parameters),
    };
    match content {
        Ok(content) => Ok(Rendered { webhook, content }),
        Err(error) => Err(unsent("too_large", error.to_string())),
    }
}

/// The jobs of a rule that fires because of `event`. What cannot be sent is counted and told.
pub(crate) fn jobs(
    rule: &Stored,
    event: &Value,
    place: &Place,
    webhooks: &Snapshot,
    (delivery, metrics): (&Delivery, &Metrics),
) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (index, action) in rule.rule.actions.iter().enumerate() {
        match render(rule.kind, action, webhooks, &OfEvent(event)) {
            Ok(Rendered { webhook, content }) => jobs.push(Job {
                id: delivery.next_id(),
                webhook: webhook.id,
                source: match rule.kind {
                    Kind::Trigger => Source::Trigger(rule.id.to_string()),
                    Kind::Automation => Source::Automation(rule.id.to_string()),
                },
                origin: None,
                event_type: String::new(),
                place: place.clone(),
                content,
            }),
            Err(Unsent { why, description }) => {
                metrics.rule_unsent(why);
                tracing::warn!(
                    target: "rejoinder::rules",
                    kind = rule.kind.as_str(), id = rule.id, action = index, why,
                    "a rule fired and could not notify: {description}"
                );
            }
        }
    }
    jobs
}

/// What placeholders stand for in a preview: what is known, else a sample, which is noted.
#[derive(Debug)]
pub(crate) struct Sampled<'e> {
    event: OfEvent<'e>,
    samples: BTreeMap<String, Value>,
}

impl<'e> Sampled<'e> {
    /// For the placeholders of these actions.
    pub(crate) fn of(kind: Kind, actions: &[Notification], webhooks: &Snapshot, event: &'e Value) -> Self {
        let event = OfEvent(event);
        let mut samples = BTreeMap::new();
        for action in actions {
            let fitting =
                check::webhook(action, webhooks).and_then(|webhook| check::fit(kind, action, webhook));
            let Ok(fitting) = fitting else { continue };
            let names: Vec<&str> = match &fitting {
                Fitting::Body(template) => template.names().collect(),
                Fitting::Parameters(parameters) => parameters.names().collect(),
            };
            for name in
                names.into_iter().filter(|name| Known(kind).knows(name) && event.value(name).is_none())
            {
                samples.insert(name.to_owned(), sample(name));
            }
        }
        Self { event, samples }
    }

    /// The names whose values are samples.
    pub(crate) fn samples(&self) -> impl Iterator<Item = &str> {
        self.samples.keys().map(String::as_str)
    }
}

impl Values for Sampled<'_> {
    fn value(&self, name: &str) -> Option<std::borrow::Cow<'_, Value>> {
        self.event.value(name).or_else(|| self.samples.get(name).map(std::borrow::Cow::Borrowed))
    }
}

/// Something of the right kind that nobody takes for the real thing.
fn sample(name: &str) -> Value {
    match name {
        "reply.status" => 200.into(),
        "reply.took_ms" | "conversation.calls" => 1.into(),
        "intent.confidence" | "sentiment.score" | "sentiment.magnitude" => 0.5.into(),
        name if name.ends_with("_at") || name == "event.time" => "2026-01-01T00:00:00.000000Z".into(),
        name => format!("({name})").into(),
    }
}
