//! Plays a transcript: turn by turn against whoever answers.

use std::time::{Duration, Instant};

use super::expect::Mismatch;
use super::player::Player;
use super::{Step, Transcript};
use crate::emulator::counterpart::{Counterpart, PlayError};
use crate::emulator::session::{Input, Reaction, Session};

/// A turn that was played, or not.
#[derive(Debug)]
#[non_exhaustive]
pub struct Played {
    /// The turn.
    pub step: Step,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took to play.
    pub took: Duration,
}

/// What came of a turn.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The agent did this; every expectation that was not met.
    Reacted(Box<Reaction>, Vec<Mismatch>),
    /// It could not be played.
    Failed(PlayError),
    /// A turn before could not be played.
    Skipped,
}

impl Played {
    /// Whether it was played, and all expectations were met.
    #[must_use]
    pub fn passed(&self) -> bool {
        matches!(&self.outcome, Outcome::Reacted(_, wrong) if wrong.is_empty())
    }

    /// What the agent did, if the turn was played.
    #[must_use]
    pub fn reaction(&self) -> Option<&Reaction> {
        match &self.outcome {
            Outcome::Reacted(reaction, _) => Some(reaction),
            _ => None,
        }
    }
}

/// What came of a transcript.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// Its name.
    pub name: String,
    /// Its file, if it was read from one.
    pub file: Option<std::path::PathBuf>,
    /// The environment of the session.
    pub environment: Option<String>,
    /// Its turns, all of them.
    pub turns: Vec<Played>,
}

impl Report {
    /// Whether every turn was played, and all expectations were met.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.turns.iter().all(Played::passed)
    }

    /// Panics with the whole dialogue unless everything passed.
    ///
    /// # Panics
    ///
    /// If a turn could not be played or an expectation was not met.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.passed(), "{self}");
    }
}

/// Plays all turns; `each` sees them one by one. After a turn that cannot be played the others are not.
pub async fn play<P: Player, C: Counterpart>(
    transcript: &Transcript,
    player: &mut P,
    counterpart: &C,
    mut each: impl FnMut(&Played),
) -> Report {
    let mut turns: Vec<Played> = Vec::with_capacity(transcript.turns.len());
    for (index, step) in transcript.turns.iter().enumerate() {
        let goes_on = transcript.turns.get(index + 1).is_some_and(|next| next.input.same_turn);
        let begun = Instant::now();
        let stopped = turns.last().is_some_and(|last| !matches!(last.outcome, Outcome::Reacted(..)));
        let outcome = if stopped {
            Outcome::Skipped
        } else {
            match Box::pin(player.take(counterpart, &step.input, goes_on)).await {
                Ok(reaction) => {
                    let wrong = step.expect.check(&reaction);
                    Outcome::Reacted(Box::new(reaction), wrong)
                }
                Err(error) => Outcome::Failed(error),
            }
        };
        let played = Played { step: step.clone(), outcome, took: begun.elapsed() };
        each(&played);
        turns.push(played);
    }
    Report {
        name: transcript.name.clone(),
        file: transcript.file.clone(),
        environment: transcript.start.environment.clone(),
        turns,
    }
}

/// One turn: the input, the call if there is one, and what the agent does then.
///
/// # Errors
///
/// An input that the session cannot take; a call that was not made.
pub async fn take_turn<C: Counterpart>(
    session: &mut Session,
    counterpart: &C,
    input: &Input,
    goes_on: bool,
) -> Result<Reaction, PlayError> {
    let Some(request) = session.begin(input)? else {
        return Ok(session.conclude(None, None, goes_on));
    };
    let answered = Box::pin(counterpart.answer(&request, input)).await?;
    let mut reaction = session.conclude(Some(&answered.verdict), Some(answered.latency), goes_on);
    reaction.notes.extend(answered.notes);
    Ok(reaction)
}
