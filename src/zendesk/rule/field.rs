//! What conditions are about: fields, the kinds of their values, and the operators of each kind.

use std::fmt;

use super::Kind;
use crate::nearest::nearest;
use crate::zendesk::words::words;

words! {
    /// How a field is compared with a value.
    Operator {
        Is = "is",
        IsNot = "is_not",
        LessThan = "less_than",
        GreaterThan = "greater_than",
        Includes = "includes",
        NotIncludes = "not_includes",
        Present = "present",
        NotPresent = "not_present",
        Changed = "changed",
        NotChanged = "not_changed",
    }
}

/// What a field's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    /// One of some words.
    Word(&'static [&'static str]),
    Number,
    /// Any number of some words.
    Words(&'static [&'static str]),
    /// Minutes since something happened.
    Minutes,
    /// Whatever a parameter has.
    Any,
}

/// The kinds of messages, as conditions name them.
pub(crate) const MESSAGES: &[&str] = &[
    "text",
    "payload",
    "conversation_success",
    "output_audio_text",
    "live_agent_handoff",
    "end_interaction",
    "play_audio",
    "mixed_audio",
    "telephony_transfer_call",
    "knowledge_info_card",
    "tool_call",
];

const INPUTS: &[&str] = &["text", "transcript", "dtmf", "event", "intent"];

/// Of a turn, for triggers.
const TURN: &[(&str, Type)] = &[
    ("tag", Type::Text),
    ("intent", Type::Text),
    ("page", Type::Text),
    ("flow", Type::Text),
    ("agent", Type::Text),
    ("environment", Type::Text),
    ("session", Type::Text),
    ("channel", Type::Text),
    ("language", Type::Text),
    ("input", Type::Word(INPUTS)),
    ("sentiment", Type::Number),
    ("outcome", Type::Text),
    ("failure", Type::Text),
    ("status", Type::Number),
    ("message", Type::Words(MESSAGES)),
];

/// Of a conversation, for automations.
const CONVERSATION: &[(&str, Type)] = &[
    (LAST_CALL, Type::Minutes),
    (HANDOFF, Type::Minutes),
    (FAILURE, Type::Minutes),
    ("agent", Type::Text),
    ("environment", Type::Text),
    ("session", Type::Text),
    ("calls", Type::Number),
    ("state", Type::Word(&["going_on", "ended"])),
];

pub(crate) const LAST_CALL: &str = "minutes_since_last_call";
pub(crate) const HANDOFF: &str = "minutes_since_handoff";
pub(crate) const FAILURE: &str = "minutes_since_failure";

/// What the fields of parameters begin with.
pub(crate) const PARAMS: &str = "params.";
/// The longest name of a parameter, in bytes.
const LONGEST_NAME: usize = 256;

/// What a condition is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    Known(&'static str, Type),
    /// A session parameter, by its name or by a path into it, such as `city.name`.
    Parameter(String),
}

impl Field {
    /// The field of this name, or the nearest.
    pub(super) fn of(kind: Kind, name: &str) -> Result<Self, Option<&'static str>> {
        let known = fields(kind);
        if let Some((name, of)) = known.iter().find(|(known, _)| *known == name) {
            return Ok(Self::Known(name, *of));
        }
        let parameter = name.strip_prefix(PARAMS).filter(|rest| !rest.is_empty());
        match parameter.filter(|rest| kind == Kind::Trigger && rest.len() <= LONGEST_NAME) {
            Some(parameter) => Ok(Self::Parameter(parameter.to_owned())),
            None => Err(nearest(name, known.iter().map(|(name, _)| *name))),
        }
    }

    pub(crate) fn of_type(&self) -> Type {
        match self {
            Self::Known(_, of) => *of,
            Self::Parameter(_) => Type::Any,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(name, _) => f.write_str(name),
            Self::Parameter(name) => write!(f, "{PARAMS}{name}"),
        }
    }
}

/// The fields that rules of a kind have; triggers have parameters besides.
pub(crate) fn fields(kind: Kind) -> &'static [(&'static str, Type)] {
    match kind {
        Kind::Trigger => TURN,
        Kind::Automation => CONVERSATION,
    }
}

/// The fields that there are, for messages.
pub(super) fn names(kind: Kind) -> String {
    let mut names: Vec<&str> = fields(kind).iter().map(|(name, _)| *name).collect();
    if kind == Kind::Trigger {
        names.push("params.NAME");
    }
    names.join(", ")
}

impl Type {
    /// The operators that make sense.
    pub(crate) fn operators(self) -> &'static [Operator] {
        use Operator::{
            Changed, GreaterThan, Includes, Is, IsNot, LessThan, NotChanged, NotIncludes, NotPresent, Present,
        };
        match self {
            Self::Text => &[Is, IsNot, Includes, NotIncludes, Present, NotPresent],
            Self::Word(_) => &[Is, IsNot, Present, NotPresent],
            Self::Number => &[Is, IsNot, LessThan, GreaterThan, Present, NotPresent],
            Self::Words(_) => &[Includes, NotIncludes, Present, NotPresent],
            // Nobody looks at the very minute.
            Self::Minutes => &[LessThan, GreaterThan, Present, NotPresent],
            Self::Any => &[
                Is,
                IsNot,
                LessThan,
                GreaterThan,
                Includes,
                NotIncludes,
                Present,
                NotPresent,
                Changed,
                NotChanged,
            ],
        }
    }
}

impl Operator {
    /// Whether there is something to compare with.
    pub(crate) fn takes_value(self) -> bool {
        !matches!(self, Self::Present | Self::NotPresent | Self::Changed | Self::NotChanged)
    }

    pub(super) fn takes_number(self) -> bool {
        matches!(self, Self::LessThan | Self::GreaterThan)
    }
}
