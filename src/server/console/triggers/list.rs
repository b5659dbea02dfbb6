//! All rules of a kind, in their order.

use std::sync::Arc;

use url::form_urlencoded::Serializer;

use super::super::asked::Asked;
use super::super::event_webhooks;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::{path, words, words_of};
use crate::console::Section;
use crate::console::format::Moment;
use crate::console::triggers::PATH;
use crate::console::triggers::list::{ListPage, Row};
use crate::delivery::Firings;
use crate::delivery::rules::{Kind, Stored, faults};
use crate::delivery::webhook::WebhookId;
use crate::delivery::webhooks::Snapshot;
use crate::excerpt::excerpt;

/// How many rules a page has.
const PAGE: usize = 100;

pub(super) async fn show(asked: Asked) -> Result<Shown, Problem> {
    let kind = Kind::of_word(asked.query.get("kind")).unwrap_or(Kind::Trigger);
    let (search, active) = (asked.query.get("q").trim().to_owned(), asked.query.get("active").to_owned());
    let number = asked.query.get("page").parse::<usize>().unwrap_or(1).max(1);
    let rules = &asked.console().services.rules;
    let current = rules.current().await?;
    let webhooks = rules.webhooks().current().await?;
    let all: Vec<&Arc<Stored>> = current.all(kind).collect();
    let part = search.to_lowercase();
    let found: Vec<(usize, &Arc<Stored>)> = all
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, rule)| part.is_empty() || rule.rule.title.to_lowercase().contains(&part))
        .filter(|(_, rule)| active.is_empty() || rule.rule.active.to_string() == active)
        .collect();
    let shown: Vec<_> = found.iter().skip((number - 1).saturating_mul(PAGE)).take(PAGE).collect();
    let firings = firings(&asked, shown.iter().map(|(_, rule)| &***rule)).await?;
    let rows = shown.iter().map(|(place, rule)| Row {
        may_rise: *place > 0,
        may_fall: place + 1 < all.len(),
        ..row(rule, &webhooks, &firings)
    });
    let address = |number: usize| {
        let mut query = Serializer::new(String::new());
        for (name, value) in [("kind", kind.as_str()), ("q", &search), ("active", &active)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("{PATH}?{}", query.append_pair("page", &number.to_string()).finish())
    };
    Shown::page(&ListPage {
        chrome: asked.chrome("Triggers and automations", Section::Triggers),
        kind: words_of(kind),
        rules: rows.collect(),
        count: all.len(),
        counted_in_part: firings.more,
        before: (number > 1).then(|| address(number - 1)),
        after: (found.len() > number.saturating_mul(PAGE)).then(|| address(number + 1)),
        search,
        active,
    })
}

/// What rules have notified, as far as that is known.
pub(super) async fn firings<'r>(
    asked: &Asked,
    rules: impl Iterator<Item = &'r Stored>,
) -> Result<Firings, Problem> {
    let ids = rules.flat_map(|rule| rule.rule.actions.iter());
    let mut ids: Vec<WebhookId> = ids.filter_map(|action| action.webhook.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(asked.console().services.delivery.firings(&ids).await?)
}

fn row(rule: &Stored, webhooks: &Snapshot, firings: &Firings) -> Row {
    let conditions = |list: &[_], between: &str| -> String {
        list.iter().map(words::condition).collect::<Vec<_>>().join(between)
    };
    let (all, any) = (conditions(&rule.rule.all, ", and "), conditions(&rule.rule.any, ", or "));
    let both = [all, any].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    let (fired, deliveries) = firings.of.get(&rule.id.to_string()).copied().unzip();
    Row {
        path: path(rule.id),
        title: rule.rule.title.clone(),
        position: rule.position,
        is_active: rule.rule.active,
        conditions: excerpt(&both.join("; and any of: "), 300).into_owned(),
        webhooks: rule.rule.actions.iter().map(|action| webhook(&action.webhook, webhooks)).collect(),
        is_faulty: !faults(rule.kind, &rule.rule, webhooks).is_empty(),
        fired: fired.map(Moment),
        deliveries: deliveries.unwrap_or_default(),
        may_rise: false,
        may_fall: false,
    }
}

/// The page and the name of a webhook, as far as it is there.
pub(super) fn webhook(id: &str, webhooks: &Snapshot) -> (Option<String>, String) {
    match id.parse().ok().and_then(|id: WebhookId| webhooks.get(&id)) {
        Some(found) => (Some(event_webhooks::path(found)), found.name.clone()),
        None => (None, format!("{} (deleted)", excerpt(id, 60))),
    }
}
