//! Every webhook, of Dialogflow and of neighbour systems.

use std::collections::BTreeMap;

use super::super::problem::Problem;
use super::super::routes::Routes;
use super::super::shown::Shown;
use super::target::{other, webhook};
use super::{Asked, DIALOGFLOW};
use crate::access::Action;
use crate::activity::{Count, Counts};
use crate::console::webhooks::Place;
use crate::console::webhooks::list::{ListFilter, ListPage, ListRow};
use crate::console::{Section, chart, format};
use crate::delivery::webhook::Connection;
use crate::protocol::webhook::{Environment, Webhook};
use crate::resources::Surveyed;

/// The longest list of one page.
const PAGE: usize = 100;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/webhooks", Action::View, show);
}

async fn show(asked: Asked) -> Result<Shown, Problem> {
    let text = |name: &str| asked.query.get(name).trim().to_owned();
    let filter =
        ListFilter { q: text("q"), kind: text("kind"), status: text("status"), source: text("source") };
    let console = asked.console();
    let counts = counts(&asked).await?;
    let surveyed = console.resources.survey::<Webhook>().await?;
    let environments = console.resources.survey::<Environment>().await?;
    let mut agents: Vec<_> = surveyed.iter().map(|one| one.agent.clone()).collect();
    agents.dedup();
    agents.sort_by_key(ToString::to_string);
    agents.dedup();
    if agents.is_empty() {
        agents.push(console.resources.own_agent());
    }
    let agents = agents.iter().map(|agent| {
        let place = Place::new("/console/webhooks", other(&console.resources, agent).as_deref());
        (agent.to_string(), place)
    });
    let agents = agents.collect();
    let mut rows: Vec<ListRow> =
        surveyed.iter().map(|one| dialogflow(&asked, one, &environments, &counts)).collect();
    rows.extend(events(&asked, &counts).await?);
    rows.retain(|row| is_wanted(row, &filter));
    rows.sort_by_cached_key(|row| (row.name.to_lowercase(), row.path.clone()));
    let found = rows.len();
    let pages = found.div_ceil(PAGE).max(1);
    let page = asked.query.get("page").parse::<usize>().unwrap_or(1).clamp(1, pages);
    let rows: Vec<ListRow> = rows.into_iter().skip((page - 1) * PAGE).take(PAGE).collect();
    let at = |page: usize| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let ListFilter { q, kind, status, source } = &filter;
        for (name, value) in [("q", q), ("kind", kind), ("status", status), ("source", source)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/console/webhooks?{}", query.append_pair("page", &page.to_string()).finish())
    };
    Shown::page(&ListPage {
        chrome: asked.chrome("Webhooks", Section::Webhooks),
        rows,
        found: format::number(found),
        previous: if page > 1 { at(page - 1) } else { String::new() },
        next: if page < pages { at(page + 1) } else { String::new() },
        unreadable: console.resources.unreadable(),
        agents,
        filter,
    })
}

/// What the log counts, by the webhooks' names.
pub(super) async fn counts(asked: &Asked) -> Result<BTreeMap<String, Counts>, Problem> {
    let Some(activity) = &asked.console().services.activity else { return Ok(BTreeMap::new()) };
    Ok(Count::Webhook.read(activity.store(), asked.console().clock.unix_micros(), 7).await?)
}

fn dialogflow(
    asked: &Asked,
    one: &Surveyed<Webhook>,
    environments: &[Surveyed<Environment>],
    counts: &BTreeMap<String, Counts>,
) -> ListRow {
    let resources = &asked.console().resources;
    let Surveyed { agent, id, resource, file, refused, .. } = one;
    let overriding = environments.iter().filter(|environment| {
        environment.agent == *agent && environment.resource.overrides_for(resource).is_some()
    });
    let counted = counts.get(&resource.display_name);
    let number = |number: i64| if number > 0 { format::number(number) } else { String::new() };
    ListRow {
        name: resource.display_name.clone(),
        path: webhook(resources, agent, id).here(),
        leads: leads(resource),
        kind: if resource.is_flexible() { "flexible" } else { "standard" },
        status: if resource.disabled { ("disabled", "idle") } else { ("enabled", "good") },
        refused: refused.clone().unwrap_or_default(),
        source: if file.is_some() { "file" } else { "api" },
        file: file.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
        agent: other(resources, agent).unwrap_or_default(),
        environments: overriding.map(|environment| environment.resource.display_name.clone()).collect(),
        calls: match counted {
            Some(counts) => format::number(counts.calls),
            // The agent calls a standard one itself; what this server does not call has no count.
            None if resource.is_flexible() => "0".to_owned(),
            None => String::new(),
        },
        failed: counted.map(|counts| number(counts.failed)).unwrap_or_default(),
        sparkline: counted.map(|counts| chart::sparkline(&counts.days, "calls by day")),
    }
}

/// Where a webhook leads, in one line; what stands before an @ may be a password.
pub(super) fn leads(webhook: &Webhook) -> String {
    let uri = webhook.generic_web_service().map_or("", |service| &service.uri);
    format!("{} {}", webhook.method(), crate::excerpt::without_userinfo(uri))
}

async fn events(asked: &Asked, counts: &BTreeMap<String, Counts>) -> Result<Vec<ListRow>, Problem> {
    let services = &asked.console().services;
    let exact = services.delivery.counts().await?;
    let snapshot = services.webhooks.snapshot();
    let row = |webhook: &std::sync::Arc<crate::delivery::webhook::Webhook>| {
        let counted = counts.get(&webhook.name);
        let failed = counted.map(|counts| counts.failed).filter(|failed| *failed > 0);
        ListRow {
            name: webhook.name.clone(),
            path: format!("/console/webhooks/events/{}", webhook.id),
            leads: format!(
                "{} {}",
                webhook.http_method,
                crate::excerpt::without_userinfo(&webhook.endpoint_text)
            ),
            kind: match webhook.connection {
                Connection::Events(_) => "events",
                Connection::Rules => "rules",
                Connection::None => "none",
            },
            status: if webhook.is_active() { ("active", "good") } else { ("inactive", "idle") },
            refused: String::new(),
            source: if webhook.created_by_app { "app" } else { "api" },
            file: String::new(),
            agent: String::new(),
            environments: Vec::new(),
            calls: format::number(exact.get(&webhook.id).copied().unwrap_or_default()),
            failed: failed.map(format::number).unwrap_or_default(),
            sparkline: counted.map(|counts| chart::sparkline(&counts.days, "calls by day")),
        }
    };
    Ok(snapshot.all().map(row).collect())
}

fn is_wanted(row: &ListRow, filter: &ListFilter) -> bool {
    let part = filter.q.to_lowercase();
    let status = match row.status.0 {
        "enabled" | "active" => "active",
        _ => "inactive",
    };
    let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
    (row.name.to_lowercase().contains(&part) || row.leads.to_lowercase().contains(&part))
        && is(&filter.kind, row.kind)
        && is(&filter.source, row.source)
        && (is(&filter.status, status) || filter.status == "refused" && !row.refused.is_empty())
}

/// Where a new webhook is made.
pub(super) fn new_path() -> String {
    format!("{DIALOGFLOW}/new")
}
