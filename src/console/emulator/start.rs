//! The page on which conversations begin.

use askama::Template;

use crate::console::Chrome;
use crate::console::form::Faults;
use crate::console::format::Moment;

#[derive(Debug, Template)]
#[template(path = "emulator/start.html")]
pub(crate) struct StartPage {
    pub(crate) chrome: Chrome,
    pub(crate) faults: Faults,
    pub(crate) form: StartForm,
    /// The tags that are served here.
    pub(crate) tags: Vec<String>,
    /// The webhooks that may be called: the value, and what people read.
    pub(crate) webhooks: Vec<(String, String)>,
    /// The display names of environments.
    pub(crate) environments: Vec<String>,
    /// The reader's own conversations.
    pub(crate) talks: Vec<TalkLine>,
    /// How many conversations one token may have, and for how many minutes one is kept.
    pub(crate) most: usize,
    pub(crate) minutes: u64,
}

/// A conversation in the list.
#[derive(Debug)]
pub(crate) struct TalkLine {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) begun: Moment,
}

/// What a conversation begins with, as it was written.
#[derive(Debug, Clone, Default)]
pub(crate) struct StartForm {
    pub(crate) name: String,
    pub(crate) tag: String,
    pub(crate) webhook: String,
    pub(crate) language: String,
    pub(crate) channel: String,
    pub(crate) environment: String,
    pub(crate) session: String,
    pub(crate) flow: String,
    pub(crate) page: String,
    pub(crate) parameters: String,
    pub(crate) payload: String,
    pub(crate) external: bool,
    /// Whether somebody says what an exported agent does, instead of executing it.
    pub(crate) told: bool,
    /// The form of the page.
    pub(crate) rows: Vec<FormRow>,
}

impl StartForm {
    /// Whether somebody has said more than what is called.
    pub(crate) fn has_more(&self) -> bool {
        let more = [&self.name, &self.channel, &self.environment, &self.session, &self.payload];
        self.external || more.into_iter().any(|text| !text.is_empty())
    }

    pub(crate) fn has_page(&self) -> bool {
        [&self.flow, &self.page].into_iter().any(|text| !text.is_empty())
            || self.rows.iter().any(|row| !row.name.is_empty())
    }
}

/// A parameter that the page's form collects.
#[derive(Debug, Clone, Default)]
pub(crate) struct FormRow {
    pub(crate) name: String,
    pub(crate) prompt: String,
    /// What asks again after a webhook has refused a value.
    pub(crate) again: String,
}
