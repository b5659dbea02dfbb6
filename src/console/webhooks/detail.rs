//! Everything about one Dialogflow webhook.

use askama::Template;

use super::place::Place;
use super::trial::{TrialForm, Tried};
use crate::console::Chrome;
use crate::console::chart::Svg;
use crate::console::format::Moment;

/// A call of it, from the log.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) id: String,
    pub(crate) at: Moment,
    pub(crate) kind: &'static str,
    pub(crate) status: String,
    /// The badge's kind.
    pub(crate) badge: &'static str,
    pub(crate) code: String,
    pub(crate) tag: String,
    pub(crate) took: String,
}

/// An environment that overrides it.
#[derive(Debug)]
pub(crate) struct Overriding {
    pub(crate) name: String,
    pub(crate) path: String,
    /// What is different there: the fields' names.
    pub(crate) fields: Vec<String>,
    /// Empty for one that can be edited here.
    pub(crate) file: String,
}

/// A certificate that is trusted.
#[derive(Debug)]
pub(crate) struct Certificate {
    pub(crate) subject: String,
    pub(crate) until: Moment,
}

#[derive(Debug, Template)]
#[template(path = "webhooks/detail.html")]
pub(crate) struct DetailPage {
    pub(crate) chrome: Chrome,
    pub(crate) place: Place,
    pub(crate) display_name: String,
    /// `projects/…/webhooks/W`
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) disabled: bool,
    pub(crate) refused: String,
    pub(crate) flexible: bool,
    pub(crate) method: &'static str,
    pub(crate) uri: String,
    pub(crate) directory: String,
    /// For people, and exactly.
    pub(crate) timeout: (String, String),
    /// Who it says is calling, in words.
    pub(crate) credentials: Vec<String>,
    /// Names and values, of which secrets are `***`.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) body: String,
    pub(crate) mapping: Vec<(String, String)>,
    /// Each with its place and its code.
    pub(crate) remarks: Vec<(String, String, &'static str)>,
    /// The tags of routes that call it.
    pub(crate) routes: Vec<String>,
    pub(crate) overriding: Vec<Overriding>,
    pub(crate) calls: String,
    pub(crate) failed: String,
    pub(crate) sparkline: Option<Svg>,
    pub(crate) invocations: Vec<Invocation>,
    /// The log's page about it; empty where no log is kept.
    pub(crate) activity: String,
    pub(crate) try_action: String,
    pub(crate) trial: TrialForm,
    pub(crate) tried: Option<Tried>,
}
