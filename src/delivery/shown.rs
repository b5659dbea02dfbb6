//! What is shown of deliveries: invocations, and the attempts of one.

use super::job::{Source, State};
use crate::activity::InvocationId;

/// Which invocations of a webhook are wanted; all of these must hold.
#[derive(Debug, Default, Clone)]
pub(crate) struct InvocationFilter {
    /// One of these; empty for any.
    pub(crate) states: Vec<State>,
    /// From this moment on, by when its last attempt ended; microseconds since 1970.
    pub(crate) from: Option<i64>,
    /// Before this moment.
    pub(crate) to: Option<i64>,
}

/// A delivery, without what was sent.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub(crate) id: InvocationId,
    pub(crate) source: Source,
    pub(crate) origin: Option<InvocationId>,
    pub(crate) event_type: String,
    pub(crate) state: State,
    /// Of the last attempt; none where nothing was sent or nothing came back.
    pub(crate) status_code: Option<u16>,
    /// Why it ended without having arrived, if its attempts do not say so: a stable word.
    pub(crate) reason: Option<String>,
    /// How often it was sent.
    pub(crate) attempts: u32,
    /// Times are microseconds since 1970.
    pub(crate) created_at: i64,
    /// When its last attempt ended, or it was given up; until then when it was made.
    pub(crate) latest_completed_at: i64,
}

/// Invocations in the order of [`latest_completed_at`](Invocation::latest_completed_at), and where the
/// pages beside these begin.
#[derive(Debug, Default)]
pub(crate) struct InvocationPage {
    pub(crate) invocations: Vec<Invocation>,
    pub(crate) after: Option<InvocationId>,
    pub(crate) before: Option<InvocationId>,
}

/// One attempt as it may be shown: secrets in it are `***`, and bodies are cut.
#[derive(Debug, Clone)]
pub(crate) struct ShownAttempt {
    /// From 1, in the order of time.
    pub(crate) number: u32,
    pub(crate) id: InvocationId,
    pub(crate) state: State,
    /// A timeout has 504, which no receiver sent.
    pub(crate) status_code: Option<u16>,
    pub(crate) error: Option<String>,
    /// Times are microseconds since 1970.
    pub(crate) started_at: i64,
    pub(crate) completed_at: i64,
    /// None where nothing was sent.
    pub(crate) request: Option<ShownRequest>,
    /// None where nothing came back.
    pub(crate) response: Option<ShownResponse>,
}

#[derive(Debug, Clone)]
pub(crate) struct ShownRequest {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) payload: String,
    /// Whether there was more of the payload.
    pub(crate) truncated: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct ShownResponse {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) payload: String,
    pub(crate) truncated: bool,
}
