//! What is unhealthy now, as far as this instance knows, and what mends it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::certificates;
use crate::activity::{Activity, failing};
use crate::console::format::{duration, number, percent};
use crate::console::overview::Trouble;
use crate::outbound::Secrets;
use crate::server::console::Inner;
use crate::store::State;
use crate::telemetry::metrics::{Metrics, Past};

/// Deliveries and events are usually late by less than a second.
const LATE: Duration = Duration::from_secs(60);
/// Calls that were refused so many minutes ago are about now.
const MINUTES: usize = 5;

/// Everything, what keeps agents from being answered first. `log` is the one to ask, if it can be asked.
pub(super) async fn all(inner: &Inner, log: Option<&Activity>, hour: &Past) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let door = &inner.door;
    if let Some(why) = door.auth.unready() {
        let what = format!("Callers cannot be judged yet: {why}.");
        troubles.push(Trouble::serious(
            what,
            "Calls are answered with 503 until then; `rejoinder doctor` says what Google must be told.",
        ));
    }
    if door.warned.load(Ordering::Relaxed) {
        let what = "Calls come through a proxy or tunnel, and no caller is checked: whoever reaches that can call your handlers.";
        troubles.push(Trouble::serious(what, "Configure [auth] any_of."));
    }
    for fault in inner.live.faults() {
        troubles.push(
            Trouble::serious(
                fault,
                "The tags that it is for are answered with 500. Mend the file, or the webhook on its page.",
            )
            .at("/console/handlers"),
        );
    }
    if door.store.state() == State::Failing {
        let fix = "Agents are answered all the same. The log says why (rejoinder::store); it is tried again by itself.";
        troubles.push(Trouble::serious("The store cannot be used.", fix));
    }
    certificates::look(inner, &mut troubles).await;
    secrets(inner.live.secrets(), &mut troubles);
    circuits(&door.metrics, &mut troubles);
    failing_webhooks(log, &mut troubles).await;
    late(&door.metrics, &mut troubles);
    overloaded(hour, &mut troubles);
    troubles
}

fn secrets(secrets: &Secrets, troubles: &mut Vec<Trouble>) {
    for (name, is_kept) in secrets.unreadable() {
        let what = format!("The secret {name} cannot be read.");
        let fix = "The account that this server runs as must be able to read it: `rejoinder doctor` prints the line that lets it.";
        troubles.push(if is_kept {
            Trouble::warning(what, format!("Its last value is used until then. {fix}"))
        } else {
            Trouble::serious(what, format!("What needs it fails. {fix}"))
        });
    }
}

fn circuits(metrics: &Metrics, troubles: &mut Vec<Trouble>) {
    for name in metrics.open_circuits() {
        let fix = "Its tags answer with their on_error, or raise an event, until it answers again; it is tried by itself.";
        let what = format!("{name} is left alone, since it failed too often.");
        troubles.push(Trouble::serious(what, fix).at(activity_of(&name)));
    }
    for name in metrics.open_delivery_circuits() {
        let fix = "What is to be delivered waits; the receiver is tried every five seconds.";
        let what = format!("The webhook {name} is sent nothing, since it failed too often.");
        troubles.push(Trouble::serious(what, fix).at(activity_of(&name)));
    }
}

async fn failing_webhooks(log: Option<&Activity>, troubles: &mut Vec<Trouble>) {
    let Some(activity) = log else { return };
    // That the store fails is told already.
    let found = failing::failing(activity.store(), activity.clock().unix_micros()).await.unwrap_or_default();
    for one in found {
        let (failed, calls) = (number(one.failed), number(one.calls));
        let what = format!(
            "{} fails: {failed} of {calls} calls in this hour and the one before ({}).",
            one.webhook,
            percent(one.failed, one.calls)
        );
        let fix = "Its failed calls say why; try it on its page once it is mended.";
        troubles.push(Trouble::warning(what, fix).at(activity_of(&one.webhook)));
    }
}

fn late(metrics: &Metrics, troubles: &mut Vec<Trouble>) {
    let [delivery, received] = metrics.lags();
    let told = |lag: Duration| duration(u64::try_from(lag.as_micros()).unwrap_or(u64::MAX));
    if delivery >= LATE {
        let fix = "A receiver is slow, or places are missing: see the webhooks' times, and delivery.max_concurrent.";
        let what = format!("Deliveries are late: one has been due for {}.", told(delivery));
        troubles.push(Trouble::warning(what, fix).at("/console/webhooks"));
    }
    if received >= LATE {
        let fix = "Their handlers take too long or fail; the log says which (rejoinder::receive).";
        let what = format!("Received events are late: one has been due for {}.", told(received));
        troubles.push(Trouble::warning(what, fix));
    }
}

fn overloaded(hour: &Past, troubles: &mut Vec<Trouble>) {
    let shed: u64 = hour.parts.iter().rev().take(MINUTES).map(|part| part.totals.shed).sum();
    if shed > 0 {
        let what = format!(
            "{} calls were refused in the last {MINUTES} minutes, because too many were in flight.",
            number(shed)
        );
        let fix = "Handlers wait for something slow, or more instances are needed; server.max_in_flight says how many calls there may be.";
        troubles.push(Trouble::serious(what, fix).at("/console/handlers"));
    }
    if hour.totals.lost > 0 {
        let what = format!(
            "{} calls or events of the last hour are not in the activity log, or nobody is told of them.",
            number(hour.totals.lost)
        );
        let fix = "The store was too slow or could not be reached: the log says which. activity.queue_memory bounds what waits for it.";
        troubles.push(Trouble::warning(what, fix));
    }
}

/// Where the failed calls of a webhook are told.
fn activity_of(webhook: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(webhook.as_bytes()).collect();
    format!("/console/activity?status=failed&webhook={name}")
}
