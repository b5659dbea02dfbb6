//! Events: what is missing, what somebody raised, how a flow ended.

use std::sync::Arc;

use super::hear::Took;
use super::{Did, Left, Next, Turn};
use crate::emulator::Counterpart;
use crate::emulator::agent::plan::Handler;
use crate::emulator::agent::state::{Misses, Resume};
use crate::emulator::agent::{AgentTurnError, Source};

/// Handlers are numbered up to this; later misses are the default's.
const NUMBERED: u32 = 6;

impl<C: Counterpart> Turn<'_, C> {
    /// Does what the input asks for.
    pub(super) async fn react(&mut self, took: Took) -> Result<(), AgentTurnError> {
        if matches!(took, Took::Intent | Took::Filled) {
            self.next = Next::Evaluate(Left::All);
            return Ok(());
        }
        if self.agent.options.conditions_on_events {
            match Box::pin(self.conditions(0)).await? {
                Did::Left => return Ok(()),
                Did::Ended => {
                    self.next = Next::Ask;
                    return Ok(());
                }
                Did::On => {}
            }
        }
        let (handler, rule, of_parameter) = match &took {
            Took::NoMatch | Took::NoInput => self.missed(took == Took::NoInput),
            Took::Event(name) => (self.handler_of(&[name]), "E-06", false),
            Took::Intent | Took::Filled => return Ok(()),
        };
        let Some(handler) = handler else { return self.unhandled(&took) };
        self.step(rule, &handler.act.place, "called for the event");
        self.reprompted = of_parameter;
        self.changed = false;
        let origin = if of_parameter { Source::Reprompt } else { Source::Event };
        let (act, goal) = (&handler.act, handler.goal.as_ref());
        let did = Box::pin(self.perform(act, origin, goal, Resume::Nothing, None)).await?;
        match did {
            Did::Left => {}
            Did::On if self.changed => {
                self.step(
                    "E-18",
                    &handler.act.place,
                    "a webhook changed parameters, so conditions are looked at",
                );
                self.next = Next::Evaluate(Left::Conditions(0));
            }
            Did::On | Did::Ended => self.next = Next::Ask,
        }
        Ok(())
    }

    /// Nothing in scope handles it.
    fn unhandled(&mut self, took: &Took) -> Result<(), AgentTurnError> {
        let here = self.here();
        if let Took::Event(name) = took {
            self.note(
                "event_without_handler",
                &here,
                format!("no handler of the event {name:?} is in scope"),
            );
        } else if self.asked().is_some() {
            self.step("E-32", &here, "no handler of the parameter is there, so its prompt is said again");
            self.next = Next::Ask;
            return Ok(());
        }
        self.step("E-18", &here, "no handler is in scope, so conditions are looked at");
        let looked = self.agent.options.conditions_on_events;
        self.next = if looked { Next::Ask } else { Next::Evaluate(Left::Conditions(0)) };
        Ok(())
    }

    /// Counts what was not understood or not said, and finds its handler: of the parameter that is asked for,
    /// or else of page and flow (E-32, E-36). Gives the rule, and whether the parameter has it.
    fn missed(&mut self, silent: bool) -> (Option<Arc<Handler>>, &'static str, bool) {
        let count = |misses: &mut Misses| {
            let counter = if silent { &mut misses.no_input } else { &mut misses.no_match };
            *counter = counter.saturating_add(1);
            *counter
        };
        let kind = if silent { "sys.no-input" } else { "sys.no-match" };
        let names = |count: u32| {
            let numbered = (count <= NUMBERED).then(|| format!("{kind}-{count}"));
            numbered.into_iter().chain([format!("{kind}-default")]).collect::<Vec<_>>()
        };
        if let Some(asked) = self.asked() {
            let names = names(count(self.state.here_mut().misses_of(&asked)));
            let reprompts = self.plan_of(&asked).map(|plan| plan.reprompts.as_slice()).unwrap_or_default();
            let handler = names.iter().find_map(|name| reprompts.iter().find(|one| one.handles(name)));
            return (handler.cloned(), if silent { "E-33" } else { "E-32" }, true);
        }
        let names = names(count(&mut self.state.here_mut().misses));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        (self.handler_of(&names), "E-36", false)
    }

    /// The first handler in scope: of the page, then of the flow (E-19); in each the first event that has one.
    pub(super) fn handler_of(&self, events: &[&str]) -> Option<Arc<Handler>> {
        let page = self.page();
        let mut lists = [&page.handlers, &page.flow_handlers].into_iter();
        lists.find_map(|list| {
            events.iter().find_map(|event| list.iter().find(|handler| handler.handles(event)).cloned())
        })
    }

    /// A flow that this page called has ended with an event.
    pub(super) async fn flow_ended(
        &mut self,
        events: &[&'static str],
        resume: Resume,
    ) -> Result<(), AgentTurnError> {
        let Some(handler) = self.handler_of(events) else {
            self.step("E-85", &self.here(), format!("no handler of {} is in scope", events.join(", ")));
            self.next = resume.next();
            return Ok(());
        };
        self.step("E-85", &handler.act.place, "called for the end of the flow");
        let (act, goal) = (&handler.act, handler.goal.as_ref());
        if Box::pin(self.perform(act, Source::Event, goal, Resume::Nothing, None)).await? != Did::Left {
            self.next = Next::Ask;
        }
        Ok(())
    }
}
