//! One invocation with its attempts.

use askama::Template;

use super::super::chart::Svg;
use super::super::format::Moment;
use super::super::{Chrome, filters};
use super::{Difference, Event, Row};

#[derive(Debug, Template)]
#[template(path = "activity/one.html")]
pub(crate) struct OnePage {
    pub(crate) chrome: Chrome,
    pub(crate) row: Row,
    pub(crate) facts: Vec<Fact>,
    /// Why it failed, in full.
    pub(crate) error: String,
    /// What the agent made of it.
    pub(crate) event: String,
    /// Phases, with what each took.
    pub(crate) phases: Option<Svg>,
    pub(crate) attempts: Vec<Attempt>,
    /// How many attempts are not shown.
    pub(crate) more_attempts: usize,
    pub(crate) parameters: Option<Parameters>,
    /// The calls that were made for it.
    pub(crate) calls: Vec<Row>,
    /// What is known of a received event.
    pub(crate) received: Option<Event>,
    /// The `curl` command, or why there is none.
    pub(crate) curl: Result<String, String>,
    /// What the command needs, and what it lacks.
    pub(crate) curl_notes: Vec<String>,
    /// Whether bodies are shown as they are kept.
    pub(crate) raw: bool,
    /// Why it cannot be made again.
    pub(crate) not_replayable: Option<String>,
    /// What was just made of it.
    pub(crate) made: Option<Made>,
}

/// What came of making it again.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) id: String,
    /// None while a delivery waits.
    pub(crate) row: Option<Row>,
}

/// A fact, which may lead somewhere.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}

/// Parameters before and after.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) all: Vec<Difference>,
    /// How many there are beyond.
    pub(crate) more: usize,
    /// So many are shown of those that were changed, and of those that were not.
    pub(crate) most: usize,
}

impl Parameters {
    /// Those that the call changed.
    pub(crate) fn changed(&self) -> Vec<&Difference> {
        self.all.iter().filter(|one| one.change != "same").take(self.most).collect()
    }

    /// Those that it left.
    pub(crate) fn same(&self) -> Vec<&Difference> {
        self.all.iter().filter(|one| one.change == "same").take(self.most).collect()
    }

    /// How many are not shown.
    pub(crate) fn hidden(&self) -> usize {
        self.all.len() - self.changed().len() - self.same().len()
    }

    pub(crate) fn has_unkept(&self) -> bool {
        self.all.iter().any(|one| one.unkept)
    }
}

#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) number: usize,
    pub(crate) at: Moment,
    pub(crate) took: String,
    pub(crate) took_us: u64,
    pub(crate) status: String,
    pub(crate) badge: &'static str,
    pub(crate) status_code: Option<u16>,
    pub(crate) error: String,
    /// Connecting, waiting, reading.
    pub(crate) parts: Option<Svg>,
    pub(crate) request: Option<Message>,
    pub(crate) response: Option<Message>,
}

/// A request or a response.
#[derive(Debug)]
pub(crate) struct Message {
    /// The method with the address, or the status.
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) size: String,
    pub(crate) body: Body,
}

#[derive(Debug, Default)]
pub(crate) struct Body {
    /// None where there is none, or none is kept.
    pub(crate) text: Option<String>,
    /// What is not there, and why.
    pub(crate) notes: Vec<String>,
    /// Where all that is kept can be had as text.
    pub(crate) whole: String,
}
