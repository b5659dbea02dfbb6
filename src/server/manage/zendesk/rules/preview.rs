//! What a rule would send about a recent turn, which nobody is sent.

use serde_json::{Map, Value, json};

use super::super::answer::Answered;
use super::super::call::under;
use super::super::problem::{Code, Problem};
use super::id;
use crate::activity::query::{self, Filter, Wanted, Whole};
use crate::activity::status::Kind as Call;
use crate::activity::{Activity, InvocationId};
use crate::delivery;
use crate::delivery::rules::{self, Kind, Rule, Rules, Sampled, Unsent};
use crate::delivery::told::kept::Kept;
use crate::excerpt::excerpt;

/// Renders the rule in the body, or the one that is saved under its id with what is sent in its place.
pub(super) async fn answer(
    kind: Kind,
    rules: &Rules,
    activity: Option<&Activity>,
    body: &[u8],
) -> Result<Answered, Problem> {
    let sent = under(body, kind.as_str())?;
    let saved = match sent.get("id").and_then(id) {
        Some(id) => Some(rules.get(kind, &id).await?),
        None => None,
    };
    let before = saved.as_ref().map(|saved| &saved.rule);
    let rule = Rule::read(kind, &sent, before).map_err(rules::RuleError::Invalid)?;
    let asked = invocation(body)?;
    let kept = match recent(activity, asked.as_deref()).await? {
        Some(whole) => Kept::of(&whole, rules.messages_key()),
        None => Kept::none(),
    };
    let webhooks = rules.webhooks().current().await?;
    let event = kept.envelope(&rule, saved.map(|saved| saved.id).unwrap_or_default(), rules.account_id());
    let sampled = Sampled::of(kind, &rule.actions, &webhooks, &event);
    let actions: Vec<Value> = rule
        .actions
        .iter()
        .map(|action| match rules::render(kind, action, &webhooks, &sampled) {
            Ok(rendered) => {
                let webhook = rendered.webhook;
                let mut shown = json!({
                    "webhook_id": webhook.id.as_str(),
                    "http_method": webhook.http_method.as_str(),
                    "request_format": webhook.request_format.as_str(),
                });
                match rendered.content {
                    delivery::Content::Body(body) => shown["body"] = String::from_utf8_lossy(&body).into(),
                    delivery::Content::Parameters(pairs) => shown["parameters"] = json!(pairs),
                }
                shown
            }
            Err(Unsent { why, description }) => {
                json!({ "webhook_id": action.webhook, "error": why, "description": description })
            }
        })
        .collect();
    let samples: Vec<&str> = sampled.samples().collect();
    let mut preview = Map::new();
    preview.insert("invocation_id".to_owned(), Some(kept.id()).filter(|id| !id.is_empty()).into());
    preview.insert("matches".to_owned(), kept.holds(kind, &rule).into());
    preview.insert("samples".to_owned(), json!(samples));
    preview.insert("actions".to_owned(), actions.into());
    Ok(Answered::ok(json!({ "preview": preview })))
}

/// The call that is asked for.
fn invocation(body: &[u8]) -> Result<Option<String>, Problem> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    match value.get("invocation_id") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id)) => Ok(Some(id.clone())),
        Some(_) => Err(Problem::invalid("invocation_id", "expected the id of a call in the activity log")),
    }
}

/// That call, or the newest one; none if the log has none.
async fn recent(activity: Option<&Activity>, asked: Option<&str>) -> Result<Option<Whole>, Problem> {
    let Some(activity) = activity else { return Ok(None) };
    activity.flush().await;
    let store = activity.store();
    let id = match asked {
        Some(asked) => {
            let none = || {
                let shown = excerpt(asked, 100);
                Problem::new(Code::RecordNotFound, format!("The activity log has no call {shown:?}."))
            };
            let id: InvocationId = asked.parse().map_err(|_| none())?;
            let whole = query::one(store, id).await?.ok_or_else(none)?;
            return Ok(Some(whole));
        }
        None => {
            let filter = Filter { kinds: vec![Call::Standard, Call::Flexible], ..Filter::default() };
            let wanted = Wanted { size: 1, ..Wanted::default() };
            query::page(store, &filter, &wanted).await?.rows.first().map(|found| found.id)
        }
    };
    match id {
        Some(id) => Ok(query::one(store, id).await?),
        None => Ok(None),
    }
}
