//! A turn: from what the user did to where the agent waits again.
//!
//! A [`Turn`] works on a copy of the session's state, which replaces it at the end. What comes next is a
//! [`Next`]: nothing here calls itself, so a turn takes the same room however long it goes on.

mod act;
mod ask;
mod evaluate;
mod go;
mod hear;
mod queue;
mod raise;
mod scope;
mod webhook;

use std::collections::BTreeSet;

use super::plan::PagePlan;
use super::session::AgentSession;
use super::state::{Resume, State};
use super::{Agent, AgentCall, AgentInput, AgentReaction, AgentTurnError, MatchType, MatchedIntent, Step};
use crate::emulator::counterpart::Counterpart;
use crate::emulator::seeded::Seeded;
use crate::emulator::turn::fresh_id;
use crate::outbound::Chance;
use crate::protocol::decode::same_name;
use crate::protocol::inspect::Finding;
use crate::protocol::{IntentInfo, Query, Struct};
use go::Point;
use queue::Queue;

/// What is done next.
#[derive(Debug, Clone, PartialEq)]
enum Next {
    /// The page's entry fulfillment. The parameters are those of the intent whose route led here.
    Enter(Option<Struct>),
    /// What the session knows goes into the form, then the handlers are looked at.
    Prefill(Option<Struct>),
    /// The routes are looked at: from the first one, or as far as they are left.
    Evaluate(Left),
    /// An event is raised: one of these, the first that a handler is there for; then it goes on so.
    Raise(Vec<&'static str>, Resume),
    /// What is missing is asked for.
    Ask,
    /// The agent waits.
    Wait,
}

/// Which routes are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// All of them.
    All,
    /// Those with a condition alone, from this one on.
    Conditions(usize),
}

/// What became of a fulfillment with its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Did {
    /// The page was left, or entered again.
    Left,
    /// The list ends: a handler of a webhook error was called, or the target leads nowhere.
    Ended,
    /// The list goes on.
    On,
}

/// A turn that is played.
pub(super) struct Turn<'t, C> {
    agent: &'t Agent,
    session: &'t AgentSession,
    counterpart: &'t C,
    state: State,
    world: Seeded,
    response_id: String,
    query: Option<Query>,
    payload: Option<Struct>,
    /// The best first.
    languages: Vec<String>,
    webhooks: bool,
    match_type: MatchType,
    /// The intent that matched in this turn.
    matched: Option<IntentInfo>,
    /// The parameters of the form that the user filled.
    filled: Vec<(String, serde_json::Value)>,
    /// The same, until a route is called for it.
    live: Option<String>,
    next: Next,
    queue: Queue,
    /// Whether a parameter was asked for again already.
    reprompted: bool,
    /// The parameter whose value a webhook refused.
    refused: Option<String>,
    /// Whether a webhook changed parameters since this was last looked at.
    changed: bool,
    webhook_status: Option<u16>,
    calls: Vec<AgentCall>,
    payloads: Vec<Struct>,
    trail: Vec<Step>,
    findings: Vec<Finding>,
    known_findings: BTreeSet<(&'static str, String, String)>,
    way: Vec<String>,
    points: Vec<Point>,
}

