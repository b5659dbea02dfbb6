//! What a conversation remembers from turn to turn.

use serde_json::Value;

use super::plan::PresetScope;
use crate::emulator::session::{Form, merge};
use crate::protocol::decode::same_name;
use crate::protocol::{IntentInfo, Struct};

/// Everything that a conversation remembers; two that are equal go on equally.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    pub(super) parameters: Struct,
    /// The flows that wait, the oldest first, and the active one behind them. There is always one.
    pub(super) frames: Vec<Frame>,
    /// The intent that matched last.
    pub(super) intent: Option<IntentInfo>,
    pub(super) ended: bool,
    /// How many turns there were.
    pub(super) turns: u64,
}

/// A flow that is active or waits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame {
    pub(super) flow: usize,
    pub(super) here: Visit,
    /// The page that led to this one, within the flow.
    pub(super) previous: Option<Visit>,
    /// `$flow.X` by `X`.
    pub(super) parameters: Struct,
    /// Where it goes on when a flow that it called has ended.
    pub(super) resume: Resume,
}

/// Where in the list of handlers a page goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resume {
    /// Right after its entry fulfillment.
    Entered,
    /// At this one of its conditions.
    Conditions(usize),
    /// Nothing is left but to ask.
    Nothing,
}

/// One visit of a page: leaving it for good forgets it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Visit {
    /// The page, by its place in the flow; 0 is the start page.
    pub(super) page: usize,
    pub(super) form: Form,
    /// How often nothing in a row was understood or said while no parameter was asked for.
    pub(super) misses: Misses,
    /// The same by parameter.
    pub(super) parameter_misses: Vec<(String, Misses)>,
}

/// How often something was missing in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Misses {
    pub(super) no_match: u32,
    pub(super) no_input: u32,
}

impl Visit {
    pub(super) fn new(page: usize, form: Form) -> Self {
        Self { page, form, misses: Misses::default(), parameter_misses: Vec::new() }
    }

    /// The counters of a parameter.
    pub(super) fn misses_of(&mut self, parameter: &str) -> &mut Misses {
        let known = self.parameter_misses.iter().position(|(name, _)| name == parameter);
        let at = known.unwrap_or_else(|| {
            self.parameter_misses.push((parameter.to_owned(), Misses::default()));
            self.parameter_misses.len() - 1
        });
        &mut self.parameter_misses[at].1
    }

    /// Something was understood.
    pub(super) fn forget_misses(&mut self) {
        self.misses = Misses::default();
        self.parameter_misses.clear();
    }
}

impl Frame {
    /// A flow that is entered at this page.
    pub(super) fn new(flow: usize, here: Visit) -> Self {
        Self { flow, here, previous: None, parameters: Struct::new(), resume: Resume::Nothing }
    }
}

impl State {
    pub(super) fn frame(&self) -> &Frame {
        self.frames.last().expect("there is always an active flow")
    }

    pub(super) fn frame_mut(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("there is always an active flow")
    }

    pub(super) fn here_mut(&mut self) -> &mut Visit {
        &mut self.frame_mut().here
    }

    /// A parameter by its name with its scope: `$flow.X`, else one of the session.
    pub(super) fn parameter(&self, name: &str) -> Option<&Value> {
        let (from, name) = match PresetScope::of(name) {
            PresetScope::Flow(name) => (&self.frame().parameters, name),
            PresetScope::Session(name) => (&self.parameters, name),
        };
        let found = from
            .get(&name)
            .or_else(|| from.iter().find(|(known, _)| same_name(known, &name)).map(|(_, value)| value));
        found.filter(|value| !value.is_null())
    }

    /// Sets a parameter in its scope; null removes it. What the session sets is set in the form of the page,
    /// too, if the form has it.
    pub(super) fn set(&mut self, scope: &PresetScope, value: Value) {
        match scope {
            PresetScope::Flow(name) => merge(&mut self.frame_mut().parameters, name, value),
            PresetScope::Session(name) => {
                if let Some(field) = self.here_mut().form.find(name) {
                    field.fill(value.clone());
                }
                merge(&mut self.parameters, name, value);
            }
        }
    }

    /// All parameters as a webhook sees them, those of the flow with their scope before the name.
    pub(super) fn told_parameters(&self) -> Struct {
        let mut all = self.parameters.clone();
        let of_flow = &self.frame().parameters;
        all.extend(of_flow.iter().map(|(name, value)| (format!("$flow.{name}"), value.clone())));
        all
    }
}
