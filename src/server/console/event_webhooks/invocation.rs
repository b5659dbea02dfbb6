//! One delivery, attempt by attempt.

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::{detail, named, path, trial};
use crate::access::Action;
use crate::activity::InvocationId;
use crate::console::Section;
use crate::console::event_webhooks::invocation::{AttemptView, InvocationPage};
use crate::console::event_webhooks::message::Message;
use crate::console::format::{Moment, duration};
use crate::delivery::ShownAttempt;
use crate::delivery::job::Source;

pub(super) const GONE: Problem = Problem::NotFound("such delivery; it may be older than activity.retention");

pub(super) async fn show(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let services = &asked.console().services;
    let id: InvocationId = asked.part("invocation").parse().map_err(|_| GONE)?;
    let found = services.delivery.invocation(&webhook.id, id).await?.ok_or(GONE)?;
    let attempts = services.delivery.attempts(&webhook.id, id).await?.unwrap_or_default();
    let rules = services.rules.current().await?;
    let (cause, rule) = detail::cause(&found, &rules);
    let event = match &found.source {
        Source::Event(id) => id.clone(),
        Source::Trigger(_) | Source::Automation(_) => String::new(),
    };
    Shown::page(&InvocationPage {
        chrome: asked.chrome(format!("Delivery to “{}”", webhook.name), Section::Webhooks),
        path: path(&webhook),
        name: webhook.name.clone(),
        id: id.to_string(),
        state: found.state.as_str(),
        kind: detail::kind(found.state),
        cause,
        rule,
        event,
        origin: found.origin.map(|origin| origin.to_string()),
        reason: detail::why(&found),
        created: Moment(found.created_at),
        completed: Moment(found.latest_completed_at),
        attempts: attempts.into_iter().map(attempt).collect(),
        may_replay: asked.may(Action::Manage) && !found.state.is_waiting(),
    })
}

fn attempt(one: ShownAttempt) -> AttemptView {
    let micros = u64::try_from(one.completed_at - one.started_at).unwrap_or_default();
    let line = one.status_code.map(|code| format!("Status {code}")).unwrap_or_default();
    AttemptView {
        number: one.number,
        state: one.state.as_str(),
        kind: detail::kind(one.state),
        code: one.status_code.map(|code| code.to_string()).unwrap_or_default(),
        error: one.error.unwrap_or_default(),
        started: Moment(one.started_at),
        took: duration(micros),
        took_exactly: format!("{micros} µs"),
        request: one.request.map(trial::request),
        response: one
            .response
            .map(|response| Message::new(line, response.headers, response.payload, response.truncated)),
    }
}
