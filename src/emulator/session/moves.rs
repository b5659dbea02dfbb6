//! How a conversation moves from page to page and from flow to flow.

use super::form::Form;
use super::place::{
    CURRENT_PAGE, END_FLOW, END_FLOW_WITH, END_SESSION, PREVIOUS_PAGE, Place, START_PAGE, symbol,
};
use super::{Session, SessionError, Visit};
use crate::emulator::verdict::Changes;
use crate::protocol::names::PageName;

/// How many flows may wait for others; the platform forgets the oldest beyond.
const FLOW_STACK: usize = 25;

impl Session {
    pub(super) fn enter(&self, place: Place) -> Visit {
        Visit { form: Form::entered(self.pages.form(&place), &self.parameters), place }
    }

    /// The agent has gone to another page by itself before it calls.
    pub(super) fn moved_by_agent(
        &mut self,
        flow: Option<&str>,
        page: Option<&str>,
    ) -> Result<(), SessionError> {
        let start = match flow {
            Some(flow) => self.pages.start_of(flow)?,
            None => self.here.place.clone(),
        };
        let stays = start.flow_id == self.here.place.flow_id;
        let Some(page) = page else {
            // On any page of the flow the conversation is in the flow.
            if !stays {
                self.go(start);
            }
            return Ok(());
        };
        let place = self.pages.page(page, &start)?;
        match symbol(page).filter(|_| !self.is_real(&place)) {
            Some(symbol) => self.symbolic(symbol, &start, &mut Vec::new()),
            None => self.go(place),
        }
        Ok(())
    }

    /// The answer says where to go.
    pub(super) fn moved_by_answer(&mut self, changes: &Changes, events: &mut Vec<String>) {
        if let Some(target) = &changes.target_flow {
            match self.pages.start_of(target) {
                Ok(start) => self.call_flow(self.with_known_names(start)),
                Err(error) => self.turn.notes.push(format!("targetFlow leads nowhere: {error}")),
            }
        }
        let Some(target) = &changes.target_page else { return };
        // What is no name is among the findings already.
        let Ok(name) = target.parse::<PageName>() else { return };
        let found = self.pages.start_of(&name.flow_name().to_string());
        let found = found.and_then(|start| Ok((self.pages.page(target, &start)?, start)));
        let (place, start) = match found {
            Ok(found) => found,
            Err(error) => return self.turn.notes.push(format!("targetPage leads nowhere: {error}")),
        };
        let here = &self.here.place;
        if place.flow_id != here.flow_id {
            self.turn.notes.push(format!(
                "targetPage is in the flow {:?}, the conversation in {:?}; the platform takes pages of the same flow",
                place.flow, here.flow
            ));
        }
        match symbol(&name.page).filter(|_| !self.is_real(&place)) {
            Some(symbol) => self.symbolic(symbol, &start, events),
            None => self.go(place),
        }
    }

    /// The place with the display names that it had before: an answer has ids alone.
    fn with_known_names(&self, mut place: Place) -> Place {
        let visits = std::iter::once(&self.here).chain(&self.previous).chain(&self.stack);
        for Visit { place: known, .. } in visits.filter(|visit| visit.place.flow_id == place.flow_id) {
            place.flow.clone_from(&known.flow);
            if place.page_id == known.page_id {
                place.page.clone_from(&known.page);
                break;
            }
        }
        place
    }

    /// Whether it is a page of its own, whatever its name means as a symbol.
    fn is_real(&self, place: &Place) -> bool {
        self.pages.form(place).is_some()
    }

    fn symbolic(&mut self, symbol: &'static str, start: &Place, events: &mut Vec<String>) {
        match symbol {
            START_PAGE => self.go(Place {
                page_id: START_PAGE.to_owned(),
                page: "Start Page".to_owned(),
                ..start.clone()
            }),
            CURRENT_PAGE => {
                self.here = self.enter(self.here.place.clone());
                self.turn.moved = true;
            }
            PREVIOUS_PAGE => match self.previous.take() {
                Some(previous) => {
                    self.previous = Some(std::mem::replace(&mut self.here, previous));
                    self.turn.moved = true;
                }
                None => self.turn.notes.push("PREVIOUS_PAGE: there is none, so nothing moves".to_owned()),
            },
            END_SESSION => self.end(),
            END_FLOW => self.end_flow(),
            with => {
                let event = END_FLOW_WITH.iter().find(|(symbol, _)| *symbol == with);
                events.extend(event.map(|(_, event)| (*event).to_owned()));
                self.end_flow();
            }
        }
    }

    /// Goes to a page, of another flow or of this one.
    fn go(&mut self, place: Place) {
        let place = self.with_known_names(place);
        if place.is(&self.here.place) {
            return;
        }
        if place.flow_id == self.here.place.flow_id {
            return self.leave_for(place);
        }
        let returns = self.stack.last().is_some_and(|visit| visit.place.flow_id == place.flow_id);
        if returns {
            self.end_flow();
            if !place.is(&self.here.place) {
                self.leave_for(place);
            }
        } else {
            self.call_flow(place);
        }
    }

    fn leave_for(&mut self, place: Place) {
        let entered = self.enter(place);
        self.previous = Some(std::mem::replace(&mut self.here, entered));
        self.turn.moved = true;
    }

    /// Goes to a flow, which ends by coming back.
    fn call_flow(&mut self, place: Place) {
        let caller = self.here.clone();
        self.leave_for(place);
        self.stack.push(caller);
        if self.stack.len() > FLOW_STACK {
            self.stack.remove(0);
            self.turn.notes.push(format!(
                "more than {FLOW_STACK} flows wait for others: the platform forgets the oldest, which END_FLOW then misses"
            ));
        }
    }

    /// Goes back to the page that called the flow, its form as it was.
    fn end_flow(&mut self) {
        match self.stack.pop() {
            Some(caller) => {
                self.previous = Some(std::mem::replace(&mut self.here, caller));
                self.turn.moved = true;
            }
            None => self.end(),
        }
    }

    fn end(&mut self) {
        let place = Place {
            page_id: END_SESSION.to_owned(),
            page: "End Session".to_owned(),
            ..self.here.place.clone()
        };
        self.leave_for(place);
        self.stack.clear();
    }
}
