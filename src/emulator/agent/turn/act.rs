//! A fulfillment with its target: what is set, said and called, in this order.

use serde_json::Value;

use super::{Did, Left, Next, Turn};
use crate::emulator::Counterpart;
use crate::emulator::agent::plan::{Act, Chain, Content, Goal, Preset, PresetScope, Say};
use crate::emulator::agent::state::Resume;
use crate::emulator::agent::{AgentTurnError, Source};

impl<C: Counterpart> Turn<'_, C> {
    /// Does what a route, handler or prompt does, and goes where it leads. A flow that is called comes back to
    /// `resume`. `intent` says that the route was called for an intent, which a flow is told.
    pub(super) async fn perform(
        &mut self,
        act: &Act,
        origin: Source,
        goal: Option<&Goal>,
        resume: Resume,
        intent: Option<&str>,
    ) -> Result<Did, AgentTurnError> {
        let failed = match Box::pin(self.act(act, origin)).await? {
            Acted::Led(goal) => {
                self.step("E-51", &act.place, "the webhook says where to go");
                return self.go(&goal, &act.place, resume, intent);
            }
            Acted::Failed(event) => Some(event),
            Acted::Done => None,
        };
        if let Some(goal) = goal {
            if let Some(event) = failed {
                self.step("E-53", &act.place, format!("{event} is silent, for there is a target"));
            }
            return self.go(goal, &act.place, resume, intent);
        }
        match failed {
            Some(event) => Box::pin(self.webhook_failed(event, act, resume)).await,
            None => Ok(Did::On),
        }
    }

    /// A call without a target failed: the handler of its event, of the page and then of the flow, or
    /// else that of `webhook.error` is called.
    async fn webhook_failed(
        &mut self,
        event: &'static str,
        act: &Act,
        resume: Resume,
    ) -> Result<Did, AgentTurnError> {
        let Some(handler) = self.handler_of(&[event]).or_else(|| self.handler_of(&["webhook.error"])) else {
            self.step("E-55", &act.place, format!("no handler of {event} is in scope"));
            return Ok(Did::On);
        };
        self.step("E-54", &handler.act.place, format!("called for {event}"));
        // It calls no webhook itself, so it neither leads elsewhere nor fails (E-57).
        Box::pin(self.act(&handler.act, Source::Event)).await?;
        match &handler.goal {
            Some(goal) => self.go(goal, &handler.act.place, resume, None),
            None => Ok(Did::Ended),
        }
    }

    /// Sets, says and calls.
    async fn act(&mut self, act: &Act, origin: Source) -> Result<Acted, AgentTurnError> {
        for what in &act.skipped {
            self.note("skipped", &act.place, format!("{what} is generative and left out"));
            self.step("E-89", &act.place, format!("{what} is skipped"));
        }
        // What the state is at the beginning decides which messages are chosen (E-40).
        let mut chosen: Vec<&Say> = Vec::new();
        for chain in &act.chains {
            self.choose_case(chain, &act.place, &mut chosen);
        }
        for preset in &act.presets {
            self.preset(preset, &act.place);
        }
        let first = self.queue.len();
        for say in self.audible(act.says.iter()) {
            self.say(say, origin, &act.place);
        }
        self.settle(first);
        let conditional = self.queue.len();
        for say in chosen {
            self.say(say, origin, &act.place);
        }
        let acted = match &act.call {
            Some(call) => Box::pin(self.call(call, &act.place, conditional)).await?,
            None => Acted::Done,
        };
        if act.call.is_none() {
            self.settle(conditional);
        }
        Ok(acted)
    }

    /// Adds the messages of the first case that holds.
    fn choose_case<'a>(&mut self, chain: &'a Chain, place: &str, chosen: &mut Vec<&'a Say>) {
        // Chains in chains are as deep as JSON may be; they are looked at in their order.
        for (test, content) in &chain.cases {
            if !self.holds(test, place, true) {
                continue;
            }
            let says = content.iter().filter_map(|content| match content {
                Content::Say(say) => Some(say),
                Content::Chain(_) => None,
            });
            let audible = self.audible(says);
            for content in content {
                match content {
                    Content::Say(say) if audible.iter().any(|one| std::ptr::eq(*one, say)) => {
                        chosen.push(say)
                    }
                    Content::Say(_) => {}
                    Content::Chain(chain) => self.choose_case(chain, place, chosen),
                }
            }
            return;
        }
    }

    fn preset(&mut self, preset: &Preset, place: &str) {
        let mut problems = Vec::new();
        let view = self.view();
        let value = preset.value.value(&self.scope(&view), &mut problems);
        self.problems(&problems, place);
        let name = match &preset.scope {
            PresetScope::Session(name) => name.clone(),
            PresetScope::Flow(name) => format!("$flow.{name}"),
        };
        let value = value.unwrap_or_else(|| {
            let limit = crate::flexible::LARGEST_DOCUMENT;
            self.note(
                "value_too_large",
                place,
                format!("{name} would be larger than {limit} bytes; it is removed"),
            );
            Value::Null
        });
        if preset.is_reference && (value.is_object() || value.is_array()) {
            let message = format!(
                "{name} is set to a whole object or list; the guide wants $sys.func.IDENTITY for that"
            );
            self.note("identity_missing", place, message);
        }
        let done = if value.is_null() { "removed" } else { "set" };
        self.step("E-39", place, format!("{name} {done}"));
        self.state.set(&preset.scope, value);
    }

    /// Does the entry fulfillment of the page.
    pub(super) async fn enter(
        &mut self,
        intent: Option<crate::protocol::Struct>,
    ) -> Result<(), AgentTurnError> {
        let page = self.page();
        match Box::pin(self.perform(&page.entry, Source::Entry, None, Resume::Entered, None)).await? {
            Did::Left => {}
            Did::Ended => {
                self.prefill(intent.as_ref());
                self.next = Next::Ask;
            }
            Did::On => self.next = Next::Prefill(intent),
        }
        Ok(())
    }

    /// Fills the form with what is known (E-25, E-28).
    pub(super) fn prefill(&mut self, intent: Option<&crate::protocol::Struct>) {
        let known = self.state.parameters.clone();
        let given = self.state.here_mut().form.prefill(&known, intent);
        for (name, value) in given {
            crate::emulator::session::merge(&mut self.state.parameters, &name, value);
        }
        self.next = Next::Evaluate(Left::All);
    }
}

/// What a fulfillment came to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Acted {
    /// Its webhook says where to go.
    Led(Goal),
    /// Its webhook failed with this event.
    Failed(&'static str),
    Done,
}
