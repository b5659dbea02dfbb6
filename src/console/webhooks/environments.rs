//! Environments, and what they change about webhooks.

use askama::Template;

use super::edit::Sheet;
use super::place::Place;
use crate::console::Chrome;
use crate::console::form::Faults;

/// One of the list.
#[derive(Debug)]
pub(crate) struct EnvironmentRow {
    pub(crate) display_name: String,
    pub(crate) path: String,
    pub(crate) description: String,
    pub(crate) agent: String,
    pub(crate) file: String,
    pub(crate) overrides: Vec<String>,
    pub(crate) refused: String,
}

#[derive(Debug, Template)]
#[template(path = "webhooks/environments.html")]
pub(crate) struct EnvironmentsPage {
    pub(crate) chrome: Chrome,
    pub(crate) rows: Vec<EnvironmentRow>,
}

/// What an environment changes about a webhook.
#[derive(Debug)]
pub(crate) struct OverrideRow {
    pub(crate) webhook: String,
    /// Names of fields and what they are there.
    pub(crate) fields: Vec<(String, String)>,
    /// Where it is edited.
    pub(crate) edit: String,
    /// Where it is deleted.
    pub(crate) delete: String,
}

/// A new environment, or one with its overrides.
#[derive(Debug, Template)]
#[template(path = "webhooks/environment.html")]
pub(crate) struct EnvironmentPage {
    pub(crate) chrome: Chrome,
    pub(crate) is_new: bool,
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) agent: String,
    pub(crate) display_name: String,
    pub(crate) description: String,
    pub(crate) etag: String,
    pub(crate) faults: Faults,
    pub(crate) conflict: bool,
    pub(crate) file: String,
    pub(crate) versions: Vec<String>,
    pub(crate) updated: String,
    pub(crate) overrides: Vec<OverrideRow>,
    /// Webhooks that it does not override yet: ids and names.
    pub(crate) others: Vec<(String, String)>,
}

/// The form of an override.
#[derive(Debug, Template)]
#[template(path = "webhooks/override.html")]
pub(crate) struct OverridePage {
    pub(crate) chrome: Chrome,
    pub(crate) sheet: Sheet,
    pub(crate) environment: String,
    pub(crate) webhook: String,
    /// For a new one: the webhook's id.
    pub(crate) webhook_id: String,
    pub(crate) action: String,
    pub(crate) back: String,
    /// Where it is deleted; empty for a new one.
    pub(crate) delete: String,
}
