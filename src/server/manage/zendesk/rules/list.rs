//! The list of the rules of a kind: filtered, searched, sorted, cut into pages.

use std::sync::Arc;

use super::super::answer::Answered;
use super::super::page::{self, Address, Place};
use super::super::problem::Problem;
use super::super::query::Query;
use super::shown;
use crate::delivery::rules::{Kind, Snapshot, Stored};
use crate::delivery::webhooks;
use crate::excerpt::excerpt;

/// What a list can be sorted by.
const ORDERS: [&str; 4] = ["position", "alphabetical", "created_at", "updated_at"];

pub(super) fn answer(
    kind: Kind,
    active: bool,
    (rules, webhooks): (&Snapshot, &webhooks::Snapshot),
    query: &Query,
    address: &Address,
) -> Result<Answered, Problem> {
    let wanted = match query.active.as_deref() {
        None => active.then_some(true),
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(other) => {
            let found = excerpt(other, 100);
            return Err(Problem::invalid("active", format!("expected true or false, found {found:?}")));
        }
    };
    let text = query.text.as_deref().unwrap_or_default().to_lowercase();
    let order = order(query.sort_by.as_deref())?;
    let falls = falls(query.sort_order.as_deref(), order)?;
    let sort = if falls { format!("{order} desc") } else { order.to_owned() };
    let mut list: Vec<(Place, &Arc<Stored>)> = rules
        .all(kind)
        .filter(|rule| wanted.is_none_or(|active| rule.rule.active == active))
        .filter(|rule| text.is_empty() || rule.rule.title.to_lowercase().contains(&text))
        .map(|rule| (place(rule, order, falls), rule))
        .collect();
    list.sort_by(|(one, _), (other, _)| one.cmp(other));
    let count = list.len();
    if let Some(number) = query.page {
        let (page, next, previous) = page::numbered(list, number, query, address);
        let page = page.into_iter().map(|rule| shown::rule(rule, webhooks, address)).collect();
        return Ok(Answered::numbered(kind.plural(), (page, next, previous), count));
    }
    let (page, beside) = page::cut(list, &sort, query)?;
    let page = page.into_iter().map(|rule| shown::rule(rule, webhooks, address)).collect();
    Ok(Answered::page(kind.plural(), page, address, query, &beside).counted(count))
}

fn order(word: Option<&str>) -> Result<&'static str, Problem> {
    let word = word.unwrap_or(ORDERS[0]);
    ORDERS.into_iter().find(|known| *known == word).ok_or_else(|| {
        let expected = ORDERS.join(", ");
        Problem::invalid("sort_by", format!("expected one of {expected}, found {:?}", excerpt(word, 100)))
    })
}

/// Zendesk's times begin with the newest.
fn falls(word: Option<&str>, order: &str) -> Result<bool, Problem> {
    match word {
        None => Ok(order.ends_with("_at")),
        Some("asc") => Ok(false),
        Some("desc") => Ok(true),
        Some(other) => {
            let found = excerpt(other, 100);
            Err(Problem::invalid("sort_order", format!("expected asc or desc, found {found:?}")))
        }
    }
}

/// Where a rule stands, as texts that are in that order.
fn place(rule: &Stored, order: &str, falls: bool) -> Place {
    let number = |number: i64| format!("{:020}", if falls { i64::MAX - number } else { number });
    let key = match order {
        "alphabetical" if falls => {
            // Every byte the other way round; what is longer comes first.
            let title = rule.rule.title.to_lowercase();
            title.bytes().map(|byte| format!("{:02x}", 255 - byte)).chain(["~".to_owned()]).collect()
        }
        "alphabetical" => rule.rule.title.to_lowercase(),
        "created_at" => number(rule.created_at),
        "updated_at" => number(rule.updated_at),
        _ => number(rule.position),
    };
    (key, number(rule.id))
}
