//! One row a tag or pattern.

use std::collections::{BTreeMap, HashMap};

use super::{DAYS, last_errors};
use crate::activity::agents::OfTag;
use crate::console::handlers::{HandlerRow, Kind};
use crate::fulfillment::Route;
use crate::server::console::Inner;
use crate::server::console::problem::Problem;

/// What is served, by tag, the fallback last. Counts are those of the log, or of this instance where there
/// is none; times are always of this instance.
pub(super) async fn all(
    inner: &Inner,
    calls: Option<&BTreeMap<String, OfTag>>,
    wanted: &str,
) -> Result<Vec<HandlerRow>, Problem> {
    let door = &inner.door;
    let fulfillment = door.fulfillment.load_full();
    let settings = inner.settings();
    // A tag belongs to the route that would answer it now.
    let mut by_route: HashMap<String, (OfTag, Vec<&str>)> = HashMap::new();
    for (tag, of_tag) in calls.into_iter().flatten() {
        let Some(route) = fulfillment.route(tag).filter(|_| !tag.is_empty()) else { continue };
        let (sum, tags) = by_route.entry(route.pattern().to_owned()).or_default();
        add(sum, of_tag);
        if of_tag.failed > 0 {
            tags.push(tag);
        }
    }
    let mut rows = Vec::new();
    let served = fulfillment.routes().into_iter().map(|route| (route, false));
    for (route, is_fallback) in served.chain(fulfillment.fallback().map(|route| (route, true))) {
        let webhook = settings.routes.iter().find(|known| known.tag == route.pattern());
        let webhook = webhook.map(|known| known.webhook.clone()).filter(|_| !is_fallback);
        let totals = route.calls(&door.metrics).totals();
        let in_i64 = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let counted =
            OfTag { calls: in_i64(totals.calls), failed: in_i64(totals.failed), ..OfTag::default() };
        let (sum, failed_tags) = match calls {
            Some(_) => by_route.remove(route.pattern()).unwrap_or_else(|| {
                let days = vec![0; usize::try_from(DAYS).unwrap_or_default()];
                (OfTag { days, ..OfTag::default() }, Vec::new())
            }),
            None => (counted, Vec::new()),
        };
        let row = HandlerRow {
            pattern: route.pattern().to_owned(),
            kind: kind(route, is_fallback),
            webhook,
            is_flexible: !door.flexible_path.is_empty() && route.needs_conversation().is_empty(),
            reads: route.parameters_read().to_vec(),
            sets: route.says_what_it_sets().then(|| route.parameters_set().to_vec()),
            calls: sum.calls,
            failed: sum.failed,
            days: sum.days,
            p50: totals.quantile(0.5),
            p99: totals.quantile(0.99),
            failed_tags: failed_tags.into_iter().map(str::to_owned).collect(),
            last_error: None,
        };
        if row.has(wanted) {
            rows.push(row);
        }
    }
    last_errors::fill(inner, &mut rows).await?;
    Ok(rows)
}

fn kind(route: &Route, is_fallback: bool) -> Kind {
    match () {
        () if is_fallback => Kind::Fallback,
        () if route.pattern().ends_with('*') => Kind::Prefix,
        () => Kind::Exact,
    }
}

fn add(sum: &mut OfTag, of_tag: &OfTag) {
    sum.calls += of_tag.calls;
    sum.failed += of_tag.failed;
    sum.days.resize(usize::try_from(DAYS).unwrap_or_default(), 0);
    for (sum, calls) in sum.days.iter_mut().zip(&of_tag.days) {
        *sum += calls;
    }
}
