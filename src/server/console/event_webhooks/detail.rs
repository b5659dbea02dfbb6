//! One webhook, and what was sent to it.

use std::sync::Arc;

use url::form_urlencoded::Serializer;

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::super::triggers;
use super::{confirm, named, path, secret, trial};
use crate::access::Action;
use crate::activity::InvocationId;
use crate::activity::moment::moment;
use crate::activity::query::Wanted;
use crate::console::Section;
use crate::console::chart::sparkline;
use crate::console::event_webhooks::detail::{self, DetailPage, Filter, Row};
use crate::console::event_webhooks::trial::Panel;
use crate::console::format::Moment;
use crate::delivery::job::Source;
use crate::delivery::rules::Snapshot;
use crate::delivery::webhook::{Connection, Webhook};
use crate::delivery::{Invocation, InvocationFilter, State, reason};

/// How many deliveries a page has.
const PAGE: usize = 25;
/// How far back deliveries are told: seven days, in microseconds.
const TOLD: i64 = 7 * 86_400 * 1_000_000;

pub(super) async fn show(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let services = &asked.console().services;
    let days = services.delivery.days(&webhook.id).await?;
    let (filter, asked_for) = filter(&asked);
    let cursor = |name: &str| asked.query.some(name).and_then(|id| id.parse::<InvocationId>().ok());
    let wanted = Wanted { size: PAGE, after: cursor("after"), before: cursor("before"), ..Wanted::default() };
    let page = services.delivery.invocations(&webhook.id, &asked_for, &wanted).await?;
    let rules = services.rules.current().await?;
    let address = |turn: &str, id: Option<InvocationId>| {
        id.map(|id| beside(&path(&webhook), &filter, turn, &id.to_string()))
    };
    let (newer, older) = (address("before", page.before), address("after", page.after));
    let panel = if asked.may(Action::Manage) { trial::panel_of(&asked, &webhook)? } else { Panel::default() };
    let shown = DetailPage {
        chrome: asked.chrome(webhook.name.clone(), Section::Webhooks),
        webhook: members(&asked, &webhook).await?,
        count: days.iter().sum(),
        days: sparkline(&days, "deliveries a day, the last seven days"),
        invocations: page.invocations.iter().map(|one| row(one, &rules)).collect(),
        filter,
        newer,
        older,
        panel,
    };
    Shown::page(&shown)
}

/// What is chosen of the log, as it was written and as it is looked for.
fn filter(asked: &Asked) -> (Filter, InvocationFilter) {
    let now = asked.console().services.webhooks.now();
    let oldest = now.saturating_sub(TOLD);
    let text = |name: &str| asked.query.get(name).trim().to_owned();
    let mut shown = Filter {
        from: text("from"),
        until: text("until"),
        status: text("status"),
        fault: String::new(),
        statuses: State::ALL.iter().map(|state| state.as_str()).collect(),
    };
    let mut faults = Vec::new();
    let mut at = |name: &str, text: &str| match text {
        "" => None,
        text => moment(text, now).map_err(|error| faults.push(format!("{name}: {error}."))).ok(),
    };
    let (from, to) = (at("From", &shown.from), at("Until", &shown.until));
    let states = match State::of_word(&shown.status) {
        // It stands for every way to have failed.
        Some(State::Failed) => State::ALL.iter().copied().filter(|state| state.is_failure()).collect(),
        Some(state) => vec![state],
        None => Vec::new(),
    };
    if states.is_empty() && !shown.status.is_empty() {
        faults.push("Status: there is none of this word.".to_owned());
    }
    shown.fault = faults.join(" ");
    (shown, InvocationFilter { states, from: Some(from.unwrap_or(oldest).max(oldest)), to })
}

fn beside(path: &str, filter: &Filter, turn: &str, id: &str) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in [("from", &filter.from), ("until", &filter.until), ("status", &filter.status)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    format!("{path}?{}", query.append_pair(turn, id).finish())
}

fn row(one: &Invocation, rules: &Snapshot) -> Row {
    let (cause, rule) = cause(one, rules);
    Row {
        id: one.id.to_string(),
        at: Moment(one.latest_completed_at),
        state: one.state.as_str(),
        kind: kind(one.state),
        code: one.status_code.map(|code| code.to_string()).unwrap_or_default(),
        cause,
        rule,
        attempts: one.attempts,
        reason: why(one),
        is_replay: one.origin.is_some(),
    }
}

/// Why it ended without having arrived, if its attempts do not say so.
pub(super) fn why(one: &Invocation) -> String {
    one.reason.as_deref().map(reason::sentence).unwrap_or_default().to_owned()
}

/// How a state looks.
pub(super) fn kind(state: State) -> &'static str {
    match state {
        State::Success => "good",
        state if state.is_waiting() => "idle",
        _ => "bad",
    }
}

/// What caused a delivery, in words, and the page of the rule if one did that is still there.
pub(super) fn cause(one: &Invocation, rules: &Snapshot) -> (String, Option<String>) {
    let of_rule = |kind: &str, id: &str| {
        let found = id.parse().ok().and_then(|id: i64| rules.get(id));
        let path = found.map(|rule| triggers::path(rule.id));
        let title = found.map_or_else(|| format!("{id}, deleted"), |rule| format!("“{}”", rule.rule.title));
        (format!("{kind} {title}"), path)
    };
    match &one.source {
        Source::Event(_) => (trial::short(&one.event_type).to_owned(), None),
        Source::Trigger(id) => of_rule("trigger", id),
        Source::Automation(id) => of_rule("automation", id),
    }
}

async fn members(asked: &Asked, webhook: &Arc<Webhook>) -> Result<detail::Shown, Problem> {
    let webhooks = &asked.console().services.webhooks;
    let who = asked.who()?;
    let subscriptions = match &webhook.connection {
        Connection::Events(types) => types.iter().map(|one| trial::short(one).to_owned()).collect(),
        Connection::None | Connection::Rules => Vec::new(),
    };
    let updated = match &webhook.made.updated {
        Some((at, by)) => Some((Moment(*at), token(asked, by).await?)),
        None => None,
    };
    Ok(detail::Shown {
        id: webhook.id.to_string(),
        path: path(webhook),
        name: webhook.name.clone(),
        description: webhook.description.clone().unwrap_or_default(),
        endpoint: webhook.endpoint_text.clone(),
        method: webhook.http_method.as_str(),
        format: webhook.request_format.as_str(),
        is_active: webhook.is_active(),
        connection: webhook.connection.noun(),
        tells_rules: webhook.connection == Connection::Rules,
        subscriptions,
        rules: confirm::rules(asked, webhook).await?,
        authentication: webhook
            .authentication
            .as_ref()
            .map(|known| (known.kind(), known.name().unwrap_or_default().to_owned())),
        headers: webhook.custom_headers.clone(),
        external_source: webhook.external_source.as_ref().map(|source| format!("{source:#}")),
        is_apps: webhook.created_by_app,
        is_anothers: webhook.is_anothers(who),
        may_delete: !webhooks.is_held(webhook, who).await?,
        created: (Moment(webhook.made.created_at), token(asked, &webhook.made.created_by).await?),
        updated,
        previous_until: secret::previous(asked, webhook),
    })
}

/// A token as people know it.
async fn token(asked: &Asked, id: &str) -> Result<String, Problem> {
    let known = match id.parse() {
        Ok(id) => asked.console().door.access.get(&id).await?,
        Err(_) => None,
    };
    Ok(known.map_or_else(|| id.to_owned(), |known| format!("{} ({id})", known.name)))
}
