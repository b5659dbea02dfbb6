//! Where a turn goes: pages, flows and their ends.

use super::{Did, Left, Next, Turn};
use crate::emulator::Counterpart;
use crate::emulator::agent::AgentTurnError;
use crate::emulator::agent::plan::Goal;
use crate::emulator::agent::state::{Frame, Resume, State, Visit};
use crate::emulator::package::SymbolicPage;
use crate::emulator::session::Form;
use crate::protocol::Struct;

/// How many flows may wait for others; the platform forgets the oldest beyond (E-87).
const MOST_WAITING: usize = 25;

/// Where a turn was, to know the place again.
#[derive(Debug)]
pub(super) struct Point {
    state: State,
    live: Option<String>,
    next: Next,
    way: usize,
}

impl<C: Counterpart> Turn<'_, C> {
    /// Goes there from `place`, the fulfillment being done.
    pub(super) fn go(
        &mut self,
        goal: &Goal,
        place: &str,
        resume: Resume,
        intent: Option<&str>,
    ) -> Result<Did, AgentTurnError> {
        self.live = None;
        match goal {
            Goal::Page(page) => {
                self.step(
                    "E-79",
                    place,
                    format!("goes to the page {}", self.name_of(self.state.frame().flow, *page)),
                );
                self.leave_for(*page);
                self.next = Next::Enter(self.brought(intent));
            }
            Goal::Flow(flow) => {
                self.step("E-20", place, format!("goes to the flow {}", self.agent.flows[*flow].name));
                self.push(*flow, 0, resume, place);
                self.live = intent.map(str::to_owned);
                self.next = Next::Enter(None);
            }
            Goal::PageOf(flow, page) => {
                let (name, of) = (self.name_of(*flow, *page), self.agent.flows[*flow].name.clone());
                self.note(
                    "page_of_other_flow",
                    place,
                    format!("{name} is a page of the flow {of}; the platform takes pages of the active flow"),
                );
                self.push(*flow, *page, resume, place);
                self.next = Next::Enter(None);
            }
            Goal::Symbolic(symbol) => return self.symbolic(*symbol, place, intent),
            Goal::Playbook(name) => {
                self.note(
                    "skipped",
                    place,
                    format!("the playbook {name} is generative; the conversation stays"),
                );
                self.step(
                    "E-89",
                    place,
                    format!("stays, for only the platform can execute the playbook {name}"),
                );
                return Ok(Did::Ended);
            }
            Goal::Nowhere(name) => {
                self.note("target_unknown", place, format!("{name:?} leads nowhere; the conversation stays"));
                self.step("E-88", place, format!("stays, for there is no {name:?}"));
                return Ok(Did::Ended);
            }
        }
        self.arrived(place)?;
        Ok(Did::Left)
    }

    fn symbolic(
        &mut self,
        symbol: SymbolicPage,
        place: &str,
        intent: Option<&str>,
    ) -> Result<Did, AgentTurnError> {
        match symbol {
            SymbolicPage::Start => {
                self.step("E-82", place, "goes to the start page of the flow");
                self.leave_for(0);
                self.next = Next::Enter(None);
            }
            SymbolicPage::Current => {
                self.step("E-80", place, "enters the page again");
                self.reprompted = false;
                self.next = Next::Enter(self.brought(intent));
            }
            SymbolicPage::Previous => {
                let frame = self.state.frame_mut();
                let Some(previous) = frame.previous.take() else {
                    self.note(
                        "no_previous_page",
                        place,
                        "there is no previous page in this flow; the conversation stays",
                    );
                    self.step("E-81", place, "stays, for there is no previous page");
                    return Ok(Did::Ended);
                };
                frame.previous = Some(std::mem::replace(&mut frame.here, previous));
                self.left();
                self.step("E-81", place, format!("goes back to {}", self.here()));
                let again = self.agent.options.enter_previous_page;
                self.next = if again { Next::Enter(None) } else { Next::Ask };
            }
            SymbolicPage::EndFlow => self.end_flow(&[], place),
            SymbolicPage::EndFlowWithCancellation => self.end_flow(&["flow-cancelled"], place),
            SymbolicPage::EndFlowWithFailure => self.end_flow(&["flow-failed"], place),
            SymbolicPage::EndFlowWithHumanEscalation => {
                self.end_flow(&["flow-failed-human-escalation"], place);
            }
            SymbolicPage::EndSession => {
                self.step("E-86", place, "ends the session");
                self.end();
            }
        }
        self.arrived(place)?;
        Ok(Did::Left)
    }

    fn name_of(&self, flow: usize, page: usize) -> String {
        self.agent.page(flow, page).name.clone()
    }

    fn visit(&self, flow: usize, page: usize) -> Visit {
        Visit::new(page, Form::unfilled(&self.agent.page(flow, page).form))
    }

    fn leave_for(&mut self, page: usize) {
        let visit = self.visit(self.state.frame().flow, page);
        let frame = self.state.frame_mut();
        frame.previous = Some(std::mem::replace(&mut frame.here, visit));
        self.left();
    }

    /// Another page begins.
    fn left(&mut self) {
        self.state.here_mut().forget_misses();
        self.reprompted = false;
        self.refused = None;
    }

    /// Goes to another flow, or to the same one once more; the page here waits.
    fn push(&mut self, flow: usize, page: usize, resume: Resume, place: &str) {
        self.state.frame_mut().resume = resume;
        let visit = self.visit(flow, page);
        self.state.frames.push(Frame::new(flow, visit));
        if self.state.frames.len() > MOST_WAITING + 1 {
            self.state.frames.remove(0);
            self.note("flow_stack", place, format!(
                "more than {MOST_WAITING} flows wait for others; the platform forgets the oldest, to which no end of a flow comes back"
            ));
        }
        self.left();
    }

    /// Goes back to the page that called the flow, which may hear how it ended.
    fn end_flow(&mut self, events: &[&'static str], place: &str) {
        if self.state.frames.len() < 2 {
            self.step("E-84", place, "ends the session, for no flow waits");
            return self.end();
        }
        self.state.frames.pop();
        (self.reprompted, self.refused) = (false, None);
        let resume = std::mem::replace(&mut self.state.frame_mut().resume, Resume::Nothing);
        let rule = if events.is_empty() { "E-83" } else { "E-85" };
        self.step(rule, place, format!("ends the flow; back to {}", self.here()));
        self.next = if events.is_empty() { resume.next() } else { Next::Raise(events.to_vec(), resume) };
    }

    fn end(&mut self) {
        self.state.ended = true;
        self.say_goodbye();
        self.next = Next::Wait;
    }

    /// The parameters of the intent, for a route that was called for it.
    fn brought(&self, intent: Option<&str>) -> Option<Struct> {
        let matched = self.matched.as_ref().filter(|_| intent.is_some())?;
        let parameters = matched.parameters.iter();
        let brought: Struct = parameters
            .filter_map(|(name, value)| Some((name.clone(), value.resolved_value.clone()?)))
            .collect();
        (!brought.is_empty()).then_some(brought)
    }

    /// Looks whether the turn goes on too long, or has been here before (E-90, E-91).
    pub(super) fn arrived(&mut self, place: &str) -> Result<(), AgentTurnError> {
        self.way.push(place.to_owned());
        let limit = self.agent.options.transitions;
        // Which page led here makes no difference to where conditions lead.
        let mut state = self.state.clone();
        state.frames.iter_mut().for_each(|frame| frame.previous = None);
        let same =
            |point: &&Point| point.next == self.next && point.live == self.live && point.state == state;
        if let Some(point) = self.points.iter().find(same) {
            return Err(AgentTurnError::Cycle { trail: self.way[point.way..].to_vec() });
        }
        if self.way.len() > limit {
            return Err(AgentTurnError::TooManyTransitions { limit, trail: std::mem::take(&mut self.way) });
        }
        self.points.push(Point {
            state,
            live: self.live.clone(),
            next: self.next.clone(),
            way: self.way.len(),
        });
        Ok(())
    }
}

impl Resume {
    pub(super) fn next(self) -> Next {
        match self {
            Self::Entered => Next::Prefill(None),
            Self::Conditions(from) => Next::Evaluate(Left::Conditions(from)),
            Self::Nothing => Next::Ask,
        }
    }
}
