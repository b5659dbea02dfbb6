//! What there is to know at a glance.

mod period;

use askama::Template;

use super::Chrome;
use super::format::{duration, number};
pub(crate) use period::{Numbers, Period};

#[derive(Debug, Template)]
#[template(path = "overview/page.html")]
pub(crate) struct OverviewPage {
    pub(crate) chrome: Chrome,
    pub(crate) version: &'static str,
    /// How long this instance has been running, in microseconds.
    pub(crate) uptime: u64,
    /// How many calls and pages it is answering.
    pub(crate) in_flight: usize,
    /// Whether there is a store that outlives the process.
    pub(crate) is_lasting: bool,
    /// Whether there is an activity log.
    pub(crate) is_logged: bool,
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) periods: [Period; 2],
    /// A call to paste; none if nothing is served.
    pub(crate) curl: Option<String>,
}

impl OverviewPage {
    fn up(&self) -> String {
        duration(self.uptime)
    }

    fn answering(&self) -> String {
        number(self.in_flight)
    }
}

/// Something that is unhealthy now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) what: String,
    /// What mends it.
    pub(crate) fix: String,
    /// Whether conversations suffer.
    pub(crate) is_serious: bool,
    /// The page that tells more; empty for none.
    pub(crate) place: String,
}

impl Trouble {
    pub(crate) fn serious(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what: what.into(), fix: fix.into(), is_serious: true, place: String::new() }
    }

    pub(crate) fn warning(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { is_serious: false, ..Self::serious(what, fix) }
    }

    pub(crate) fn at(self, place: impl Into<String>) -> Self {
        Self { place: place.into(), ..self }
    }
}
