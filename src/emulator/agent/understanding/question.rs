//! What is asked of the understanding, and what it answers.

use jiff::Zoned;
use serde_json::Value;

use crate::emulator::package::DtmfSettings;
use crate::protocol::inspect::Finding;

/// What is to be understood, and what it may mean now.
#[derive(Debug, Clone, Copy)]
pub(in crate::emulator::agent) struct Question<'q> {
    /// What the user said or pressed.
    pub(in crate::emulator::agent) said: Utterance<'q>,
    /// The languages to look in, best first: the session's (`pt-BR`), its root (`pt`), the agent's default.
    pub(in crate::emulator::agent) languages: &'q [&'q str],
    /// The intents that some route in scope asks for, by display name, in order of evaluation.
    pub(in crate::emulator::agent) intents: &'q [&'q str],
    /// The intent that it is known to be: only its parameters are wanted.
    pub(in crate::emulator::agent) known: Option<&'q str>,
    /// The form parameter that the agent asks for.
    pub(in crate::emulator::agent) prompted: Option<Asked<'q>>,
    /// The form's other parameters without a value, in order.
    pub(in crate::emulator::agent) others: &'q [Asked<'q>],
    /// Intents before form parameters.
    pub(in crate::emulator::agent) prefer_intents: bool,
    /// Takes any text for the asked parameter of a type that expands, after all else failed.
    pub(in crate::emulator::agent) expand: bool,
    /// The time in the agent's time zone.
    pub(in crate::emulator::agent) now: &'q Zoned,
}

/// What the user said or pressed.
#[derive(Debug, Clone, Copy)]
pub(in crate::emulator::agent) enum Utterance<'q> {
    /// A text.
    Text(&'q str),
    /// Keys of a telephone.
    Dtmf(&'q str),
}

/// A form parameter that has no value.
#[derive(Debug, Clone, Copy)]
pub(in crate::emulator::agent) struct Asked<'q> {
    /// Its display name.
    pub(in crate::emulator::agent) name: &'q str,
    /// What its values are, as it is written: `@sys.date`, `@size`.
    pub(in crate::emulator::agent) entity_type: &'q str,
    /// Whether its value is a list.
    pub(in crate::emulator::agent) is_list: bool,
    /// How keys are taken for it.
    pub(in crate::emulator::agent) dtmf: &'q DtmfSettings,
}

/// What was understood, and what is odd about it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emulator::agent) struct Heard {
    /// What it means.
    pub(in crate::emulator::agent) meaning: Meaning,
    /// What to know.
    pub(in crate::emulator::agent) findings: Vec<Finding>,
}

/// What an input means.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emulator::agent) enum Meaning {
    /// Values for parameters of the form, the asked one first.
    Filled(Vec<Understood>),
    /// An intent with its parameters.
    Intent {
        /// Its display name.
        intent: String,
        /// Those that the phrase gives, each once.
        parameters: Vec<Understood>,
    },
    /// Nothing in scope.
    NoMatch,
}

/// A parameter with a value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emulator::agent) struct Understood {
    /// The form parameter's display name, or the intent parameter's id.
    pub(in crate::emulator::agent) name: String,
    /// The user's own words for it.
    pub(in crate::emulator::agent) original: String,
    /// The value; never null.
    pub(in crate::emulator::agent) value: Value,
}
