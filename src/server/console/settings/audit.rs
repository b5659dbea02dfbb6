//! Who changed what.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::access::{Action, Filter, Line};
use crate::console::Section;
use crate::console::format::Moment;
use crate::console::settings::{AuditFilter, AuditLine, AuditPage, Tab, difference};
use crate::server::console::asked::Asked;
use crate::server::console::problem::Problem;
use crate::server::console::routes::Routes;
use crate::server::console::shown::Shown;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/settings/audit", Action::Administer, list);
}

/// How many lines a page has.
const PAGE: usize = 50;

async fn list(asked: Asked) -> Result<Shown, Problem> {
    let text = |name: &str| asked.query.some(name).map(str::to_owned);
    let before = match asked.query.some("before") {
        Some(before) => Some(before.parse().map_err(|_| Problem::NotFound("such page of the trail"))?),
        None => None,
    };
    let filter = Filter {
        kind: text("resource"),
        who: text("who"),
        action: text("action"),
        since: day(&asked, "since", 0)?,
        // The whole day counts.
        until: day(&asked, "until", 1)?,
        before,
        limit: PAGE + 1,
        ..Filter::default()
    };
    let mut lines = asked.console().door.access.trail(&filter).await?;
    // One more than the page has says that there is another one.
    let has_more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let given = |name: &str| asked.query.get(name).trim().to_owned();
    Shown::page(&AuditPage {
        chrome: asked.chrome("Audit trail", Section::Settings),
        tabs: Tab::Audit.among(true),
        next: lines.last().filter(|_| has_more).map(|last| last.id.clone()),
        is_first: filter.before.is_none(),
        filter: AuditFilter {
            resource: given("resource"),
            who: given("who"),
            action: given("action"),
            since: given("since"),
            until: given("until"),
        },
        lines: lines.into_iter().map(shown).collect(),
    })
}

/// The beginning of a day, in microseconds since 1970, some days later.
fn day(asked: &Asked, name: &str, later: i64) -> Result<Option<i64>, Problem> {
    const DAY: i64 = 86_400_000_000;
    let Some(text) = asked.query.some(name) else { return Ok(None) };
    let date = text.parse::<Date>().ok().and_then(|date| date.to_zoned(TimeZone::UTC).ok());
    let date = date.ok_or_else(|| {
        let text = crate::excerpt::excerpt(text, 50);
        Problem::Invalid(format!("{name}: expected a day such as 2026-11-30, found {text:?}."))
    })?;
    Ok(Some(date.timestamp().as_microsecond().saturating_add(later * DAY)))
}

fn shown(line: Line) -> AuditLine {
    let (changes, more) = difference(line.before.as_ref(), line.after.as_ref());
    AuditLine {
        at: Moment(line.at),
        actor: line.actor,
        actor_name: line.actor_name,
        role: line.role,
        action: line.action,
        resource: line.resource,
        request_id: line.request_id,
        changes,
        more,
    }
}
