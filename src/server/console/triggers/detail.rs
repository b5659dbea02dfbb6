//! One rule.

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::{find, list, path, words, words_of};
use crate::console::Section;
use crate::console::format::Moment;
use crate::console::triggers::detail::{ActionView, RulePage};
use crate::delivery::rules::{Content, Kind, faults};
use crate::delivery::webhook::WebhookId;

pub(super) async fn show(asked: Asked) -> Result<Shown, Problem> {
    let stored = find(&asked, asked.part("id")).await?;
    let rule = &stored.rule;
    let webhooks = asked.console().services.rules.webhooks().current().await?;
    let faults = faults(stored.kind, rule, &webhooks);
    let firings = list::firings(&asked, std::iter::once(&*stored)).await?;
    let (fired, deliveries) = firings.of.get(&stored.id.to_string()).copied().unzip();
    let actions = rule.actions.iter().enumerate().map(|(index, action)| {
        let found = action.webhook.parse().ok().and_then(|id: WebhookId| webhooks.get(&id));
        let (path, name) = list::webhook(&action.webhook, &webhooks);
        let (body, pairs) = match &action.content {
            Content::Body(body) => (body.clone(), Vec::new()),
            Content::Pairs(pairs) => (String::new(), pairs.clone()),
        };
        let place = format!("actions[{index}].");
        let fault = faults.iter().find(|fault| fault.field.starts_with(&place));
        ActionView {
            path,
            name,
            line: found
                .map(|found| format!("{} {}", found.http_method, found.request_format))
                .unwrap_or_default(),
            body,
            pairs,
            fault: fault.map(|fault| format!("It cannot notify: {}.", fault.description)).unwrap_or_default(),
        }
    });
    Shown::page(&RulePage {
        chrome: asked.chrome(rule.title.clone(), Section::Triggers),
        kind: words_of(stored.kind),
        id: stored.id,
        path: path(stored.id),
        title: rule.title.clone(),
        description: rule.description.clone().unwrap_or_default(),
        is_active: rule.active,
        position: stored.position,
        all: rule.all.iter().map(words::condition).collect(),
        any: rule.any.iter().map(words::condition).collect(),
        actions: actions.collect(),
        once_per: (stored.kind == Kind::Automation).then(|| rule.once_per.as_str()),
        fired: fired.map(Moment),
        deliveries: deliveries.unwrap_or_default(),
        counted_in_part: firings.more,
        created: Moment(stored.created_at),
        updated: Moment(stored.updated_at),
        active_since: Moment(stored.active_since),
    })
}
