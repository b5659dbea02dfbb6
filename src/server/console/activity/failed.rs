//! `/console/activity/replay`: everything that failed since a moment is made again.

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::list::{address, faults, fields, filters};
use super::{by, log};
use crate::activity::query::Filter;
use crate::activity::{Activity, view};
use crate::console::Section;
use crate::console::activity::{FailedPage, TriedPage};
use crate::console::format::number;
use crate::server::invocations::{self, Failed, failed};

/// Where nobody says since when: an hour.
const USUAL: i64 = 3_600_000_000;
/// So many tags and webhooks are named.
const NAMES: usize = 50;

fn plural(count: usize, what: &str) -> String {
    format!("{} {what}{}", number(count as u64), if count == 1 { "" } else { "s" })
}

pub(super) async fn ask(asked: Asked) -> Result<Shown, Problem> {
    let activity = log(&asked)?;
    let now = activity.clock().unix_micros();
    let chrome = asked.chrome("Replay what failed", Section::Activity);
    let read = invocations::Asked::of_form(&asked.query).filter(now);
    let mut page = FailedPage {
        chrome,
        filters: filters(&asked, &Filter::default()),
        fault: String::new(),
        count: String::new(),
        by_name: Vec::new(),
        inner: 0,
        fields: Vec::new(),
        is_any: false,
    };
    let mut filter = match read {
        Ok(filter) => filter,
        Err(refusal) => {
            page.fault = faults(&refusal).all().iter().map(|(_, message)| message.as_str()).collect();
            return Shown::refused(&page);
        }
    };
    filter.start = filter.start.or(Some(now - USUAL));
    // What fails again from now on is not made again by the same wish.
    filter.end = Some(filter.end.map_or(now, |end| end.min(now)));
    page.filters = filters(&asked, &filter);
    page.fields = owned(fields(&asked, &filter));
    let found = failed(&asked.console().door, activity, &filter, None).await?;
    page.count = told(&found, &filter);
    page.is_any = found.count() > 0;
    page.inner = found.inner;
    let mut by_name: Vec<_> = found.by_name.into_iter().collect();
    by_name.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let others = by_name.iter().skip(NAMES).map(|(_, count)| count).sum::<usize>();
    by_name.truncate(NAMES);
    if others > 0 {
        by_name.push(("others".to_owned(), others));
    }
    page.by_name = by_name.into_iter().map(|(name, count)| (name, number(count as u64))).collect();
    Shown::page(&page)
}

fn told(found: &Failed, filter: &Filter) -> String {
    let since =
        filter.start.map(|start| crate::console::format::Moment(start).to_string()).unwrap_or_default();
    match found.count() {
        0 if found.more => format!(
            "Nothing that can be made again is among the first calls that failed since {since}; begin later."
        ),
        0 => format!("Nothing failed since {since}."),
        count if found.more => format!("{} at least failed since {since}.", plural(count, "call")),
        count => format!("{} failed since {since}.", plural(count, "call")),
    }
}

fn owned(fields: Vec<(&'static str, String)>) -> Vec<(String, String)> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(super) async fn make(asked: Asked) -> Result<Shown, Problem> {
    let activity: &Activity = log(&asked)?;
    let now = activity.clock().unix_micros();
    let mut filter = invocations::Asked::of_form(&asked.form).filter(now)?;
    // A form that says neither would mean the whole log.
    if filter.start.is_none() || filter.end.is_none() {
        return Err(Problem::Invalid("The form says not since when, or until when.".to_owned()));
    }
    filter.end = filter.end.map(|end| end.min(now));
    let after = asked.form.some("after").map(str::parse).transpose();
    let after =
        after.map_err(|_| Problem::Invalid("The form names no invocation to go on behind.".to_owned()))?;
    let found = failed(&asked.console().door, activity, &filter, after).await?;
    let more = found.more;
    let tried = found.make(&asked.console().door, activity, by(&asked)?).await?;
    let mut fields: Vec<_> =
        asked.form.pairs().filter(|(name, _)| *name != "csrf" && *name != "after").collect();
    let last = tried.last.map(|last| last.to_string()).unwrap_or_default();
    fields.push(("after", &last));
    let is_left = tried.left > 0 || more && tried.last.is_some();
    let page = TriedPage {
        chrome: asked.chrome("What was made again", Section::Activity),
        well: number(tried.well as u64),
        failed: number(tried.failed as u64),
        not: tried.not.into_iter().map(|(why, count)| (why, number(count as u64))).collect(),
        left: is_left
            .then(|| format!("{}{}", plural(tried.left, "call"), if more { " at least" } else { "" })),
        fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        made: address("/console/activity", &[("start", view::time(now))], &[]),
    };
    Shown::page(&page)
}
