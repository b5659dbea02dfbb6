//! What there is to know at a glance.

mod certificates;
mod trouble;

use crate::access::Action;
use crate::activity::agents;
use crate::console::Section;
use crate::console::overview::{Numbers, OverviewPage, Period};
use crate::server::console::asked::Asked;
use crate::server::console::problem::Problem;
use crate::server::console::routes::Routes;
use crate::server::console::shown::Shown;
use crate::server::example;
use crate::store::State;
use crate::telemetry::metrics::Past;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/", Action::View, show);
}

/// How many hours are told.
const HOURS: i64 = 7 * 24;

async fn show(asked: Asked) -> Result<Shown, Problem> {
    let inner = asked.console();
    let door = &inner.door;
    let now = inner.clock.unix_micros();
    let [hour, week] = door.metrics.past(now);
    // Who looks because the store fails need not wait for it.
    let log = door.activity.as_ref().filter(|_| door.store.state() != State::Failing);
    let troubles = trouble::all(inner, log, &hour).await;
    // Without the log, or where it cannot be read, this instance tells what it has seen. What waits to be
    // written is left to wait: people look often.
    let logged = match log {
        Some(activity) => agents::hourly(activity.store(), now, HOURS).await.ok(),
        None => None,
    };
    let uptime = u64::try_from(door.metrics.uptime().as_micros()).unwrap_or(u64::MAX);
    Shown::page(&OverviewPage {
        chrome: asked.chrome("Overview", Section::Overview),
        version: env!("CARGO_PKG_VERSION"),
        uptime,
        in_flight: door.lifecycle.in_flight().saturating_sub(1),
        is_lasting: door.store.is_configured(),
        is_logged: door.activity.is_some(),
        troubles,
        periods: [
            Period::hour(&numbers(&hour)),
            Period::week(&logged.map_or_else(|| numbers(&week), |logged| of_log(&logged, &week)), uptime),
        ],
        curl: curl(&asked),
    })
}

/// What this instance has seen.
fn numbers(past: &Past) -> Numbers {
    let in_i64 = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Numbers {
        is_logged: false,
        calls: past
            .parts
            .iter()
            .map(|part| (part.begins, in_i64(part.totals.calls), in_i64(part.totals.failed)))
            .collect(),
        p50: past.totals.quantile(0.5),
        p99: past.totals.quantile(0.99),
        slow: past.parts.iter().map(|part| part.totals.quantile(0.99)).collect(),
        shed: past.parts.iter().map(|part| in_i64(part.totals.shed)).collect(),
    }
}

/// The same, with calls as the log has them.
fn of_log(logged: &[agents::Hourly], past: &Past) -> Numbers {
    let calls = logged.iter().map(|hour| (hour.begins, hour.calls, hour.failed)).collect();
    Numbers { is_logged: true, calls, ..numbers(past) }
}

/// The call to paste; none if nothing would answer it.
fn curl(asked: &Asked) -> Option<String> {
    let inner = asked.console();
    let settings = inner.settings();
    let server = &settings.server;
    let base = if !server.public_url.is_empty() {
        server.public_url.trim_end_matches('/').to_owned()
    } else if server.admin_bind.is_some() {
        // Who looks may be where agents do not call.
        format!("{}://{}", if inner.tls { "https" } else { "http" }, server.bind)
    } else {
        asked.origin.clone()
    };
    let path = server.webhook_paths.first()?;
    let body = example::body(&inner.door.fulfillment.load(), settings.demo)?;
    Some(example::curl(&format!("{base}{path}"), &settings.auth.any_of, &body))
}
