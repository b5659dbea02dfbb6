//! A webhook call, and what the agent does with the answer.

use serde_json::Value;

use super::Turn;
use super::act::Acted;
use crate::emulator::agent::plan::{CallPlan, Goal, PresetScope};
use crate::emulator::agent::{AgentCall, AgentTurnError};
use crate::emulator::package::SymbolicPage;
use crate::emulator::session::{Told, merge};
use crate::emulator::verdict::{Changes, Verdict};
use crate::emulator::{Counterpart, Input};
use crate::protocol::decode::same_name;
use crate::protocol::names::{FlowName, PageName};

impl<C: Counterpart> Turn<'_, C> {
    /// Calls, and takes the answer: session parameters, form, messages, payload, transition (E-49). What is
    /// queued from the `conditional`th message on is resolved in between.
    pub(super) async fn call(
        &mut self,
        plan: &CallPlan,
        place: &str,
        conditional: usize,
    ) -> Result<Acted, AgentTurnError> {
        let why = match plan.withheld {
            Some(why) => Some(why),
            None => (!self.webhooks).then_some("webhooks are off in this turn"),
        };
        if let Some(why) = why {
            self.step("E-48", place, format!("the webhook {} is not called: {why}", plan.webhook));
            self.settle(conditional);
            return Ok(Acted::Done);
        }
        let at = self.agent.place(&self.state);
        let request = Told {
            agent: &self.session.agent_name,
            session: &self.session.name,
            response_id: &self.response_id,
            language: &self.languages[0],
            place: &at,
            form: &self.state.frame().here.form,
            intent: self.state.intent.as_ref(),
            parameters: self.state.told_parameters(),
            messages: self.queued(),
            payload: self.payload.as_ref(),
            query: self.query.as_ref(),
        }
        .request(&plan.tag);
        let mut input = Input::none().tag(&plan.tag);
        input.webhook = Some(plan.webhook.clone());
        self.step("E-47", place, format!("calls the webhook {} with the tag {}", plan.webhook, plan.tag));
        let answered = Box::pin(self.counterpart.answer(&request, &input)).await?;
        let verdict = answered.verdict;
        self.calls.push(AgentCall {
            webhook: plan.webhook.clone(),
            tag: plan.tag.clone(),
            place: place.to_owned(),
            request,
            verdict: verdict.clone(),
            latency: answered.latency,
            notes: answered.notes,
        });
        self.answered(verdict, place, conditional)
    }

    fn answered(
        &mut self,
        verdict: Verdict,
        place: &str,
        conditional: usize,
    ) -> Result<Acted, AgentTurnError> {
        if let Some(failure) = verdict.failure {
            self.webhook_status = failure.http_status;
            self.step("E-58", place, format!("{}: {}", failure.event, failure.reason));
            self.settle(conditional);
            return Ok(Acted::Failed(failure.event));
        }
        self.webhook_status = Some(200);
        for finding in &verdict.findings {
            self.note(finding.code, place, format!("{}: {}", finding.place, finding.message));
        }
        let changes = verdict.changes;
        self.changed |= !changes.set.is_empty() || !changes.cleared.is_empty() || !changes.form.is_empty();
        for (name, value) in &changes.set {
            self.learn(name, value.clone());
        }
        for name in &changes.cleared {
            self.learn(name, Value::Null);
        }
        for change in &changes.form {
            let cleared = changes.cleared.iter().any(|name| same_name(name, &change.name));
            let form = &mut self.state.here_mut().form;
            if let Some(index) = form.change(change, cleared) {
                self.refused = Some(form.fields[index].name.clone());
            }
        }
        if changes.replaces_queued {
            self.step("E-50", place, format!("replaces {} messages", self.queue.len()));
            self.queue.clear();
        } else {
            self.settle(conditional);
        }
        for said in &changes.messages {
            self.say_as_is(said, place);
        }
        self.payloads.extend(changes.payload.clone());
        Ok(self.led(&changes, place).map_or(Acted::Done, Acted::Led))
    }

    /// Sets what a webhook says. The form is told by the answer itself.
    fn learn(&mut self, name: &str, value: Value) {
        match PresetScope::of(name) {
            PresetScope::Flow(name) => merge(&mut self.state.frame_mut().parameters, &name, value),
            PresetScope::Session(name) => merge(&mut self.state.parameters, &name, value),
        }
    }

    /// Where the answer leads.
    fn led(&mut self, changes: &Changes, place: &str) -> Option<Goal> {
        if let Some(target) = &changes.target_flow {
            let name: FlowName = target.parse().ok()?;
            let flow = self.agent.flow_named(&name.flow);
            return Some(flow.map_or_else(|| Goal::Nowhere(target.clone()), Goal::Flow));
        }
        let target = changes.target_page.as_ref()?;
        // What is no name is among the findings already.
        let name: PageName = target.parse().ok()?;
        let here = self.state.frame().flow;
        let flow = self.agent.flow_named(&name.flow).unwrap_or(here);
        let goal = self.agent.goal_named(flow, &name.page);
        let goal = goal.unwrap_or_else(|| Goal::Nowhere(target.clone()));
        Some(match goal {
            Goal::Page(page) if flow != here => Goal::PageOf(flow, page),
            Goal::Symbolic(SymbolicPage::Start) if flow != here => Goal::Flow(flow),
            goal => {
                self.step("E-51", place, format!("targetPage is {target}"));
                goal
            }
        })
    }
}
