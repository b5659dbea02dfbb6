//! The forms of a webhook: a new one, one that is edited, an environment's override of one.

use askama::Template;

use super::fields::Fields;
use super::trial::{TrialForm, Tried};
use crate::console::Chrome;
use crate::console::form::Faults;

/// What somebody else has changed in the meantime, beside what is in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) field: String,
    pub(crate) yours: String,
    pub(crate) theirs: String,
}

/// Where what was entered and what is stored now differ.
pub(crate) fn differences(yours: &Fields, theirs: &Fields) -> Vec<Difference> {
    let rows = |rows: &[(String, String)]| {
        let lines: Vec<_> = rows.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        lines.join("; ")
    };
    let lines = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = |fields: &Fields| {
        [
            ("Display name", fields.display_name.clone()),
            ("Timeout", fields.timeout.clone()),
            ("Disabled", if fields.disabled { "yes".to_owned() } else { "no".to_owned() }),
            ("Type", fields.kind.clone()),
            ("URI", fields.uri.clone()),
            ("HTTP method", fields.method.clone()),
            ("Request body", lines(&fields.body)),
            ("Parameter mapping", rows(&fields.mapping)),
            ("Request headers", rows(&fields.headers)),
            ("Headers from Secret Manager", rows(&fields.secret_headers)),
            ("User name", fields.username.clone()),
            ("User and password: secret version", fields.user_secret.clone()),
            ("OAuth client id", fields.oauth_client_id.clone()),
            ("Token endpoint", fields.oauth_endpoint.clone()),
            ("Client secret: secret version", fields.oauth_secret.clone()),
            ("Scopes", lines(&fields.oauth_scopes)),
            ("Service agent", fields.agent_auth.clone()),
            ("Service account", fields.service_account.clone()),
            ("Allowed CA certificates", lines(&fields.ca_certs)),
            ("Service Directory service", fields.directory.clone()),
        ]
    };
    let pairs = shown(yours).into_iter().zip(shown(theirs));
    let differing = pairs.filter(|((_, yours), (_, theirs))| yours != theirs);
    let short = |text: &str| crate::excerpt::excerpt(text, 400).into_owned();
    let difference = |((field, yours), (_, theirs)): ((&str, String), (&str, String))| Difference {
        field: field.to_owned(),
        yours: short(&yours),
        theirs: short(&theirs),
    };
    differing.map(difference).collect()
}

/// What both forms of a webhook show.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) fields: Fields,
    pub(crate) faults: Faults,
    /// Whether a password, and a client secret, are stored.
    pub(crate) held: (bool, bool),
    pub(crate) etag: String,
    /// Whether it was saved by somebody else in the meantime, and what differs.
    pub(crate) conflict: Option<Vec<Difference>>,
    /// Whether it is an override: what is empty stays as the webhook has it.
    pub(crate) partial: bool,
}

impl Sheet {
    pub(crate) fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        let kinds = [
            ("STANDARD", "Standard: Dialogflow's own request"),
            ("FLEXIBLE", "Flexible: any JSON API, with a request of its own"),
        ];
        self.or_nothing(&kinds)
    }

    pub(crate) fn methods(&self) -> Vec<(&'static str, &'static str)> {
        self.or_nothing(
            &["POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map(|word| (word, word)),
        )
    }

    pub(crate) fn agent_auths(&self) -> Vec<(&'static str, &'static str)> {
        let nothing = if self.partial { "As the webhook has it" } else { "Not said" };
        vec![
            ("", nothing),
            ("NONE", "None"),
            ("ID_TOKEN", "ID token"),
            ("ACCESS_TOKEN", "Access token (deprecated)"),
        ]
    }

    fn or_nothing(&self, options: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
        let nothing = self.partial.then_some(("", "As the webhook has it"));
        nothing.into_iter().chain(options.iter().copied()).collect()
    }

    pub(crate) fn password_help(&self) -> &'static str {
        match (self.held.0, self.fields.password.is_empty()) {
            (_, false) => "Type it again: what was typed is not sent back.",
            (true, true) => "Stored; leave empty to keep it. It goes when the webhook leads to another host.",
            (false, true) => "Deprecated by the platform; a secret version is better.",
        }
    }

    pub(crate) fn client_secret_help(&self) -> &'static str {
        match (self.held.1, self.fields.oauth_client_secret.is_empty()) {
            (_, false) => "Type it again: what was typed is not sent back.",
            (true, true) => "Stored; leave empty to keep it. It goes when tokens come from another host.",
            (false, true) => "A secret version is better, and wins if both are set.",
        }
    }
}

/// A new webhook, or one that is edited.
#[derive(Debug, Template)]
#[template(path = "webhooks/edit.html")]
pub(crate) struct EditPage {
    pub(crate) chrome: Chrome,
    pub(crate) sheet: Sheet,
    /// For a new one: the agent that gets it, in a field.
    pub(crate) agent: String,
    pub(crate) is_new: bool,
    /// Whether the settings name an agent.
    pub(crate) names_agent: bool,
    /// Where the form is sent.
    pub(crate) action: String,
    pub(crate) back: String,
    pub(crate) try_action: String,
    pub(crate) trial: TrialForm,
    pub(crate) tried: Option<Tried>,
}
