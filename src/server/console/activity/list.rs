//! `/console/activity`: what the filters find, and its rows alone.

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::log;
use crate::activity::query::{self, Filter, MOST_COUNTED, Wanted};
use crate::activity::view;
use crate::console::Section;
use crate::console::activity::{Filters, ListPage, Place, Row, RowsPart};
use crate::console::form::Faults;
use crate::console::format::number;
use crate::server::invocations::{self, FILTERS};
use crate::server::respond::{Refusal, Unmanaged};

/// What is asked for.
struct Wish {
    filter: Filter,
    wanted: Wanted,
}

/// Reads it, or says what is wrong with which field.
fn read(asked: &Asked, now: i64) -> Result<Wish, Faults> {
    let query = invocations::Asked::of_form(&asked.query);
    let read = query.filter(now).and_then(|filter| Ok(Wish { filter, wanted: query.wanted(false)? }));
    read.map_err(|refusal| faults(&refusal))
}

/// What is wrong, beside its field; sentences name the field first.
pub(super) fn faults(refusal: &Unmanaged) -> Faults {
    let mut faults = Faults::default();
    let message = match refusal {
        Unmanaged::Refusal(Refusal::Argument(message)) => message.clone(),
        other => other.to_string(),
    };
    let field = message.split_once(": ").map(|(field, _)| field).filter(|field| FILTERS.contains(field));
    faults.add(field.unwrap_or_default(), message.clone());
    faults
}

pub(super) async fn show(asked: Asked) -> Result<Shown, Problem> {
    let activity = log(&asked)?;
    let chrome = asked.chrome("Activity", Section::Activity);
    activity.flush().await;
    let store = activity.store();
    let words = query::words(store).await?;
    let wish = match read(&asked, activity.clock().unix_micros()) {
        Ok(wish) => wish,
        Err(faults) => {
            let filters = filters(&asked, &Filter::default());
            let place = Place { newest: "/console/activity".to_owned(), ..Place::default() };
            let (rows, count) = (Vec::new(), String::new());
            let page = ListPage { chrome, filters, faults, words, rows, count, is_short: false, place };
            return Shown::refused(&page);
        }
    };
    let page = query::page(store, &wish.filter, &wish.wanted).await?;
    let (count, is_whole) = query::count(store, &wish.filter).await?;
    let is_newest = wish.wanted.after.is_none() && wish.wanted.before.is_none() && !wish.wanted.oldest_first;
    let fields = fields(&asked, &wish.filter);
    let with = |path: &str, more: &[(&str, String)]| address(path, &fields, more);
    let cursor = |name, id: Option<_>| {
        id.map(|id: crate::activity::InvocationId| with("/console/activity", &[(name, id.to_string())]))
    };
    let (newer, older) =
        if wish.wanted.oldest_first { (page.after, page.before) } else { (page.before, page.after) };
    let (newer_name, older_name) =
        if wish.wanted.oldest_first { ("after", "before") } else { ("before", "after") };
    let place = Place {
        newer: cursor(newer_name, newer.filter(|_| !is_newest)),
        older: cursor(older_name, older),
        newest: with("/console/activity", &[]),
        tail: is_newest.then(|| with("/console/activity/tail", &[])),
        failed: with("/console/activity/replay", &[]),
        json: with("/api/invocations", &[]),
    };
    let page = ListPage {
        chrome,
        filters: filters(&asked, &wish.filter),
        faults: Faults::default(),
        words,
        is_short: page.rows.len() < wish.wanted.size,
        rows: page.rows.iter().map(Row::of).collect(),
        count: counted(count, is_whole),
        place,
    };
    Shown::page(&page)
}

/// The newest rows, which a script puts where they are missing.
pub(super) async fn tail(asked: Asked) -> Result<Shown, Problem> {
    let activity = log(&asked)?;
    let query = invocations::Asked::of_form(&asked.query);
    let filter = query.filter(activity.clock().unix_micros())?;
    activity.flush().await;
    let wanted = Wanted { size: 50, ..Wanted::default() };
    let page = query::page(activity.store(), &filter, &wanted).await?;
    Shown::page(&RowsPart { rows: page.rows.iter().map(Row::of).collect() })
}

fn counted(count: i64, is_whole: bool) -> String {
    let calls = if count == 1 { "invocation" } else { "invocations" };
    if count > MOST_COUNTED {
        format!("More than {} invocations", number(MOST_COUNTED))
    } else if is_whole {
        format!("{} {calls}", number(count))
    } else {
        format!("At least {} {calls}: so far was looked", number(count))
    }
}

/// The filters as an address has them: moments as such, so that "an hour ago" stays what it was.
pub(super) fn fields(asked: &Asked, filter: &Filter) -> Vec<(&'static str, String)> {
    let moment = |micros: Option<i64>| micros.map(view::time);
    let value = |name: &str| match name {
        "start" => moment(filter.start),
        "end" => moment(filter.end),
        _ => asked.query.some(name).map(str::to_owned),
    };
    // How the list is shown goes with it.
    let names = FILTERS.iter().chain(&["order", "page_size"]);
    names.filter_map(|name| Some((*name, value(name)?))).collect()
}

/// A path with a query.
pub(super) fn address(path: &str, fields: &[(&str, String)], more: &[(&str, String)]) -> String {
    if fields.is_empty() && more.is_empty() {
        return path.to_owned();
    }
    let query =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields.iter().chain(more)).finish();
    format!("{path}?{query}")
}

/// The filters as the form has them; what could not be read as it was sent.
pub(super) fn filters(asked: &Asked, filter: &Filter) -> Filters {
    let value = |name: &str| asked.query.some(name).unwrap_or_default().to_owned();
    let moment = |name: &str, micros: Option<i64>| {
        let text = micros.map(view::time).unwrap_or_else(|| value(name));
        // Seconds are as fine as the field is.
        if micros.is_some() { text.chars().take(19).collect() } else { text }
    };
    Filters {
        start: moment("start", filter.start),
        end: moment("end", filter.end),
        status: value("status"),
        kind: value("kind"),
        direction: value("direction"),
        status_code: value("status_code"),
        error_type: value("error_type"),
        webhook: value("webhook"),
        tag: value("tag"),
        environment: value("environment"),
        session: value("session"),
        text: value("text"),
    }
}
