//! The test panel: the request that is typed, and what came of it.

use std::sync::LazyLock;

use serde_json::Value;

use crate::console::form::{Faults, Form};

/// The turn in which a webhook is called, as it is typed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct TrialForm {
    pub(crate) tag: String,
    /// A JSON object.
    pub(crate) parameters: String,
    /// What the user did: `text`, `transcript`, `dtmf`, `event`, `intent`, or nothing.
    pub(crate) query_kind: String,
    pub(crate) query: String,
    pub(crate) language: String,
    pub(crate) page: String,
    pub(crate) flow: String,
    /// A JSON object.
    pub(crate) form: String,
    pub(crate) intent: String,
    /// A JSON object.
    pub(crate) intent_parameters: String,
    /// A JSON object.
    pub(crate) payload: String,
    pub(crate) session: String,
    /// Its id.
    pub(crate) environment: String,
    /// Those that there are, by id, the first one none at all.
    pub(crate) environments: Vec<(String, String)>,
    pub(crate) faults: Faults,
    /// Whether it can be sent by whoever looks at it.
    pub(crate) may_send: bool,
    /// Whether the webhook is flexible: its parameters come first then.
    pub(crate) flexible: bool,
    /// Whether what is called stands in the same form, and need not be saved.
    pub(crate) unsaved: bool,
}

/// What a sample is called in the form, and to people.
static SAMPLES: LazyLock<Vec<Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("samples.json")).unwrap_or_default());

impl TrialForm {
    /// What the form has before anything is typed: the parameters that the webhook reads, empty.
    pub(crate) fn new(reads: &[&str]) -> Self {
        let parameters: serde_json::Map<String, Value> =
            reads.iter().map(|name| ((*name).to_owned(), "".into())).collect();
        Self {
            parameters: written(&Value::Object(parameters)),
            language: "en".to_owned(),
            query_kind: "text".to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn read(form: &Form) -> Self {
        let text = |name: &str| form.get(name).trim().to_owned();
        Self {
            tag: text("turn_tag"),
            parameters: text("turn_parameters"),
            query_kind: text("turn_query_kind"),
            query: text("turn_query"),
            language: text("turn_language"),
            page: text("turn_page"),
            flow: text("turn_flow"),
            form: text("turn_form"),
            intent: text("turn_intent"),
            intent_parameters: text("turn_intent_parameters"),
            payload: text("turn_payload"),
            session: text("turn_session"),
            environment: text("turn_environment"),
            ..Self::default()
        }
    }

    /// A sample, in the place of what was typed.
    pub(crate) fn sample(id: &str) -> Option<Self> {
        let sample = SAMPLES.iter().find(|sample| sample["id"] == id)?;
        let text = |name: &str| sample[name].as_str().unwrap_or_default().to_owned();
        let json = |name: &str| if sample[name].is_null() { String::new() } else { written(&sample[name]) };
        Some(Self {
            tag: text("tag"),
            parameters: json("parameters"),
            query_kind: sample["query"][0].as_str().unwrap_or_default().to_owned(),
            query: sample["query"][1].as_str().unwrap_or_default().to_owned(),
            language: text("language"),
            page: text("page"),
            form: json("form"),
            intent: text("intent"),
            intent_parameters: json("intent_parameters"),
            payload: json("payload"),
            ..Self::default()
        })
    }

    pub(crate) fn samples(&self) -> Vec<(&'static str, &'static str)> {
        let text = |sample: &'static Value, name: &str| sample[name].as_str().unwrap_or_default();
        SAMPLES.iter().map(|sample| (text(sample, "id"), text(sample, "title"))).collect()
    }

    pub(crate) fn query_kinds(&self) -> [(&'static str, &'static str); 6] {
        [
            ("text", "Wrote"),
            ("transcript", "Said (transcript)"),
            ("dtmf", "Pressed keys"),
            ("event", "Event"),
            ("intent", "Intent of the caller"),
            ("", "Nothing"),
        ]
    }

    /// Whether something is typed that is seldom needed.
    pub(crate) fn has_more(&self) -> bool {
        let Self { page, flow, form, intent, intent_parameters, payload, session, .. } = self;
        let typed = [page, flow, form, intent, intent_parameters, payload, session];
        typed.iter().any(|text| !text.is_empty()) || !self.faults.is_empty()
    }
}

fn written(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Tried {
    /// It was not sent.
    Refused(String),
    Called(Box<Called>),
}

/// A call that was made, with secrets masked.
#[derive(Debug, Default)]
pub(crate) struct Called {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// The command that makes the same call, and the variables that it wants.
    pub(crate) curl: String,
    pub(crate) variables: String,
    /// None where there was no answer.
    pub(crate) answer: Option<Answer>,
    /// Why there was none.
    pub(crate) error: String,
    /// `webhook.error.…`; empty if the agent goes on.
    pub(crate) event: &'static str,
    pub(crate) reason: String,
    pub(crate) hint: String,
    /// What `webhookStatuses` gets.
    pub(crate) status: String,
    pub(crate) messages: Vec<(String, String)>,
    pub(crate) replaces: bool,
    /// The parameters that are set.
    pub(crate) set: Vec<(String, String)>,
    pub(crate) cleared: Vec<String>,
    pub(crate) form: Vec<String>,
    pub(crate) target: String,
    pub(crate) payload: String,
    /// Place and text.
    pub(crate) findings: Vec<(String, String)>,
    pub(crate) notes: Vec<String>,
    pub(crate) total: String,
    /// Its parts.
    pub(crate) phases: Vec<(&'static str, String)>,
    /// Its page in the log; empty where none is kept.
    pub(crate) invocation: String,
}

impl Called {
    pub(crate) fn changes_nothing(&self) -> bool {
        let lists =
            [self.messages.is_empty(), self.set.is_empty(), self.cleared.is_empty(), self.form.is_empty()];
        lists.iter().all(|empty| *empty) && self.target.is_empty() && self.payload.is_empty()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) size: String,
}

/// What came of it alone, for a script that puts it into the page.
#[derive(Debug, askama::Template)]
#[template(path = "webhooks/tried_only.html")]
pub(crate) struct TriedPart {
    pub(crate) tried: Option<Tried>,
    pub(crate) trial: TrialForm,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_fill_the_form() {
        let ids: Vec<_> = TrialForm::default().samples().iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, ["order", "form", "intent", "telephony", "event"]);
        for id in ids {
            let sample = TrialForm::sample(id).expect(id);
            assert!(serde_json::from_str::<Value>(&sample.parameters).expect(id).is_object());
            assert!(!sample.tag.is_empty() && !sample.query.is_empty(), "{id}");
        }
        assert_eq!(TrialForm::sample("other"), None);
        assert_eq!(TrialForm::new(&["city"]).parameters, "{\n  \"city\": \"\"\n}");
    }
}
