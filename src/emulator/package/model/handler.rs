//! Transition routes and event handlers: what is done when something is said, true or has happened.

use serde::Deserialize;

use super::exported::null_as_default;
use super::target::target;
use super::{Fulfillment, Target};

/// What is done when an intent matches, a condition holds, or both.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct TransitionRoute {
    /// Its id.
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    /// What its author says about it.
    #[serde(deserialize_with = "null_as_default")]
    pub description: String,
    /// The intent that must match, by display name.
    pub intent: Option<String>,
    /// The condition that must hold, as it is written.
    pub condition: Option<String>,
    /// What is said and done.
    #[serde(deserialize_with = "null_as_default")]
    pub trigger_fulfillment: Fulfillment,
    /// Where the conversation goes then, if it goes.
    #[serde(flatten, deserialize_with = "target")]
    pub target: Option<Target>,
}

/// What is done when an event has happened.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct EventHandler {
    /// Its id.
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    /// The event, such as `webhook.error.timeout` or `sys.no-match-default`.
    #[serde(deserialize_with = "null_as_default")]
    pub event: String,
    /// What is said and done.
    #[serde(deserialize_with = "null_as_default")]
    pub trigger_fulfillment: Fulfillment,
    /// Where the conversation goes then, if it goes.
    #[serde(flatten, deserialize_with = "target")]
    pub target: Option<Target>,
}

impl EventHandler {
    /// Whether it handles failures of webhooks.
    #[must_use]
    pub fn handles_webhook_errors(&self) -> bool {
        self.event == "webhook.error" || self.event.starts_with("webhook.error.")
    }
}
