//! What a webhook is told by.

use serde_json::Value;

use super::{Violation, event_types, members};
use crate::excerpt::excerpt;

/// How many event types a webhook may name.
const MOST_SUBSCRIPTIONS: usize = 200;

/// What a webhook is told by; fixed once it is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Connection {
    /// Nothing yet.
    None,
    /// Events of these types, or of a whole family (`….*`).
    Events(Vec<String>),
    /// Triggers and automations.
    Rules,
}

impl Connection {
    /// What it is called in messages.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::None => "nothing",
            Self::Events(_) => "events",
            Self::Rules => "triggers and automations",
        }
    }

    /// As `subscriptions` has it.
    pub(super) fn subscriptions(&self) -> Value {
        match self {
            Self::None => Value::Array(Vec::new()),
            Self::Events(types) => types.iter().map(String::as_str).collect(),
            Self::Rules => Value::Array(vec![event_types::RULES.into()]),
        }
    }

    /// Reads `subscriptions`; null and nothing are none.
    pub(super) fn read(value: Option<&Value>, violations: &mut Vec<Violation>) -> Option<Self> {
        const FIELD: &str = "subscriptions";
        let before = violations.len();
        let list = match value {
            None | Some(Value::Null) => return Some(Self::None),
            Some(Value::Array(list)) => list,
            Some(other) => {
                let found = members::kind(other);
                violations
                    .push(Violation::new(FIELD, format!("expected a list of event types, found {found}")));
                return None;
            }
        };
        if list.len() > MOST_SUBSCRIPTIONS {
            let length = list.len();
            violations.push(Violation::new(
                FIELD,
                format!(
                    "{length} event types; expected at most {MOST_SUBSCRIPTIONS}; `*` stands for all of a family"
                ),
            ));
            return None;
        }
        let mut types: Vec<String> = Vec::new();
        for (index, value) in list.iter().enumerate() {
            let field = format!("{FIELD}[{index}]");
            let Value::String(text) = value else {
                let found = members::kind(value);
                violations.push(Violation::new(field, format!("expected an event type, found {found}")));
                continue;
            };
            if types.contains(text) {
                violations.push(Violation::new(field, format!("{:?} stands here twice", excerpt(text, 150))));
            } else if text != event_types::RULES
                && let Err(description) = event_types::is_known(text)
            {
                violations.push(Violation::new(field, description));
            }
            types.push(text.clone());
        }
        let rules = types.iter().any(|one| one == event_types::RULES);
        if rules && types.iter().any(|one| one != event_types::RULES) {
            violations.push(Violation::new(
                FIELD,
                format!(
                    "{} stands alone: a webhook is told by events, or by triggers and automations",
                    event_types::RULES
                ),
            ));
        }
        match violations.len() == before {
            false => None,
            true if rules => Some(Self::Rules),
            true if types.is_empty() => Some(Self::None),
            true => Some(Self::Events(types)),
        }
    }
}
