//! What is asked about before it is done, and moving.

use serde_json::{Map, Value};

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::{find, list_path, path};
use crate::console::Section;
use crate::console::event_webhooks::confirm::ConfirmPage;
use crate::delivery::rules::{Kind, RuleError, Stored};

fn question(asked: &Asked, rule: &Stored, verb: &str, word: &str, button: &'static str) -> ConfirmPage {
    let chrome = asked.chrome(format!("{verb} “{}”?", rule.rule.title), Section::Triggers);
    let path = path(rule.id);
    ConfirmPage::new(chrome, format!("{path}/{word}"), button, path)
}

pub(super) async fn ask_activate(asked: Asked) -> Result<Shown, Problem> {
    let rule = find(&asked, asked.part("id")).await?;
    let page = question(&asked, &rule, "Activate", "activate", "Activate").line(match rule.kind {
        Kind::Trigger => "From now on it looks at every call of the agent.",
        Kind::Automation => "It begins with what becomes due from now on.",
    });
    Shown::page(&page)
}

pub(super) async fn activate(asked: Asked) -> Result<Shown, Problem> {
    switch(asked, true).await
}

pub(super) async fn ask_deactivate(asked: Asked) -> Result<Shown, Problem> {
    let rule = find(&asked, asked.part("id")).await?;
    let page = question(&asked, &rule, "Deactivate", "deactivate", "Deactivate")
        .line("It notifies nobody until it is activated. What it has notified is delivered all the same.");
    Shown::page(&page)
}

pub(super) async fn deactivate(asked: Asked) -> Result<Shown, Problem> {
    switch(asked, false).await
}

async fn switch(asked: Asked, to: bool) -> Result<Shown, Problem> {
    let rule = find(&asked, asked.part("id")).await?;
    let sent = Map::from_iter([("active".to_owned(), to.into())]);
    let rules = &asked.console().services.rules;
    match rules.update(rule.kind, asked.part("id"), &sent, &asked.edit()?).await {
        Ok(_) => Ok(Shown::done(&path(rule.id), if to { "activated" } else { "deactivated" })),
        Err(error @ RuleError::Invalid(_)) => {
            Err(Problem::Invalid(format!("It cannot be activated as it is, edit it first: {error}.")))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn ask_delete(asked: Asked) -> Result<Shown, Problem> {
    let rule = find(&asked, asked.part("id")).await?;
    let mut page = question(&asked, &rule, "Delete", "delete", "Delete")
        .line("It is gone for good. What it has notified is delivered all the same, and the audit trail keeps what it was.");
    page.is_danger = true;
    page.etag = rule.etag();
    Shown::page(&page)
}

pub(super) async fn delete(asked: Asked) -> Result<Shown, Problem> {
    let rule = find(&asked, asked.part("id")).await?;
    let rules = &asked.console().services.rules;
    rules.delete(rule.kind, &[rule.id.to_string()], &asked.edit()?).await?;
    Ok(Shown::done(list_path(rule.kind), "deleted"))
}

/// Changes places with the one before, or with the one behind.
pub(super) async fn shift(asked: Asked) -> Result<Shown, Problem> {
    let rule = find(&asked, asked.part("id")).await?;
    let rules = &asked.console().services.rules;
    let current = rules.current().await?;
    let all: Vec<_> = current.all(rule.kind).collect();
    let place = all.iter().position(|one| one.id == rule.id);
    let beside = match asked.form.get("to") {
        "up" => place.and_then(|place| place.checked_sub(1)),
        "down" => place.map(|place| place + 1),
        _ => return Err(Problem::Invalid("Expected up or down.".to_owned())),
    };
    let Some((place, beside)) = place.zip(beside.filter(|beside| *beside < all.len())) else {
        return Ok(Shown::done(list_path(rule.kind), "nothing"));
    };
    let (one, other) = (all[place], all[beside]);
    let edit = asked.edit()?;
    if one.position == other.position {
        // Only all of them together can be told apart.
        let mut ids: Vec<String> = all.iter().map(|rule| rule.id.to_string()).collect();
        ids.swap(place, beside);
        rules.reorder(rule.kind, &ids, &edit).await?;
    } else {
        let to = |rule: &Stored, position: i64| {
            (rule.id.to_string(), Map::from_iter([("position".to_owned(), Value::from(position))]))
        };
        let parts = [to(one, other.position), to(other, one.position)];
        rules.update_all(rule.kind, &parts, &edit).await?;
    }
    Ok(Shown::done(list_path(rule.kind), "moved"))
}
