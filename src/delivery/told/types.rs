//! The types of our events, and which of them somebody wants.

use crate::delivery::rules;
use crate::delivery::webhooks::Snapshot;

macro_rules! types {
    ($($name:ident = $text:literal;)*) => {
        $( pub(crate) const $name: &str = concat!("rejoinder:event-type:", $text); )*

        /// Every type, but for those of handlers.
        #[cfg(test)]
        pub(crate) const ALL: &[&str] = &[$($name),*];

        /// What a type is called where there is room for few: those of handlers share a word.
        pub(super) fn word(event_type: &str) -> &'static str {
            match event_type {
                $( $name => $text, )*
                _ => "custom",
            }
        }
    };
}

types! {
    STARTED = "conversation.started";
    TURN = "conversation.turn";
    HANDOFF = "conversation.handoff";
    ENDED = "conversation.ended";
    FAILED = "fulfillment.failed";
    TIMED_OUT = "fulfillment.timed_out";
    CIRCUIT_OPENED = "webhook.circuit_opened";
    CIRCUIT_CLOSED = "webhook.circuit_closed";
}

/// The type of an event that a handler calls by this name.
pub(crate) fn custom(name: &str) -> String {
    format!("rejoinder:event-type:custom.{name}")
}

/// The type of a failure with this code.
pub(super) fn of_failure(code: &str) -> &'static str {
    match code {
        "timed_out" | "deadline_exceeded" => TIMED_OUT,
        _ => FAILED,
    }
}

/// What somebody is told of calls.
#[expect(clippy::struct_excessive_bools, reason = "each is a type of its own")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) started: bool,
    pub(super) turn: bool,
    pub(super) handoff: bool,
    pub(super) ended: bool,
    pub(super) failed: bool,
    pub(super) timed_out: bool,
    /// Whether rules look at turns.
    pub(super) triggers: bool,
    /// Whether rules look at conversations.
    pub(super) automations: bool,
}

impl Wanted {
    pub(super) fn of(snapshot: &Snapshot, rules: &rules::Snapshot) -> Self {
        Self {
            started: snapshot.is_wanted(STARTED),
            turn: snapshot.is_wanted(TURN),
            handoff: snapshot.is_wanted(HANDOFF),
            ended: snapshot.is_wanted(ENDED),
            failed: snapshot.is_wanted(FAILED),
            timed_out: snapshot.is_wanted(TIMED_OUT),
            triggers: !rules.triggers().is_empty(),
            automations: !rules.automations().is_empty(),
        }
    }

    /// Whether every call must be known of, to tell those that are news.
    pub(super) fn needs_state(self) -> bool {
        self.started || self.turn || self.ended || self.automations
    }

    pub(super) fn has_failure(self, code: &str) -> bool {
        if of_failure(code) == TIMED_OUT { self.timed_out } else { self.failed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zendesk::event_types::{FAMILIES, OWN, is_known};

    #[test]
    fn what_is_told_is_what_can_be_subscribed_to() {
        let own = FAMILIES.iter().filter(|family| family.prefix == OWN);
        let all: Vec<String> = own
            .flat_map(|family| family.events.iter().map(|event| format!("{OWN}{}.{event}", family.name)))
            .collect();
        assert_eq!(all, ALL);
        assert_eq!(is_known(&custom("order_placed")), Ok(()));
        assert_eq!((word(TURN), word(&custom("x"))), ("conversation.turn", "custom"));
    }
}
