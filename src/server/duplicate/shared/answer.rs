//! Answers as the store has them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::table::State;
use crate::error::{Error, ErrorKind};
use crate::fulfillment::{Answer, Outcome};
use crate::store::{Row, StoreError};

/// An answer in columns.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pub(super) outcome: &'static str,
    pub(super) body: Option<Vec<u8>>,
    pub(super) failure: Option<String>,
}

/// What a caller is told of a failure. Its causes are in the log of whoever had it.
#[derive(Serialize, Deserialize)]
struct Failure<'f> {
    kind: &'f str,
    code: &'f str,
    message: String,
}

impl Columns {
    pub(super) fn of(answer: &Answer) -> Self {
        let failure = answer.body.as_ref().err().or(answer.hidden.as_ref()).and_then(|error| {
            let failure = Failure {
                kind: error.kind().code(),
                code: error.code(),
                message: error.public_message().to_owned(),
            };
            serde_json::to_string(&failure).ok()
        });
        let body = answer.body.as_ref().ok().map(|body| body.to_vec());
        Self { outcome: answer.outcome.as_str(), body, failure }
    }

    /// The answer of a row, if it has one.
    pub(super) fn read(row: &Row) -> Result<State, StoreError> {
        let Some(outcome) = row.get::<Option<String>>("outcome")? else { return Ok(State::Running) };
        let body = row.get::<Option<Vec<u8>>>("body")?.map(Bytes::from);
        let failure = row.get::<Option<String>>("failure")?.and_then(|text| told(&text));
        let Some(outcome) = Outcome::ALL.into_iter().find(|known| known.as_str() == outcome) else {
            return Ok(State::Unreadable);
        };
        Ok(match (body, failure) {
            (Some(body), hidden) => State::Answered(Arc::new(Answer { outcome, body: Ok(body), hidden })),
            (None, Some(error)) => {
                State::Answered(Arc::new(Answer { outcome, body: Err(error), hidden: None }))
            }
            (None, None) => State::Unreadable,
        })
    }
}

fn told(text: &str) -> Option<Error> {
    let Failure { kind, code, message } = serde_json::from_str(text).ok()?;
    let kind = ErrorKind::ALL.into_iter().find(|known| known.code() == kind)?;
    Some(Error::new(kind, message).with_code(word(code).unwrap_or(kind.code())))
}

/// A code for as long as the process lives. There are some dozens of them, so what is not one of ours
/// soon finds no room.
fn word(code: &str) -> Option<&'static str> {
    const MOST: usize = 256;
    static WORDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(code) {
        return Some(known);
    }
    if words.len() >= MOST || code.len() > 64 {
        return None;
    }
    let word: &'static str = Box::leak(code.into());
    words.insert(word);
    Some(word)
}
