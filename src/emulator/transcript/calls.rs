//! Makes a transcript of recorded calls.

use serde_json::{Map, Value};

use super::recorded::Recorded;
use super::{MOST_TURNS, Recorder, Transcript};
use crate::config::Config;
use crate::emulator::session::{Session, SessionError};
use crate::emulator::verdict::Circumstances;
use crate::emulator::{Answer, Verdict};
use crate::outbound::Chance;
use crate::protocol::ParseError;

/// Recorded calls that make no transcript.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The text is not one JSON object after the other.
    #[error("call {number}: this is no JSON object: {reason}")]
    NoObject {
        /// Which call, from 1.
        number: usize,
        /// What is wrong.
        reason: serde_json::Error,
    },
    /// An object without a call in it.
    #[error(
        "call {number}: expected what `rejoinder call --json` prints, or {{\"request\": WebhookRequest, \"response\": WebhookResponse}}; {what}"
    )]
    NoCall {
        /// Which call, from 1.
        number: usize,
        /// What is missing.
        what: &'static str,
    },
    /// The request is none of a standard webhook.
    #[error("call {number}: the request is no WebhookRequest, which only standard webhooks get: {reason}")]
    Request {
        /// Which call, from 1.
        number: usize,
        /// What is wrong.
        reason: ParseError,
    },
    /// The request names what is not there.
    #[error("call {number}: {reason}")]
    Session {
        /// Which call, from 1.
        number: usize,
        /// What is wrong.
        reason: SessionError,
    },
    /// There are more calls than a transcript may have turns.
    #[error("there are more than {MOST_TURNS} calls, the most that a transcript may have")]
    TooMany,
    /// There is no call.
    #[error("there is no call in it")]
    Empty,
}

/// A transcript of recorded calls, which are taken as the turns of one conversation, whatever their session.
///
/// They are JSON objects one after the other, each what `rejoinder call --json` prints, or
/// `{"request": WebhookRequest, "response": WebhookResponse}`.
///
/// # Errors
///
/// See [`RecordError`].
pub fn of_calls(text: &str, config: &Config) -> Result<Transcript, RecordError> {
    let mut calls = Vec::new();
    for (index, object) in
        serde_json::Deserializer::from_str(text).into_iter::<Map<String, Value>>().enumerate()
    {
        let number = index + 1;
        if number > MOST_TURNS {
            return Err(RecordError::TooMany);
        }
        let object = object.map_err(|reason| RecordError::NoObject { number, reason })?;
        calls.push(Recorded::of(&object, number)?);
    }
    let first = calls.first().ok_or(RecordError::Empty)?;
    let mut transcript = Transcript { start: first.start(), ..Transcript::default() };
    for page in calls.iter().filter_map(Recorded::page) {
        let known = transcript
            .pages
            .pages
            .iter_mut()
            .find(|known| known.display_name == page.display_name && known.flow == page.flow);
        match known {
            Some(known) if known.form.len() >= page.form.len() => {}
            Some(known) => *known = page,
            None => transcript.pages.pages.push(page),
        }
    }
    let pages = std::sync::Arc::new(transcript.pages.clone());
    let failed = |number| move |reason| RecordError::Session { number, reason };
    let mut session = Session::new(config, transcript.start.clone(), pages).map_err(failed(1))?;
    let mut recorder = Recorder::new(transcript);
    for (index, call) in calls.iter().enumerate() {
        let input = call.input(&session);
        session.begin(&input).map_err(failed(index + 1))?;
        let chance = Chance::seeded(0);
        let outcome = Ok(Answer::new(call.status, call.answer.clone()));
        let mut verdict = Verdict::standard(&outcome, &Circumstances::new(&call.request, &chance));
        if let (Some(event), Some(failure)) = (call.event, &mut verdict.failure) {
            failure.event = event;
        }
        let reaction = session.conclude(Some(&verdict), None, false);
        recorder.add(&input, &reaction);
    }
    Ok(recorder.finish())
}
