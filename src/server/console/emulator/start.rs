//! The form that a conversation begins with.

use super::read::{lines, object};
use super::talk::Begun;
use crate::console::Form;
use crate::console::emulator::{FormRow, StartForm};
use crate::console::form::Faults;
use crate::emulator::Start;
use crate::emulator::session::{FormParameter, Page, text_message};

/// How many parameters the page's form may have in the form that a conversation begins with.
pub(super) const ROWS: usize = 4;

/// What a conversation begins with, as it was written.
pub(super) fn written(form: &Form) -> StartForm {
    let text = |name: &str| form.get(name).trim().to_owned();
    let rows = form.all("row_name").zip(form.all("row_prompt")).zip(form.all("row_again"));
    let row = |((name, prompt), again): ((&str, &str), &str)| FormRow {
        name: name.trim().to_owned(),
        prompt: prompt.trim().to_owned(),
        again: again.trim().to_owned(),
    };
    let mut rows: Vec<FormRow> = rows.map(row).take(50).collect();
    rows.resize_with(rows.len().max(ROWS), FormRow::default);
    StartForm {
        name: text("name"),
        tag: text("tag"),
        webhook: text("webhook"),
        language: text("language"),
        channel: text("channel"),
        environment: text("environment"),
        session: text("session"),
        flow: text("flow"),
        page: text("page"),
        parameters: form.get("parameters").to_owned(),
        payload: form.get("payload").to_owned(),
        external: form.has("external"),
        told: form.has("told"),
        rows,
    }
}

/// What it comes to; where a transcript was sent along, over that.
pub(super) fn begun(form: &StartForm, from: Begun, faults: &mut Faults) -> Begun {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let mut begun =
        Begun { external: form.external, tag: form.tag.clone(), webhook: form.webhook.clone(), ..from };
    if !form.name.is_empty() {
        begun.name.clone_from(&form.name);
    }
    let Start { environment, session, language, channel, parameters, payload, flow, page, .. } =
        &mut begun.start;
    for (written, into) in [(&form.session, session), (&form.language, language), (&form.channel, channel)] {
        if !written.is_empty() {
            into.clone_from(written);
        }
    }
    for (written, into) in [(&form.environment, environment), (&form.flow, flow), (&form.page, page)] {
        if !written.is_empty() {
            *into = given(written);
        }
    }
    for (name, value) in lines(&form.parameters, "parameters", faults) {
        parameters.insert(name, value);
    }
    if let Some(written) = object(&form.payload, "payload", faults) {
        *payload = Some(written);
    }
    let fields: Vec<FormParameter> = form.rows.iter().filter(|row| !row.name.is_empty()).map(field).collect();
    if !fields.is_empty() {
        if form.page.is_empty() {
            faults.add("page", "Name the page that has this form.");
        }
        let described = Page { flow: form.flow.clone(), form: fields, ..Page::new(&form.page) };
        begun.pages.pages.push(described);
    }
    begun
}

fn field(row: &FormRow) -> FormParameter {
    let said = |text: &str| if text.is_empty() { Vec::new() } else { vec![text_message(text)] };
    FormParameter {
        prompt: said(&row.prompt),
        invalid: said(&row.again),
        ..FormParameter::required(&row.name)
    }
}
