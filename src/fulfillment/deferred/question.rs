//! What was asked, and by whom: a token alone collects nothing.

use serde_json::Value;

use super::{PENDING, TOKEN};
use crate::auth::Caller;
use crate::fulfillment::{Call, Route};
use crate::protocol::decode::same_name;

/// A call as far as its answer depends on it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Question {
    session: String,
    tag: String,
    caller: Caller,
    /// The parameters read, by name; all of them if it is not known which.
    parameters: Vec<(String, Value)>,
}

impl Question {
    pub(super) fn of(route: &Route, call: &Call) -> Self {
        let envelope = call.envelope();
        let reads = route.parameters_read();
        let is_read = |name: &str| {
            // A reference to `order.id` may mean that parameter, or the member of `order`.
            let head = name.split('.').next().unwrap_or(name);
            let read = |known: &String| {
                let known = known.split('.').next().unwrap_or(known);
                same_name(known, head)
            };
            let ours = same_name(name, PENDING) || same_name(name, TOKEN);
            !ours && (reads.is_empty() || reads.iter().any(read))
        };
        let mut parameters = Vec::new();
        for (name, value) in envelope.parameter_values().filter(|(name, _)| is_read(name)) {
            // What cannot be read is for the handler to tell.
            let value = value.to_value().unwrap_or_else(|_| value.text().into());
            // What is cleared is not there.
            if !value.is_null() {
                parameters.push((name.to_lowercase(), value));
            }
        }
        parameters.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self {
            session: envelope.session().into_owned(),
            tag: envelope.tag().into_owned(),
            caller: call.caller().clone(),
            parameters,
        }
    }
}
