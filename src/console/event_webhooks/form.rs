//! Creating and editing.

use askama::Template;

use super::trial::Panel;
use crate::console::Chrome;
use crate::console::form::Faults;

/// How many headers a webhook may have: each has its row.
pub(crate) const HEADERS: usize = 5;

/// How a webhook is told.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    #[default]
    Events,
    Rules,
}

/// What the form holds; secrets are never in it.
#[derive(Debug, Default, Clone)]
pub(crate) struct WebhookForm {
    pub(crate) told: Told,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) endpoint: String,
    pub(crate) http_method: String,
    pub(crate) request_format: String,
    pub(crate) is_active: bool,
    /// Event types that are chosen.
    pub(crate) subscriptions: Vec<String>,
    /// Those that have no box to tick, one a line.
    pub(crate) others: String,
    /// Empty, `api_key`, `basic_auth` or `bearer_token`.
    pub(crate) auth_type: String,
    /// The header's name, or the user's.
    pub(crate) auth_name: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// A family of event types.
#[derive(Debug)]
pub(crate) struct Family {
    /// The subscription to all of it.
    pub(crate) all: String,
    /// Such as `conversation`.
    pub(crate) name: &'static str,
    pub(crate) types: Vec<Type>,
}

/// A type to choose.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) event_type: String,
    pub(crate) name: String,
    pub(crate) description: String,
}

#[derive(Debug, Template)]
#[template(path = "event_webhooks/form.html")]
pub(crate) struct FormPage {
    pub(crate) chrome: Chrome,
    /// Where the form goes.
    pub(crate) action: String,
    /// Where one goes who does not want it.
    pub(crate) back: String,
    pub(crate) form: WebhookForm,
    /// None for a new one.
    pub(crate) saved: Option<Saved>,
    pub(crate) families: Vec<Family>,
    pub(crate) faults: Faults,
    pub(crate) panel: Panel,
    /// Whether the panel is offered.
    pub(crate) may_test: bool,
}

/// What is known of the one that is edited.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) etag: String,
    /// The kind of credentials that are stored; empty for none.
    pub(crate) auth_type: String,
    /// Whether an app made it, which may change it again.
    pub(crate) is_apps: bool,
    /// Whether it still can be chosen how it is told.
    pub(crate) is_open: bool,
}

/// Which connection a new one is to have: it is fixed later.
#[derive(Debug, Template)]
#[template(path = "event_webhooks/choose.html")]
pub(crate) struct ChoosePage {
    pub(crate) chrome: Chrome,
}

/// For those who may create and see nothing.
#[derive(Debug, Template)]
#[template(path = "event_webhooks/created.html")]
pub(crate) struct CreatedPage {
    pub(crate) chrome: Chrome,
    pub(crate) id: String,
}

impl FormPage {
    pub(crate) fn is_chosen(&self, event_type: &str) -> bool {
        self.form.subscriptions.iter().any(|chosen| chosen == event_type)
    }

    pub(crate) fn tells_events(&self) -> bool {
        self.form.told == Told::Events
    }

    /// Rows of headers: name, value, and what is wrong with each.
    pub(crate) fn header_rows(&self) -> Vec<(&str, &str, String)> {
        let rows = self.form.headers.iter().enumerate();
        rows.map(|(row, (name, value))| (&**name, &**value, self.faults.of(&format!("header_{row}"))))
            .collect()
    }

    /// Whether a secret of this kind is stored.
    pub(crate) fn has_secret(&self) -> bool {
        self.saved
            .as_ref()
            .is_some_and(|saved| !saved.auth_type.is_empty() && saved.auth_type == self.form.auth_type)
    }
}
