//! One conversation: what it began with, its turns, and what the agent knew after each of them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::calls::{Calls, Made};
use super::export::Export;
use crate::config::Config;
use crate::console::emulator::TurnForm;
use crate::emulator::agent::{AgentInput, AgentReaction, AgentSession};
use crate::emulator::session::{Pages, SessionError};
use crate::emulator::transcript::{
    Expect, Mismatch, PlayError, Recorder, Step, Talk as Session, Transcript, take_turn,
};
use crate::emulator::{self, Input, Reaction, Start};

/// How many turns it may have.
pub(super) const MOST_TURNS: usize = 200;
/// How long a turn may take: an agent may make many calls in one.
const LONGEST: Duration = Duration::from_secs(60);
/// How much its turns may hold, in bytes.
pub(super) const LARGEST: usize = 2 << 20;

/// What a conversation begins with.
#[derive(Debug, Clone, Default)]
pub(super) struct Begun {
    /// What it is called; empty for what it is about.
    pub(super) name: String,
    pub(super) start: Start,
    /// The pages that it describes by itself, beside those of the export.
    pub(super) pages: Pages,
    pub(super) export: Option<Arc<Export>>,
    /// Whether webhooks of others are called at their own addresses.
    pub(super) external: bool,
    /// What the first turn is likely to call.
    pub(super) tag: String,
    pub(super) webhook: String,
    /// The turns of a transcript, to be played.
    pub(super) steps: Vec<Step>,
    /// What is to be known about it.
    pub(super) notes: Vec<String>,
}

/// A conversation.
#[derive(Debug)]
pub(super) struct Talk {
    pub(super) begun: Begun,
    first: Session,
    turns: Vec<Turn>,
    /// The turns of a transcript that were not played yet.
    pending: VecDeque<Step>,
    /// What the last form held that was taken back.
    draft: Option<TurnForm>,
    bytes: usize,
}

/// A turn that was played.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) input: Input,
    pub(super) reaction: Reaction,
    /// The same as an executed agent tells it.
    pub(super) executed: Option<Box<AgentReaction>>,
    pub(super) expect: Expect,
    /// What a transcript expected that did not come.
    pub(super) mismatches: Vec<Mismatch>,
    pub(super) calls: Vec<Made>,
    /// The session after it.
    pub(super) after: Session,
    /// The form that it was made with.
    form: Option<TurnForm>,
    /// Whether it was played from a transcript.
    pub(super) is_of_transcript: bool,
    bytes: usize,
}

/// A turn that was not played; the conversation is as it was.
#[derive(Debug, thiserror::Error)]
pub(super) enum TurnError {
    #[error("{0}")]
    Play(#[from] PlayError),
    #[error("the turn was not over after {} s, and was given up", LONGEST.as_secs())]
    TooLong,
    #[error("a conversation has at most {MOST_TURNS} turns; take some back, or start over")]
    TooManyTurns,
    #[error("a conversation holds at most {} of requests and answers; take turns back, or start over", crate::console::format::bytes(LARGEST as u64))]
    TooLarge,
}

impl Talk {
    pub(super) fn begin(begun: Begun, config: &Config) -> Result<Self, SessionError> {
        let first = match begun.export.as_ref().map(|export| (export, export.agent())) {
            Some((_, Some(agent))) => {
                Session::Executed(Box::new(AgentSession::new(Arc::clone(agent), begun.start.clone())?))
            }
            export => told(&begun, export.map(|(export, _)| export), config)?,
        };
        let pending = begun.steps.iter().cloned().collect();
        Ok(Self { begun, first, turns: Vec::new(), pending, draft: None, bytes: 0 })
    }

    /// The same anew, in a session of its own.
    pub(super) fn again(&mut self, config: &Config) -> Result<(), SessionError> {
        *self = Self::begin(self.begun.clone(), config)?;
        Ok(())
    }

    pub(super) fn title(&self) -> String {
        let Begun { name, export, tag, webhook, .. } = &self.begun;
        let export = export.as_ref().map(|export| export.package().display_name()).unwrap_or_default();
        let names = [name, &export, webhook, tag];
        let named = names.into_iter().find(|name| !name.is_empty());
        named.map_or_else(|| "Conversation".to_owned(), Clone::clone)
    }

    /// Whether the agent itself is executed.
    pub(super) fn is_executed(&self) -> bool {
        matches!(self.first, Session::Executed(_))
    }

    pub(super) fn has_export(&self) -> bool {
        self.begun.export.is_some()
    }

    pub(super) fn turns(&self) -> &[Turn] {
        &self.turns
    }

    pub(super) fn pending(&self) -> &VecDeque<Step> {
        &self.pending
    }

    /// The session before the turn of this index, which is the one after all turns for their number.
    pub(super) fn before(&self, index: usize) -> &Session {
        index.checked_sub(1).and_then(|last| self.turns.get(last)).map_or(&self.first, |turn| &turn.after)
    }

    /// The session now.
    pub(super) fn session(&self) -> &Session {
        self.before(self.turns.len())
    }