impl<'t, C: Counterpart> Turn<'t, C> {
    /// A turn with this input.
    pub(super) fn begin(
        session: &'t AgentSession,
        input: &AgentInput,
        counterpart: &'t C,
    ) -> Result<Self, AgentTurnError> {
        let agent = &*session.agent;
        let mut state = session.state.clone();
        if state.ended {
            // The next conversation begins where the first one did, with nothing (E-86).
            let fresh = crate::emulator::Start { flow: None, page: None, ..session.start.clone() };
            let fresh = crate::emulator::Start { parameters: Struct::new(), ..fresh };
            let turns = state.turns;
            state = AgentSession::new(session.agent.clone(), fresh)?.state;
            state.turns = turns;
        }
        state.turns += 1;
        for frame in &mut state.frames {
            let visits = std::iter::once(&mut frame.here).chain(&mut frame.previous);
            visits.for_each(|visit| visit.form.begin_turn());
        }
        let language = input.language.as_deref().unwrap_or(&session.start.language);
        // Another sequence for each turn, and the same for each time it is played.
        let seed = session.start.seed.wrapping_add(state.turns.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Ok(Self {
            agent,
            session,
            counterpart,
            state,
            world: Seeded {
                chance: Chance::seeded(seed),
                time_zone: agent.time_zone.clone(),
                now: agent.options.now,
            },
            response_id: fresh_id(),
            query: input.query.clone(),
            payload: input.payload.clone().or_else(|| session.start.payload.clone()),
            languages: agent.languages(language),
            webhooks: input.webhooks,
            match_type: MatchType::NoMatch,
            matched: None,
            filled: Vec::new(),
            live: None,
            next: Next::Wait,
            queue: Queue::default(),
            reprompted: false,
            refused: None,
            changed: false,
            webhook_status: None,
            calls: Vec::new(),
            payloads: Vec::new(),
            trail: Vec::new(),
            findings: Vec::new(),
            known_findings: BTreeSet::new(),
            way: Vec::new(),
            points: Vec::new(),
        })
    }

    /// Plays it to its end.
    pub(super) async fn play(mut self, input: &AgentInput) -> Result<(State, AgentReaction), AgentTurnError> {
        self.inject(input);
        let took = self.hear(input)?;
        Box::pin(self.react(took)).await?;
        loop {
            match std::mem::replace(&mut self.next, Next::Wait) {
                Next::Enter(intent) => Box::pin(self.enter(intent)).await?,
                Next::Prefill(intent) => self.prefill(intent.as_ref()),
                Next::Evaluate(left) => Box::pin(self.evaluate(left)).await?,
                Next::Raise(events, resume) => Box::pin(self.flow_ended(&events, resume)).await?,
                Next::Ask => Box::pin(self.ask()).await?,
                Next::Wait => break,
            }
        }
        Ok(self.finish())
    }

    /// Sets what the input brings along.
    fn inject(&mut self, input: &AgentInput) {
        for (name, value) in &input.parameters {
            self.state.set(&super::plan::PresetScope::of(name), value.clone());
        }
    }

    fn page(&self) -> &'t PagePlan {
        let frame = self.state.frame();
        self.agent.page(frame.flow, frame.here.page)
    }

    fn step(&mut self, rule: &'static str, place: &str, what: impl Into<String>) {
        self.trail.push(Step { rule, place: place.to_owned(), what: what.into() });
    }

    /// Notes something once.
    fn note(&mut self, code: &'static str, place: &str, message: impl Into<String>) {
        /// More are not told.
        const MOST: usize = 200;
        let message = message.into();
        if self.findings.len() < MOST && self.known_findings.insert((code, place.to_owned(), message.clone()))
        {
            self.findings.push(Finding { code, place: place.to_owned(), message });
        }
    }

    /// How the place where the conversation is shows itself.
    fn here(&self) -> String {
        let place = self.agent.place(&self.state);
        format!("flow {}, page {}", place.flow, place.page)
    }

    fn finish(mut self) -> (State, AgentReaction) {
        let (messages, withheld) = self.uttered();
        let before = &self.session.state.parameters;
        let after = &self.state.parameters;
        let had = |of: &Struct, name: &str| {
            of.iter().find(|(known, _)| same_name(known, name)).map(|(_, value)| value.clone())
        };
        let set = after.iter().filter(|(name, value)| had(before, name).as_ref() != Some(*value));
        let set = set.map(|(name, value)| (name.clone(), value.clone())).collect();
        let cleared = before.keys().filter(|name| had(after, name).is_none()).cloned().collect();
        let intent = self.matched.take().map(|intent| MatchedIntent {
            name: intent.display_name,
            parameters: intent
                .parameters
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.resolved_value?)))
                .collect(),
        });
        let reaction = AgentReaction {
            messages,
            withheld,
            match_type: self.match_type,
            intent,
            filled: self.filled,
            place: self.agent.place(&self.state),
            form: self.state.frame().here.form.fields.clone(),
            ended: self.state.ended,
            parameters: after.clone(),
            flow_parameters: self.state.frame().parameters.clone(),
            set,
            cleared,
            calls: self.calls,
            payloads: self.payloads,
            trail: self.trail,
            findings: self.findings,
        };
        (self.state, reaction)
    }
}
