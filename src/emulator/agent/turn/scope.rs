//! What references see in the middle of a turn.

use serde_json::Value;

use super::Turn;
use crate::config::{FlowParameters, Semantics};
use crate::emulator::agent::plan::Test;
use crate::emulator::agent::state::State;
use crate::flexible::{Memory, Problem, Scope};
use crate::protocol::{IntentInfo, ParameterInfo, Query, Struct};

/// A look at the turn as it is now.
pub(super) struct View<'v> {
    state: &'v State,
    matched: Option<&'v IntentInfo>,
    query: Option<&'v Query>,
    payload: Option<&'v Struct>,
    status: Option<u16>,
}

impl Memory for View<'_> {
    fn parameter(&self, name: &str) -> Option<&Value> {
        self.state.parameter(name)
    }

    fn intent(&self) -> Option<IntentInfo> {
        self.matched.cloned()
    }

    fn form(&self) -> Vec<ParameterInfo> {
        self.state.frame().here.form.on_the_wire().map(|form| form.parameter_info).unwrap_or_default()
    }

    fn query(&self) -> Option<&Query> {
        self.query
    }

    fn payload(&self) -> Option<&Struct> {
        self.payload
    }

    fn webhook_status_code(&self) -> Option<u16> {
        self.status
    }
}

impl<C> Turn<'_, C> {
    pub(super) fn view(&self) -> View<'_> {
        View {
            state: &self.state,
            matched: self.matched.as_ref(),
            query: self.query.as_ref(),
            payload: self.payload.as_ref(),
            status: self.webhook_status,
        }
    }

    pub(super) fn scope<'s>(&'s self, view: &'s View<'s>) -> Scope<'s> {
        // Flow parameters are no session parameters (E-71).
        let semantics = Semantics { flow_parameters: FlowParameters::Literal, ..Semantics::default() };
        Scope::of_agent(view, semantics, &self.world)
    }
}

impl<C: crate::emulator::Counterpart> Turn<'_, C> {
    /// Whether a condition holds now; where none is written, `otherwise`.
    pub(super) fn holds(&mut self, test: &Test, place: &str, otherwise: bool) -> bool {
        match test {
            Test::Nothing => otherwise,
            Test::Never => false,
            Test::Condition(condition) => {
                let mut problems = Vec::new();
                let view = self.view();
                let holds = condition.holds(&self.scope(&view), &mut problems);
                self.problems(&problems, place);
                holds
            }
        }
    }

    pub(super) fn problems(&mut self, problems: &[Problem], place: &str) {
        for problem in problems {
            let code = match problem {
                Problem::Unresolved { .. } => "unresolved",
                Problem::TooLong { .. } => "text_too_long",
                Problem::Function { .. } => "function_failed",
            };
            self.note(code, place, problem.to_string());
        }
    }
}
