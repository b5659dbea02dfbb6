//! Webhooks out of an agent's export.

use askama::Template;

use crate::console::Chrome;

/// A webhook that an export has.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) display_name: String,
    pub(crate) leads: String,
    pub(crate) kind: &'static str,
    /// Why it cannot be taken; empty if it can.
    pub(crate) skipped: String,
    /// What will surprise.
    pub(crate) notes: Vec<String>,
    /// How many fulfillments of the agent call it.
    pub(crate) used: usize,
    /// As it is sent back: the resource as JSON.
    pub(crate) json: String,
    pub(crate) chosen: bool,
}

/// What became of one that was chosen.
#[derive(Debug)]
pub(crate) struct Imported {
    pub(crate) display_name: String,
    /// Its page; empty if it was not taken.
    pub(crate) path: String,
    /// Why it was not.
    pub(crate) fault: String,
}

#[derive(Debug, Template)]
#[template(path = "webhooks/import.html")]
pub(crate) struct ImportPage {
    pub(crate) chrome: Chrome,
    /// The agent that gets them.
    pub(crate) agent: String,
    /// Why the file is none.
    pub(crate) fault: String,
    /// The agent whose export it is; empty before there is one.
    pub(crate) of: String,
    pub(crate) candidates: Vec<Candidate>,
    /// What became of them; empty before.
    pub(crate) imported: Vec<Imported>,
}
