//! Creating and editing a rule, with a preview of what it would send.

use askama::Template;

use super::Words;
use crate::console::Chrome;
use crate::console::event_webhooks::message::Message;
use crate::console::form::Faults;

/// What the form holds.
#[derive(Debug, Default, Clone)]
pub(crate) struct RuleForm {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) is_active: bool,
    pub(crate) position: String,
    /// Of automations: `session` or `call`.
    pub(crate) once_per: String,
    pub(crate) all: Vec<ConditionRow>,
    pub(crate) any: Vec<ConditionRow>,
    pub(crate) actions: Vec<ActionRow>,
}

/// A condition as it is typed.
#[derive(Debug, Default, Clone)]
pub(crate) struct ConditionRow {
    /// The field's name, or `params.` for a parameter.
    pub(crate) field: String,
    pub(crate) parameter: String,
    pub(crate) operator: String,
    pub(crate) value: String,
    pub(crate) fault: String,
}

/// An action as it is typed: what is sent is a body or parameters, as its webhook wants it.
#[derive(Debug, Default, Clone)]
pub(crate) struct ActionRow {
    pub(crate) webhook: String,
    pub(crate) body: String,
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) fault: String,
}

/// A field to choose.
#[derive(Debug)]
pub(crate) struct FieldChoice {
    pub(crate) name: &'static str,
    pub(crate) text: String,
    /// Its operators, with spaces between.
    pub(crate) operators: String,
    pub(crate) choices: &'static [&'static str],
    pub(crate) help: &'static str,
}

/// A webhook to notify.
#[derive(Debug)]
pub(crate) struct WebhookChoice {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) sends_parameters: bool,
}

#[derive(Debug, Template)]
#[template(path = "triggers/form.html")]
pub(crate) struct RuleFormPage {
    pub(crate) chrome: Chrome,
    pub(crate) kind: Words,
    pub(crate) action: String,
    pub(crate) back: String,
    /// Of the one that is edited; empty for a new one.
    pub(crate) etag: String,
    pub(crate) form: RuleForm,
    pub(crate) faults: Faults,
    pub(crate) fields: Vec<FieldChoice>,
    /// Every operator, as it is written and as it is read.
    pub(crate) operators: Vec<(&'static str, String)>,
    pub(crate) webhooks: Vec<WebhookChoice>,
    pub(crate) placeholders: Vec<String>,
    pub(crate) preview: Preview,
}

/// The panel with what would be sent.
#[derive(Debug, Default)]
pub(crate) struct Preview {
    /// Recent calls: ids and what they are known by.
    pub(crate) turns: Vec<(String, String)>,
    pub(crate) chosen: String,
    /// Why there is none.
    pub(crate) fault: String,
    pub(crate) result: Option<Rendered>,
}

/// What would be sent.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// The call that it is about.
    pub(crate) invocation: Option<String>,
    pub(crate) matches: Option<bool>,
    pub(crate) samples: Vec<String>,
    pub(crate) actions: Vec<RenderedAction>,
}

#[derive(Debug)]
pub(crate) struct RenderedAction {
    pub(crate) name: String,
    pub(crate) error: String,
    pub(crate) message: Option<Message>,
    pub(crate) pairs: Vec<(String, String)>,
}

impl RuleFormPage {
    /// Whether a webhook is there to be notified.
    pub(crate) fn knows(&self, webhook: &str) -> bool {
        self.webhooks.iter().any(|known| known.id == webhook)
    }

    /// The lists of conditions: their names in the form, headings, rows.
    pub(crate) fn conditions(&self) -> [(&'static str, &'static str, &[ConditionRow]); 2] {
        [
            ("all", "All of these must hold", &self.form.all),
            ("any", "And any one of these, if there are some", &self.form.any),
        ]
    }
}
