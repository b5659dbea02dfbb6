//! The choices where nobody says what the platform does.

use jiff::Timestamp;

/// How an agent is executed. The defaults are what recorded conversations or the guide make likely;
/// `docs/emulator.md` tells each with its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentOptions {
    /// Whether an intent wins over filling the parameter that is asked for. It does not by default.
    pub prefer_intents: bool,
    /// Whether any text fills the parameter that is asked for if its entity type expands automatically
    /// and nothing else fits. It does not by default.
    pub expand: bool,
    /// Whether conditions are looked at before the handler of a no-match, no-input or other event, as the
    /// guide's order has it. They are not by default, as in recorded conversations.
    pub conditions_on_events: bool,
    /// Whether going back to the previous page runs its entry fulfillment again. It does not by default.
    pub enter_previous_page: bool,
    /// The most transitions of one turn: 100.
    pub transitions: usize,
    /// The agent's name in requests, `projects/P/locations/L/agents/A`; empty for an example's.
    pub name: String,
    /// The time, if it stands still; the system's by default.
    pub now: Option<Timestamp>,
}

impl Default for AgentOptions {
    fn default() -> Self {
        Self {
            prefer_intents: false,
            expand: false,
            conditions_on_events: false,
            enter_previous_page: false,
            transitions: 100,
            name: String::new(),
            now: None,
        }
    }
}