    /// What the next turn's form holds to begin with.
    pub(super) fn form(&self) -> TurnForm {
        if let Some(draft) = &self.draft {
            return draft.clone();
        }
        let (tag, webhook) = match self.turns.last() {
            Some(turn) => (turn.input.tag.clone(), turn.input.webhook.clone()),
            None => (Some(self.begun.tag.clone()), Some(self.begun.webhook.clone())),
        };
        TurnForm { tag: tag.unwrap_or_default(), webhook: webhook.unwrap_or_default(), ..TurnForm::default() }
    }

    /// Plays a turn that a form describes.
    pub(super) async fn turn(
        &mut self,
        input: Input,
        form: TurnForm,
        calls: &Calls,
    ) -> Result<(), TurnError> {
        Box::pin(self.play(Step { input, ..Step::default() }, Some(form), calls, false)).await
    }

    /// Plays the next turn of the transcript; whether there was one.
    pub(super) async fn next(&mut self, calls: &Calls) -> Result<bool, TurnError> {
        let Some(step) = self.pending.pop_front() else { return Ok(false) };
        let goes_on = self.pending.front().is_some_and(|next| next.input.same_turn);
        if let Err(error) = Box::pin(self.play(step.clone(), None, calls, goes_on)).await {
            self.pending.push_front(step);
            return Err(error);
        }
        Ok(true)
    }

    async fn play(
        &mut self,
        step: Step,
        form: Option<TurnForm>,
        calls: &Calls,
        goes_on: bool,
    ) -> Result<(), TurnError> {
        if self.turns.len() >= MOST_TURNS {
            return Err(TurnError::TooManyTurns);
        }
        if self.bytes >= LARGEST {
            return Err(TurnError::TooLarge);
        }
        let mut after = self.session().clone();
        let playing =
            tokio::time::timeout(LONGEST, Box::pin(played(&mut after, calls, &step.input, goes_on)));
        let played = playing.await;
        let made = calls.take();
        let (reaction, executed) = played.map_err(|_| TurnError::TooLong)??;
        // What the session knows is kept twice: in the reaction, and in the session after it.
        let known: usize =
            reaction.parameters.iter().map(|(name, value)| name.len() + value.to_string().len()).sum();
        let trail = executed.as_ref().map_or(0, |executed| 200 * executed.trail.len());
        let bytes = 1024 + trail + 2 * known + made.iter().map(|made| 2 * made.size()).sum::<usize>();
        self.bytes += bytes;
        self.draft = None;
        self.turns.push(Turn {
            mismatches: if form.is_none() { step.expect.check(&reaction) } else { Vec::new() },
            input: step.input,
            expect: step.expect,
            reaction,
            executed,
            calls: made,
            after,
            is_of_transcript: form.is_none(),
            form,
            bytes,
        });
        Ok(())
    }

    /// Takes the last turn back: what a transcript said is pending again, what a form said is in the form
    /// again.
    pub(super) fn undo(&mut self) -> bool {
        let Some(turn) = self.turns.pop() else { return false };
        self.bytes -= turn.bytes;
        match turn.form {
            Some(form) => self.draft = Some(form),
            None => self.pending.push_front(Step { input: turn.input, expect: turn.expect, line: 0 }),
        }
        true
    }

    /// What happened, with what came of it as what is expected.
    pub(super) fn transcript(&self) -> Transcript {
        let Begun { start, pages, export, .. } = &self.begun;
        let about = Transcript {
            name: self.title(),
            start: start.clone(),
            pages: pages.clone(),
            agent: export.as_ref().map(|export| export.file.clone().into()),
            ..Transcript::default()
        };
        let mut recorder = Recorder::new(about);
        self.turns.iter().for_each(|turn| recorder.add(&turn.input, &turn.reaction));
        recorder.finish()
    }
}

/// A session that is told what the agent does.
fn told(begun: &Begun, export: Option<&Arc<Export>>, config: &Config) -> Result<Session, SessionError> {
    let mut start = begun.start.clone();
    let mut pages = begun.pages.clone();
    if let Some(export) = export {
        let package = export.package();
        if start.language.is_empty() {
            start.language.clone_from(&package.agent.default_language_code);
        }
        let mut exported = Pages::of_package(package, &start.language);
        exported.pages.append(&mut pages.pages);
        pages = exported;
    }
    Ok(Session::Told(Box::new(emulator::Session::new(config, start, Arc::new(pages))?)))
}

/// What came of a turn, and what an executed agent tells of it.
async fn played(
    session: &mut Session,
    calls: &Calls,
    input: &Input,
    goes_on: bool,
) -> Result<(Reaction, Option<Box<AgentReaction>>), PlayError> {
    match session {
        Session::Told(session) => Ok((Box::pin(take_turn(session, calls, input, goes_on)).await?, None)),
        Session::Executed(session) => {
            let input = AgentInput::try_from(input)?;
            let before = session.place();
            let reaction = Box::pin(session.play(&input, calls)).await?;
            Ok((Reaction::of_agent(reaction.clone(), &before), Some(Box::new(reaction))))
        }
    }
}
