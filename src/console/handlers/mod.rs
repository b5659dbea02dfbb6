//! The served tags.

mod agent;

use std::time::Duration;

use askama::Template;

use super::Chrome;
use super::chart::{self, Svg};
use super::format::{Moment, duration, number, percent};
pub(crate) use agent::{AgentForm, AgentPage};

#[derive(Debug, Template)]
#[template(path = "handlers/page.html")]
pub(crate) struct HandlersPage {
    pub(crate) chrome: Chrome,
    /// Whether counts are those of the activity log.
    pub(crate) is_logged: bool,
    /// Where the agent calls.
    pub(crate) paths: Vec<String>,
    pub(crate) flexible_path: String,
    /// What is searched for.
    pub(crate) wanted: String,
    pub(crate) handlers: Vec<HandlerRow>,
    pub(crate) unserved: Vec<Unserved>,
    pub(crate) more_unserved: usize,
    /// The types of received events that handlers take.
    pub(crate) events: Vec<String>,
}

/// How a tag is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Exact,
    Prefix,
    Fallback,
}

/// A tag or pattern that is served.
#[derive(Debug)]
pub(crate) struct HandlerRow {
    pub(crate) pattern: String,
    pub(crate) kind: Kind,
    /// The webhook that answers it; none where code does.
    pub(crate) webhook: Option<String>,
    /// Whether flexible calls reach it.
    pub(crate) is_flexible: bool,
    pub(crate) reads: Vec<String>,
    /// None if it does not say so.
    pub(crate) sets: Option<Vec<String>>,
    pub(crate) calls: i64,
    pub(crate) failed: i64,
    /// By day; empty where nobody knows.
    pub(crate) days: Vec<i64>,
    pub(crate) p50: Option<Duration>,
    pub(crate) p99: Option<Duration>,
    /// Those of its tags whose calls failed.
    pub(crate) failed_tags: Vec<String>,
    pub(crate) last_error: Option<LastError>,
}

/// The last call of a tag that failed.
#[derive(Debug, Clone)]
pub(crate) struct LastError {
    /// The invocation's.
    pub(crate) id: String,
    pub(crate) at: Moment,
    pub(crate) code: String,
    pub(crate) message: String,
}

/// A tag that agents called, and that nobody served then.
#[derive(Debug)]
pub(crate) struct Unserved {
    pub(crate) tag: String,
    pub(crate) calls: i64,
    pub(crate) is_served_now: bool,
    /// The tag that was probably meant.
    pub(crate) nearest: Option<String>,
}

impl HandlerRow {
    /// Whether a text is somewhere in its names.
    pub(crate) fn has(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let sets = self.sets.iter().flatten();
        let mut names = [&self.pattern].into_iter().chain(&self.webhook).chain(&self.reads).chain(sets);
        text.is_empty() || names.any(|name| name.to_lowercase().contains(&text))
    }

    fn is_fallback(&self) -> bool {
        self.kind == Kind::Fallback
    }

    fn matching(&self) -> &'static str {
        match self.kind {
            Kind::Exact => "exact",
            Kind::Prefix => "prefix",
            Kind::Fallback => "fallback",
        }
    }

    /// Where its calls are told; those of a pattern have many tags, and no filter.
    fn activity(&self) -> Option<String> {
        (self.kind == Kind::Exact).then(|| activity_of(&self.pattern))
    }

    fn count(&self) -> String {
        number(self.calls)
    }

    fn share(&self) -> String {
        percent(self.failed, self.calls)
    }

    fn times(&self) -> String {
        let text = |time: Option<Duration>| time.map_or("–".to_owned(), |time| duration(micros(time)));
        format!("{} · {}", text(self.p50), text(self.p99))
    }

    fn exact_times(&self) -> String {
        let text =
            |time: Option<Duration>| time.map_or("none".to_owned(), |time| format!("{} µs", micros(time)));
        format!("p50 {}, p99 {}, between the bounds of /metrics", text(self.p50), text(self.p99))
    }

    fn sparkline(&self) -> Option<Svg> {
        (!self.days.is_empty()).then(|| chart::sparkline(&self.days, "calls of the last seven days"))
    }
}

impl Unserved {
    fn count(&self) -> String {
        number(self.calls)
    }

    fn activity(&self) -> String {
        activity_of(&self.tag)
    }
}

fn activity_of(tag: &str) -> String {
    let tag: String = url::form_urlencoded::byte_serialize(tag.as_bytes()).collect();
    format!("/console/activity?tag={tag}")
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
