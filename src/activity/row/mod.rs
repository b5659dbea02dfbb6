//! From what the paths handed over to what is written: decoded, masked, cut.

mod changes;
mod delivered;
mod inbound;
mod json;
mod outbound;

use std::borrow::Cow;
use std::time::Duration;

use self::json::Json;
use super::InvocationId;
use super::facet::Facet;
use super::kept::{Messages, Summary};
use super::record::Record;
use super::redact::Redactor;
use super::status::{Kind, Status};
use crate::config::Activity;
use crate::excerpt::excerpt;
use crate::protocol::Envelope;

/// What callers wrote, and errors, at a length that a list can bear.
const SHORT: usize = 256;
const ERROR: usize = 2000;
/// The longest address kept.
const ADDRESS: usize = 4096;

/// What is written of one invocation, but for its texts, which stand one after the other among those of others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) parent: Option<i64>,
    kind: Kind,
    status: Status,
    status_code: u16,
    /// Where its texts begin, and how long they are: the session, the summary, the messages; then what
    /// else it has in common with others, the type of error, the webhook, the tag, the environment, the agent.
    start: usize,
    lengths: [usize; 8],
    /// What it counts in the queue.
    pub(super) room: usize,
}

impl Row {
    /// The session, which is empty if there is none, the summary and the messages.
    pub(super) fn kept<'t>(&self, texts: &'t str) -> [&'t str; 3] {
        let [session, summary, messages, ..] = self.texts(texts);
        [session, summary, messages]
    }

    /// What it has in common with others.
    pub(super) fn facet<'t>(&self, texts: &'t str) -> Facet<'t> {
        let [_, _, _, error_type, webhook, tag, environment, agent] = self.texts(texts);
        let Self { kind, status, status_code, .. } = *self;
        Facet { kind, status, status_code, error_type, webhook, tag, environment, agent }
    }

    fn texts<'t>(&self, texts: &'t str) -> [&'t str; 8] {
        let mut start = self.start;
        self.lengths.map(|length| {
            let part = texts.get(start..start + length).unwrap_or_default();
            start += length;
            part
        })
    }

    /// What it takes in memory and in the store, nearly.
    pub(super) fn size(&self) -> usize {
        /// Its numbers, and its places in indexes.
        const BESIDE: usize = 150;
        BESIDE + self.lengths.iter().sum::<usize>()
    }
}

/// Rows with their texts.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    pub(super) texts: Vec<u8>,
}

impl Rows {
    /// Adds one whose texts are these.
    pub(super) fn add(&mut self, row: Row, texts: &[u8]) {
        self.rows.push(Row { start: self.texts.len(), ..row });
        self.texts.extend_from_slice(texts);
    }
}

/// What rows are made with.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) settings: Activity,
    pub(super) messages_key: String,
    pub(super) redactor: Redactor,
}

/// What a row has beside its JSON.
struct Call<'c> {
    id: InvocationId,
    parent: Option<InvocationId>,
    session: &'c str,
    facet: Facet<'c>,
}

impl Rules {
    /// Makes a row, whose texts come into `texts` in place of what is there.
    pub(super) fn row(&self, record: &Record, texts: &mut Vec<u8>) -> Row {
        self.redactor.refresh();
        texts.clear();
        match record {
            Record::Inbound(inbound) => self.inbound(inbound, texts),
            Record::Outbound(outbound) => self.outbound(outbound, texts),
            Record::Delivered(delivered) => self.delivered(delivered, texts),
        }
    }

    /// Whether making a row takes no longer than handing over what it is made of.
    pub(super) fn is_quick(&self, record: &Record) -> bool {
        match record {
            Record::Inbound(_) => !self.settings.inbound_bodies,
            Record::Outbound(_) | Record::Delivered(_) => false,
        }
    }

    fn write_value(
        &self,
        call: &Call<'_>,
        summary: &Summary<'_>,
        messages: &Messages<'_>,
        texts: &mut Vec<u8>,
    ) -> Row {
        let summary = |json: &mut Json<'_>| {
            json.value(summary);
        };
        let messages = |json: &mut Json<'_>| {
            json.value(messages);
        };
        self.write(call, summary, messages, texts)
    }

    fn write(
        &self,
        call: &Call<'_>,
        summary: impl FnOnce(&mut Json<'_>),
        messages: impl FnOnce(&mut Json<'_>),
        texts: &mut Vec<u8>,
    ) -> Row {
        let Call { id, parent, session, facet } = *call;
        texts.extend_from_slice(session.as_bytes());
        let json = [self.json(texts, summary), self.json(texts, messages)];
        let words = [facet.error_type, facet.webhook, facet.tag, facet.environment, facet.agent];
        words.iter().for_each(|word| texts.extend_from_slice(word.as_bytes()));
        let [error_type, webhook, tag, environment, agent] = words.map(str::len);
        let mut row = Row {
            id: id.number(),
            parent: parent.map(InvocationId::number),
            kind: facet.kind,
            status: facet.status,
            status_code: facet.status_code,
            start: 0,
            lengths: [session.len(), json[0], json[1], error_type, webhook, tag, environment, agent],
            room: 0,
        };
        row.room = row.size();
        row
    }

    /// Adds JSON, looked through once more: whatever path a secret came on, it ends here. Tells how long it is.
    fn json(&self, texts: &mut Vec<u8>, write: impl FnOnce(&mut Json<'_>)) -> usize {
        let start = texts.len();
        write(&mut Json(texts));
        self.redactor.clean(texts, start);
        texts.len() - start
    }

    fn error<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.redactor.text(text) {
            Cow::Borrowed(text) => excerpt(text, ERROR),
            Cow::Owned(text) => excerpt(&text, ERROR).into_owned().into(),
        }
    }

    fn short<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        if text.len() <= SHORT { text } else { excerpt(&text, SHORT).into_owned().into() }
    }
}

/// What lists show of a call's message.
#[derive(Debug, Default)]
struct Said<'e> {
    session: Cow<'e, str>,
    tag: Cow<'e, str>,
    page_name: Cow<'e, str>,
    current_page: Cow<'e, str>,
    response_id: Cow<'e, str>,
}

impl<'e> Said<'e> {
    fn of(envelope: Option<&'e Envelope>) -> Self {
        envelope.map_or_else(Self::default, |envelope| Self {
            session: envelope.session(),
            tag: envelope.tag(),
            page_name: envelope.page_display_name(),
            current_page: envelope.current_page(),
            response_id: envelope.detect_intent_response_id(),
        })
    }

    fn page(&self) -> &str {
        let last = || self.current_page.rsplit('/').next().unwrap_or_default();
        if self.page_name.is_empty() { last() } else { &self.page_name }
    }
}

fn cut_address(url: &str) -> &str {
    &url[..url.floor_char_boundary(ADDRESS)]
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
