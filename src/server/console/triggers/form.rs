//! Creating and editing, with a preview.

use std::sync::Arc;

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::{find, list_path, path, preview, read, words, words_of};
use crate::console::Section;
use crate::console::form::Faults;
use crate::console::triggers::PATH;
use crate::console::triggers::form::{ActionRow, Preview, RuleForm, RuleFormPage, WebhookChoice};
use crate::delivery::rules::{Kind, RuleError, Stored};
use crate::delivery::sends_parameters;
use crate::delivery::webhook::Connection;

/// An empty form, or that of a clone (`?from=ID`).
pub(super) async fn new(asked: Asked) -> Result<Shown, Problem> {
    let (kind, form) = match asked.query.some("from") {
        Some(id) => {
            let origin = find(&asked, id).await?;
            (origin.kind, read::cloned(&origin))
        }
        None => {
            let mut form = RuleForm { is_active: true, ..RuleForm::default() };
            if let Some(webhook) = asked.query.some("webhook") {
                form.actions.push(ActionRow { webhook: webhook.to_owned(), ..ActionRow::default() });
            }
            (kind(asked.query.get("kind")), form)
        }
    };
    let preview = preview::panel(&asked).await?;
    Shown::page(&page(&asked, kind, None, form, Faults::default(), preview).await?)
}

fn kind(word: &str) -> Kind {
    Kind::of_word(word).unwrap_or(Kind::Trigger)
}

pub(super) async fn create(asked: Asked) -> Result<Shown, Problem> {
    let kind = kind(asked.form.get("kind"));
    submitted(asked, kind, None).await
}

pub(super) async fn edit(asked: Asked) -> Result<Shown, Problem> {
    let rule = find(&asked, asked.part("id")).await?;
    let form = read::saved(&rule.rule, Some(rule.position));
    let preview = preview::panel(&asked).await?;
    Shown::page(&page(&asked, rule.kind, Some(&rule), form, Faults::default(), preview).await?)
}

pub(super) async fn save(asked: Asked) -> Result<Shown, Problem> {
    let rule = find(&asked, asked.part("id")).await?;
    submitted(asked, rule.kind, Some(rule)).await
}

async fn submitted(asked: Asked, kind: Kind, rule: Option<Arc<Stored>>) -> Result<Shown, Problem> {
    let rules = &asked.console().services.rules;
    let mut form = read::typed(&asked.form);
    let mut faults = Faults::default();
    let webhooks = rules.webhooks().current().await?;
    let sent = read::object(&form, kind, &webhooks);
    let mut preview = preview::panel(&asked).await?;
    let id = rule.as_ref().map(|rule| rule.id.to_string());
    if asked.form.get("do") == "preview" {
        let wrong = preview::make(&asked, kind, (id.as_deref(), &sent), &mut preview).await?;
        if !wrong.is_empty() {
            read::note(&wrong, &mut form, &mut faults);
            let told: Vec<_> = faults.all().iter().map(|(_, text)| text.as_str()).collect();
            preview.fault = told.join(" ");
        }
        // Beside the panel nothing is said yet: nothing was to be saved.
        let page = page(&asked, kind, rule.as_deref(), form, Faults::default(), preview).await?;
        return Shown::page(&page);
    }
    let edit = asked.edit()?;
    let made = match &id {
        Some(id) => rules.update(kind, id, &sent, &edit).await,
        None => rules.create(kind, &sent, &edit).await,
    };
    match made {
        Ok(made) => {
            let word = if id.is_some() { "saved" } else { "created" };
            return Ok(Shown::done(&path(made.id), word));
        }
        Err(RuleError::Invalid(violations)) => read::note(&violations, &mut form, &mut faults),
        Err(RuleError::Changed { .. }) => {
            let newest = find(&asked, asked.part("id")).await?;
            faults.add(
                "",
                "Somebody else has changed this rule in the meantime. Below is what you typed: saving it again \
                 replaces what they changed. To see that first, open the rule in another tab.",
            );
            let page = page(&asked, kind, Some(&newest), form, faults, preview).await?;
            return Ok(Shown::page(&page)?.with_status(actix_web::http::StatusCode::CONFLICT));
        }
        Err(error @ (RuleError::NotFound { .. } | RuleError::Store(_) | RuleError::Webhooks(_))) => {
            return Err(error.into());
        }
        Err(refused) => faults.add("", refused.to_string()),
    }
    Shown::refused(&page(&asked, kind, rule.as_deref(), form, faults, preview).await?)
}

async fn page(
    asked: &Asked,
    kind: Kind,
    rule: Option<&Stored>,
    form: RuleForm,
    faults: Faults,
    preview: Preview,
) -> Result<RuleFormPage, Problem> {
    let kind_words = words_of(kind);
    let title = match rule {
        Some(rule) => format!("Edit “{}”", rule.rule.title),
        None => format!("New {}", kind_words.one),
    };
    let webhooks = asked.console().services.rules.webhooks().current().await?;
    let mut choices: Vec<_> = webhooks
        .all()
        .filter(|webhook| webhook.connection == Connection::Rules)
        .map(|webhook| WebhookChoice {
            id: webhook.id.to_string(),
            text: format!(
                "{} ({} {}){}",
                webhook.name,
                webhook.http_method,
                webhook.request_format,
                if webhook.is_active() { "" } else { ", inactive" }
            ),
            sends_parameters: sends_parameters(webhook.http_method, webhook.request_format),
        })
        .collect();
    choices.sort_by_key(|one| one.text.to_lowercase());
    Ok(RuleFormPage {
        chrome: asked.chrome(title, Section::Triggers),
        kind: kind_words,
        action: rule.map_or_else(|| format!("{PATH}/new"), |rule| format!("{}/edit", path(rule.id))),
        back: rule.map_or_else(|| list_path(kind).to_owned(), |rule| path(rule.id)),
        etag: rule.map(Stored::etag).unwrap_or_default(),
        form: read::with_spare_rows(form, kind),
        faults,
        fields: words::choices(kind),
        operators: words::operators(),
        webhooks: choices,
        placeholders: words::placeholders(kind),
        preview,
    })
}
