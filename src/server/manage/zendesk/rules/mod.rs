//! Zendesk's API of business rules, under `/api/v2/triggers` and `/api/v2/automations`.
//!
//! As far as they notify webhooks; a preview, which Zendesk's has not, shows what would be sent. The
//! rules of rules are those of [`delivery::rules`](crate::delivery::rules).

mod list;
mod preview;
mod shown;
mod target;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answer::Answered;
use super::call::{objects_under, under};
use super::page::Address;
use super::problem::Problem;
use super::query::Query;
use crate::activity::Activity;
use crate::delivery::rules::{Kind, Part, Rules, Stored};
use crate::resources::Edit;

#[cfg(test)]
pub(crate) use target::PATHS;
pub(super) use target::RuleTarget;

/// The most rules that one call changes.
const MOST_AT_ONCE: usize = 1000;

/// What a call of rules is about.
#[derive(Debug)]
pub(super) struct Asked<'c> {
    pub(super) kind: Kind,
    pub(super) query: &'c Query,
    pub(super) address: &'c Address,
    pub(super) body: &'c [u8],
}

/// Does what is asked for.
pub(super) async fn answer(
    target: RuleTarget,
    rules: &Rules,
    activity: Option<&Activity>,
    edit: &Edit,
    asked: Asked<'_>,
) -> Result<Answered, Problem> {
    let Asked { kind, query, address, body } = asked;
    match target {
        RuleTarget::List { active } => {
            let webhooks = rules.webhooks().current().await?;
            list::answer(kind, active, (&*rules.current().await?, &*webhooks), query, address)
        }
        RuleTarget::Search => {
            if query.text.is_none() {
                return Err(Problem::invalid("query", "expected a part of the titles that are looked for"));
            }
            let webhooks = rules.webhooks().current().await?;
            list::answer(kind, false, (&*rules.current().await?, &*webhooks), query, address)
        }
        RuleTarget::Show(id) => one(rules, &*rules.get(kind, &id).await?, address).await,
        RuleTarget::Create => {
            let made = rules.create(kind, &under(body, kind.as_str())?, edit).await?;
            Ok(one(rules, &made, address).await?.made())
        }
        RuleTarget::Update(id) => {
            let changed = rules.update(kind, &id, &under(body, kind.as_str())?, edit).await?;
            one(rules, &changed, address).await
        }
        RuleTarget::Delete(id) => {
            rules.delete(kind, &[id], edit).await?;
            Ok(Answered::nothing())
        }
        RuleTarget::UpdateMany => {
            let parts = parts(kind, objects_under(body, kind.plural())?)?;
            some(kind, rules, &rules.update_all(kind, &parts, edit).await?, address).await
        }
        RuleTarget::DeleteMany => {
            let ids = query.ids.as_deref().unwrap_or_default();
            let ids: Vec<String> =
                ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
            few("ids", ids.len())?;
            rules.delete(kind, &ids, edit).await?;
            Ok(Answered::nothing())
        }
        RuleTarget::Reorder => {
            let ids = ids(body)?;
            few("trigger_ids", ids.len())?;
            some(kind, rules, &rules.reorder(kind, &ids, edit).await?, address).await
        }
        RuleTarget::Preview => preview::answer(kind, rules, activity, body).await,
    }
}

async fn one(rules: &Rules, rule: &Stored, address: &Address) -> Result<Answered, Problem> {
    let webhooks = rules.webhooks().current().await?;
    let body = json!({ rule.kind.as_str(): shown::rule(rule, &webhooks, address) });
    Ok(Answered::ok(body).tagged(rule.etag()))
}

async fn some(
    kind: Kind,
    rules: &Rules,
    changed: &[Arc<Stored>],
    address: &Address,
) -> Result<Answered, Problem> {
    let webhooks = rules.webhooks().current().await?;
    let list: Vec<Value> = changed.iter().map(|rule| shown::rule(rule, &webhooks, address)).collect();
    Ok(Answered::ok(json!({ kind.plural(): list, "count": list.len() })))
}

/// Several changes, each with the id of its rule.
fn parts(kind: Kind, objects: Vec<Map<String, Value>>) -> Result<Vec<Part>, Problem> {
    few(kind.plural(), objects.len())?;
    let part = |(index, object): (usize, Map<String, Value>)| match object.get("id").and_then(id) {
        Some(id) => Ok((id, object)),
        None => {
            let field = format!("{}[{index}].id", kind.plural());
            Err(Problem::invalid(&field, format!("expected the id of {}", kind.one())))
        }
    };
    objects.into_iter().enumerate().map(part).collect()
}

/// The order that was sent: `{"trigger_ids": [1, 2]}`.
fn ids(body: &[u8]) -> Result<Vec<String>, Problem> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let ids = value.get("trigger_ids").and_then(Value::as_array);
    let ids: Option<Vec<String>> = ids.and_then(|list| list.iter().map(id).collect());
    ids.ok_or_else(|| {
        Problem::invalid(
            "trigger_ids",
            "expected the ids of triggers in their order: {\"trigger_ids\": [1, 2]}",
        )
    })
}

/// An id, as a number or as its text.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => number.as_i64().map(|number| number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn few(field: &str, count: usize) -> Result<(), Problem> {
    if (1..=MOST_AT_ONCE).contains(&count) {
        return Ok(());
    }
    Err(Problem::invalid(field, format!("{count} of them; expected 1 to {MOST_AT_ONCE}")))
}
