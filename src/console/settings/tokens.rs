//! The tokens of those who manage.

use askama::Template;

use super::TabLink;
use crate::console::Chrome;
use crate::console::form::Faults;
use crate::console::format::{Moment, number};

#[derive(Debug, Template)]
#[template(path = "settings/tokens.html")]
pub(crate) struct TokensPage {
    pub(crate) chrome: Chrome,
    pub(crate) tabs: Vec<TabLink>,
    /// Whether there is a store that outlives the process.
    pub(crate) is_lasting: bool,
    /// What is searched for.
    pub(crate) wanted: String,
    /// `active`, `expired`, `revoked` or `all`.
    pub(crate) state: String,
    /// How many there are of these.
    pub(crate) count: usize,
    /// From 1.
    pub(crate) page: usize,
    pub(crate) has_more: bool,
    pub(crate) rows: Vec<TokenRow>,
}

/// A token; its secret is known to nobody.
#[derive(Debug)]
pub(crate) struct TokenRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) state: &'static str,
    pub(crate) created_at: Moment,
    pub(crate) created_by: String,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) revoked_at: Option<Moment>,
    pub(crate) last_used_at: Option<Moment>,
    /// Whether whoever looks signed in with it.
    pub(crate) is_own: bool,
}

impl TokenRow {
    fn is_active(&self) -> bool {
        self.state == "active"
    }

    fn kind(&self) -> &'static str {
        if self.is_active() { "good" } else { "idle" }
    }
}

impl TokensPage {
    const STATES: [(&'static str, &'static str); 4] =
        [("active", "active"), ("expired", "expired"), ("revoked", "revoked"), ("all", "all")];

    fn counted(&self) -> String {
        format!("{} {}", number(self.count), if self.count == 1 { "token" } else { "tokens" })
    }

    /// The address of another page of these.
    fn at(&self, page: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("state", &self.state);
        if !self.wanted.is_empty() {
            query.append_pair("q", &self.wanted);
        }
        query.append_pair("page", &page.to_string());
        format!("/console/settings/tokens?{}", query.finish())
    }
}

/// Asks what a new one is to be.
#[derive(Debug, Template)]
#[template(path = "settings/token_new.html")]
pub(crate) struct NewPage {
    pub(crate) chrome: Chrome,
    pub(crate) roles: [(&'static str, &'static str); 4],
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) expires: String,
    pub(crate) faults: Faults,
}

/// Tells a new one, once.
#[derive(Template)]
#[template(path = "settings/token_made.html")]
pub(crate) struct MadePage {
    pub(crate) chrome: Chrome,
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) expires_at: Option<Moment>,
}

impl std::fmt::Debug for MadePage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadePage").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Asks whether it is meant.
#[derive(Debug, Template)]
#[template(path = "settings/token_revoke.html")]
pub(crate) struct RevokePage {
    pub(crate) chrome: Chrome,
    pub(crate) row: TokenRow,
}
