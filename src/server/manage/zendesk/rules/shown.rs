//! A rule as answers have it.

use serde_json::{Value, json};

use super::super::page::Address;
use super::super::shown::{Precision, time};
use crate::delivery::rules::{self, Stored};
use crate::delivery::webhooks::Snapshot;

/// With what has become wrong with it since it was saved.
pub(super) fn rule(stored: &Stored, webhooks: &Snapshot, address: &Address) -> Value {
    let mut shown = stored.shown();
    let mut set = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    set("id", stored.id.into());
    set("url", address.of_api(&format!("{}/{}.json", stored.kind.plural(), stored.id)).into());
    set("raw_title", stored.rule.title.as_str().into());
    set("default", false.into());
    set("created_at", time(stored.created_at, Precision::Seconds).into());
    set("updated_at", time(stored.updated_at, Precision::Seconds).into());
    let faults: Vec<Value> = rules::faults(stored.kind, &stored.rule, webhooks)
        .into_iter()
        .map(|fault| json!({ "field": fault.field, "description": fault.description }))
        .collect();
    if !faults.is_empty() {
        set("faults", faults.into());
    }
    shown.into()
}
