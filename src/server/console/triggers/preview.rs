//! What a rule would send about a recent call.

use serde_json::{Map, Value};

use super::super::asked::Asked;
use super::super::problem::Problem;
use crate::activity::query::{self, Filter, Found, Wanted};
use crate::activity::status::Kind as Call;
use crate::console::event_webhooks::message::Message;
use crate::console::format::Moment;
use crate::console::triggers::form::{Preview, Rendered, RenderedAction};
use crate::delivery::Content;
use crate::delivery::rules::{Kind, RuleError};
use crate::delivery::told::preview::{self, PreviewError, Previewed};
use crate::excerpt::excerpt;
use crate::violation::Violation;

/// How many recent calls there are to choose from.
const RECENT: usize = 20;

/// The panel before anything is rendered.
pub(super) async fn panel(asked: &Asked) -> Result<Preview, Problem> {
    let mut panel = Preview { chosen: asked.form.get("turn").to_owned(), ..Preview::default() };
    if let Some(activity) = &asked.console().services.activity {
        activity.flush().await;
        let filter = Filter { kinds: vec![Call::Standard, Call::Flexible], ..Filter::default() };
        let wanted = Wanted { size: RECENT, ..Wanted::default() };
        let found = query::page(activity.store(), &filter, &wanted).await?;
        panel.turns = found.rows.iter().map(turn).collect();
    }
    Ok(panel)
}

fn turn(found: &Found) -> (String, String) {
    let at = Moment(found.id.micros());
    let (tag, session) = (excerpt(&found.tag, 60), excerpt(&found.session, 40));
    let session = if session.is_empty() { String::new() } else { format!(" · session {session}") };
    (found.id.to_string(), format!("{at} · {tag}{session} · {}", found.status))
}

/// Renders it, and tells what is wrong with the rule where it cannot be.
pub(super) async fn make(
    asked: &Asked,
    kind: Kind,
    rule: (Option<&str>, &Map<String, Value>),
    panel: &mut Preview,
) -> Result<Vec<Violation>, Problem> {
    let services = &asked.console().services;
    let turn = Some(panel.chosen.as_str()).filter(|id| !id.is_empty());
    match preview::of(kind, &services.rules, services.activity.as_ref(), rule, turn).await {
        Ok(made) => {
            panel.result = Some(Rendered {
                invocation: made.invocation,
                matches: made.matches,
                samples: made.samples,
                actions: made.actions.into_iter().map(action).collect(),
            });
        }
        Err(PreviewError::Rule(RuleError::Invalid(violations))) => return Ok(violations),
        Err(error @ PreviewError::NoCall { .. }) => panel.fault = error.to_string(),
        Err(PreviewError::Rule(error)) => return Err(error.into()),
        Err(PreviewError::Store(error)) => return Err(error.into()),
    }
    Ok(Vec::new())
}

fn action(Previewed { webhook, outcome }: Previewed) -> RenderedAction {
    match outcome {
        Ok(rendered) => {
            let line = format!("{} {}", rendered.method, rendered.format);
            let (message, pairs) = match rendered.content {
                Content::Body(body) => {
                    let text = String::from_utf8_lossy(&body).into_owned();
                    (Some(Message::new(line, Vec::new(), text, false)), Vec::new())
                }
                Content::Parameters(pairs) => (None, pairs),
            };
            RenderedAction { name: rendered.name, error: String::new(), message, pairs }
        }
        Err(unsent) => RenderedAction {
            name: webhook,
            error: format!("It would not be sent: {}.", unsent.description),
            message: None,
            pairs: Vec::new(),
        },
    }
}
