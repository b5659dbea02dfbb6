//! The jobs in the store: added with what caused them, taken with a lease, ended once.
//!
//! A job waits while it has a due time. Whoever takes it becomes its owner, and its due time the end
//! of the lease: if the owner ends, the job is due again by itself. How often it was taken counts up
//! before it is sent, so that an end of the process in between adds no attempt to those it may have.
//! What comes back is written by its owner alone, and only for the attempt that it knows of.

mod add;
mod change;
mod count;
mod keep;
mod read;
mod take;
mod unlogged;

use serde::{Deserialize, Serialize};

pub(super) use add::add;
pub(super) use change::{AttemptRow, Change, Changes};
pub(crate) use count::{DAYS, Firings};
pub(super) use count::{counts, days, firings};
pub(super) use keep::{Bounded, erase, remove_old};
pub(super) use read::{Attempted, attempts, invocation_of, invocations, jobs};
pub(super) use take::{Waiting, due, end_of_webhook, take};
pub(super) use unlogged::{Ended, ended, mark_logged, unlogged};

use super::job::{Content, Job, Source};
use crate::activity::InvocationId;
use crate::activity::record::Place;
use crate::store::{Row, StoreError};

/// How many rows one statement writes; each size is a statement that is prepared once.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// What [`read_job`] needs of a row.
const JOB: &str = "id, webhook, about, content_kind, content";

/// What is only shown of a job, and never looked for.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct About {
    source: String,
    source_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<i64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    event_type: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    agent: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    environment: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    session: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    tag: String,
}

impl About {
    fn of(job: &Job) -> Self {
        let (source, source_id) = job.source.parts();
        let Place { agent, environment, session, tag } = job.place.clone();
        Self {
            source: source.to_owned(),
            source_id: source_id.to_owned(),
            origin: job.origin.map(InvocationId::number),
            event_type: job.event_type.clone(),
            agent,
            environment,
            session,
            tag,
        }
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        // What a newer program has written may have more in it, and is shown as far as it is known.
        Ok(serde_json::from_str(&row.get::<String>("about")?).unwrap_or_default())
    }

    fn source(&self) -> Source {
        Source::of_parts(&self.source, self.source_id.clone())
    }
}

fn read_job(row: &Row) -> Result<Job, StoreError> {
    let about = About::read(row)?;
    let content: Vec<u8> = row.get("content")?;
    let content = match row.get::<String>("content_kind")?.as_str() {
        "parameters" => Content::Parameters(serde_json::from_slice(&content).unwrap_or_default()),
        _ => Content::Body(content.into()),
    };
    Ok(Job {
        id: InvocationId::of_number(row.get("id")?),
        webhook: row.parsed("webhook")?,
        source: about.source(),
        origin: about.origin.map(InvocationId::of_number),
        event_type: about.event_type,
        place: Place {
            agent: about.agent,
            environment: about.environment,
            session: about.session,
            tag: about.tag,
        },
        content,
    })
}

/// A status code as the store has it.
fn code(row: &Row) -> Result<Option<u16>, StoreError> {
    Ok(row.get::<Option<i64>>("status_code")?.and_then(|code| u16::try_from(code).ok()))
}

/// A count as the store has it.
fn count(row: &Row, column: &str) -> Result<u32, StoreError> {
    Ok(u32::try_from(row.get::<i64>(column)?).unwrap_or_default())
}

/// `$3,$4,$5`: so many placeholders from a number on.
fn list(first: usize, count: usize) -> String {
    (first..first + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(",")
}
