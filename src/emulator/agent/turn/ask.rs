//! What asks for the parameters of a form.

use super::{Did, Left, Next, Turn};
use crate::emulator::Counterpart;
use crate::emulator::agent::plan::ParameterPlan;
use crate::emulator::agent::state::Resume;
use crate::emulator::agent::{AgentTurnError, Source};

impl<'t, C: Counterpart> Turn<'t, C> {
    /// Asks for the first required parameter without a value, unless it was asked for again already (E-26).
    pub(super) async fn ask(&mut self) -> Result<(), AgentTurnError> {
        self.next = Next::Wait;
        if self.state.ended || self.reprompted {
            return Ok(());
        }
        if let Some(refused) = self.refused.take()
            && let Some(plan) = self.plan_of(&refused)
            && let Some(handler) = plan.reprompts.iter().find(|one| one.handles("sys.invalid-parameter"))
        {
            self.step("E-34", &handler.act.place, format!("called, for the value of {refused} was refused"));
            self.reprompted = true;
            let (act, goal) = (&handler.act, handler.goal.as_ref());
            Box::pin(self.perform(act, Source::Reprompt, goal, Resume::Nothing, None)).await?;
            return Ok(());
        }
        let Some(asked) = self.asked() else { return Ok(()) };
        let Some(plan) = self.plan_of(&asked) else { return Ok(()) };
        self.step("E-26", &plan.prompt.place, format!("asks for {asked}"));
        let prompt = Box::pin(self.perform(&plan.prompt, Source::Prompt, None, Resume::Nothing, None));
        if prompt.await? == Did::On && self.asked().as_ref() != Some(&asked) {
            // Its webhook has given the answer, so there is nothing to wait for.
            self.next = Next::Evaluate(Left::Conditions(0));
            self.arrived(&plan.prompt.place)?;
        }
        Ok(())
    }

    /// The parameter that is asked for.
    pub(super) fn asked(&self) -> Option<String> {
        self.state.frame().here.form.asked_for().map(|field| field.name.clone())
    }

    pub(super) fn plan_of(&self, parameter: &str) -> Option<&'t ParameterPlan> {
        self.page().parameters.iter().find(|plan| plan.name == parameter)
    }
}
