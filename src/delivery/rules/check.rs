//! Whether what a rule notifies is there, and whether its templates fit it.

use super::{Content, Kind, Notification, Rule};
use crate::delivery::told::placeholders::Known;
use crate::delivery::webhook::{Connection, Method, RequestFormat, Webhook, WebhookId};
use crate::delivery::webhooks::Snapshot;
use crate::excerpt::excerpt;
use crate::nearest::nearest;
use crate::zendesk::Violation;
use crate::zendesk::template::{Form, Parameters, Template};

/// An action with its templates parsed.
#[derive(Debug)]
pub(super) enum Fitting {
    Body(Template),
    Parameters(Parameters),
}

/// What is wrong with the actions of a rule, as webhooks are now.
pub(crate) fn faults(kind: Kind, rule: &Rule, webhooks: &Snapshot) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (index, action) in rule.actions.iter().enumerate() {
        let place = format!("actions[{index}].value");
        let checked = webhook(action, webhooks).map_err(|description| (0, description));
        let checked =
            checked.and_then(|webhook| fit(kind, action, webhook).map_err(|description| (1, description)));
        if let Err((part, description)) = checked {
            violations.push(Violation::new(format!("{place}[{part}]"), description));
        }
    }
    violations
}

/// The webhook of an action, or why there is none to notify.
pub(super) fn webhook<'s>(action: &Notification, webhooks: &'s Snapshot) -> Result<&'s Webhook, String> {
    let found = action.webhook.parse().ok().and_then(|id: WebhookId| webhooks.get(&id));
    let found = found.ok_or_else(|| unknown(&action.webhook, webhooks))?;
    match found.connection {
        Connection::Rules => Ok(found),
        ref other => Err(format!(
            "the webhook {:?} ({}) is told by {}; expected one that rules notify: its subscriptions are \
             [\"conditional_ticket_events\"]",
            excerpt(&found.name, 100),
            found.id,
            other.noun()
        )),
    }
}

/// It was deleted, or somebody wrote its name.
fn unknown(id: &str, webhooks: &Snapshot) -> String {
    let mut all: Vec<_> = webhooks.all().filter(|webhook| webhook.connection == Connection::Rules).collect();
    all.sort_by_key(|webhook| webhook.id);
    let found = format!("there is no webhook {:?}", excerpt(id, 100));
    if all.is_empty() {
        return format!(
            "{found}, nor any that rules notify; create one whose subscriptions are \
                        [\"conditional_ticket_events\"]"
        );
    }
    let ids: Vec<String> = all.iter().map(|webhook| webhook.id.to_string()).collect();
    let meant = all
        .iter()
        .position(|webhook| webhook.name.eq_ignore_ascii_case(id))
        .or_else(|| ids.iter().position(|known| nearest(id, ids.iter().map(String::as_str)) == Some(known)));
    let meant = meant.map(|index| (excerpt(&all[index].name, 100), &ids[index]));
    let hint = meant.map(|(name, id)| format!("; did you mean {id} ({name:?})?")).unwrap_or_default();
    format!("{found}; expected the id of a webhook that rules notify{hint}")
}

/// Parses an action's templates in the form that its webhook sends.
pub(super) fn fit(kind: Kind, action: &Notification, webhook: &Webhook) -> Result<Fitting, String> {
    let bodiless = matches!(webhook.http_method, Method::Get | Method::Delete);
    let form = match webhook.request_format {
        _ if bodiless => Form::Parameter,
        RequestFormat::FormEncoded => Form::Parameter,
        RequestFormat::Json => Form::Json,
        RequestFormat::Xml => Form::Xml,
    };
    let sends = format!(
        "the webhook {:?} sends {} as {}",
        excerpt(&webhook.name, 100),
        webhook.http_method,
        webhook.request_format
    );
    match (&action.content, form) {
        (Content::Body(body), Form::Parameter) if body.trim().is_empty() => {
            Ok(Fitting::Parameters(Parameters::default()))
        }
        (Content::Body(_), Form::Parameter) => {
            Err(format!("{sends}; expected parameters, [[\"key\", \"value\"]], found a body"))
        }
        (Content::Pairs(pairs), Form::Parameter) => {
            Parameters::parse(pairs, &Known(kind)).map(Fitting::Parameters).map_err(|error| error.to_string())
        }
        (Content::Pairs(_), _) => Err(format!("{sends}; expected the text of a body, found parameters")),
        (Content::Body(body), form) => {
            Template::parse(body, form, &Known(kind)).map(Fitting::Body).map_err(|error| error.to_string())
        }
    }
}
