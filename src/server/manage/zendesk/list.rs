//! The list of webhooks: filtered, sorted, cut into pages.

use std::sync::Arc;

use super::answer::Answered;
use super::page::{self, Address, Place};
use super::problem::Problem;
use super::query::Query;
use super::shown::{self, Precision};
use crate::delivery::webhook::{Status, Webhook};
use crate::delivery::webhooks::Snapshot;
use crate::excerpt::excerpt;

pub(super) fn answer(snapshot: &Snapshot, query: &Query, address: &Address) -> Result<Answered, Problem> {
    let status = query.status.as_deref().map(status).transpose()?;
    let sort = sort(query.sort.as_deref())?;
    let part = query.name_contains.as_deref().unwrap_or_default().to_lowercase();
    let wanted = |webhook: &&Arc<Webhook>| {
        status.is_none_or(|status| webhook.status == status) && webhook.name.to_lowercase().contains(&part)
    };
    let mut list: Vec<(Place, &Arc<Webhook>)> = snapshot
        .all()
        .filter(wanted)
        .map(|webhook| {
            let key = match sort {
                "name" => webhook.name.to_lowercase(),
                "status" => webhook.status.to_string(),
                // As they were made.
                _ => String::new(),
            };
            ((key, webhook.id.to_string()), webhook)
        })
        .collect();
    list.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (page, beside) = page::cut(list, sort, query.unnumbered()?)?;
    let page = page.into_iter().map(|webhook| shown::webhook(webhook, Precision::Seconds)).collect();
    Ok(Answered::page("webhooks", page, address, query, &beside))
}

fn status(word: &str) -> Result<Status, Problem> {
    Status::of_word(word).ok_or_else(|| {
        let known = Status::WORDS.join(" or ");
        Problem::invalid("filter[status]", format!("expected {known}, found {:?}", excerpt(word, 100)))
    })
}

fn sort(word: Option<&str>) -> Result<&'static str, Problem> {
    match word {
        None => Ok(""),
        Some("name") => Ok("name"),
        Some("status") => Ok("status"),
        Some(other) => {
            Err(Problem::invalid("sort", format!("expected name or status, found {:?}", excerpt(other, 100))))
        }
    }
}
