//! The routes of a page, in order: those of the intent, then those with a condition alone.

use super::{Did, Left, Next, Turn};
use crate::emulator::Counterpart;
use crate::emulator::agent::plan::Test;
use crate::emulator::agent::state::Resume;
use crate::emulator::agent::{AgentTurnError, Source};

impl<C: Counterpart> Turn<'_, C> {
    /// Looks at the routes that are left.
    pub(super) async fn evaluate(&mut self, left: Left) -> Result<(), AgentTurnError> {
        let (mut did, from) = match left {
            Left::All => (Box::pin(self.intents()).await?, 0),
            Left::Conditions(from) => (Did::On, from),
        };
        if did == Did::On {
            did = Box::pin(self.conditions(from)).await?;
        }
        if did != Did::Left {
            self.next = Next::Ask;
        }
        Ok(())
    }

    /// Calls the first route for the intent whose condition holds; that consumes the intent (E-13).
    async fn intents(&mut self) -> Result<Did, AgentTurnError> {
        let Some(intent) = self.live.clone() else { return Ok(Did::On) };
        for route in &self.page().intents {
            if route.intent.as_ref() != Some(&intent) || !self.holds(&route.test, &route.act.place, true) {
                continue;
            }
            self.live = None;
            let rule = if matches!(route.test, Test::Nothing) { "E-10" } else { "E-13" };
            self.step(rule, &route.act.place, format!("called for the intent {intent}"));
            let resume = Resume::Conditions(0);
            let (act, goal) = (&route.act, route.goal.as_ref());
            return Box::pin(self.perform(act, Source::Route, goal, resume, Some(&intent))).await;
        }
        Ok(Did::On)
    }

    /// Calls every route whose condition holds when its turn has come, until one leads away (E-14, E-16).
    pub(super) async fn conditions(&mut self, from: usize) -> Result<Did, AgentTurnError> {
        self.changed = false;
        for (at, route) in self.page().conditions.iter().enumerate().skip(from) {
            if !self.holds(&route.test, &route.act.place, false) {
                continue;
            }
            self.step("E-17", &route.act.place, "called, for its condition holds");
            let resume = Resume::Conditions(at + 1);
            let (act, goal) = (&route.act, route.goal.as_ref());
            match Box::pin(self.perform(act, Source::Route, goal, resume, None)).await? {
                Did::On => {}
                did => return Ok(did),
            }
        }
        Ok(Did::On)
    }
}
