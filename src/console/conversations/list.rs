//! Recent conversations.

use askama::Template;

use super::super::format::{Moment, number};
use super::super::{Chrome, filters};
use crate::activity::query::Conversation;

#[derive(Debug, Template)]
#[template(path = "conversations/list.html")]
pub(crate) struct ConversationsPage {
    pub(crate) chrome: Chrome,
    pub(crate) rows: Vec<Row>,
    /// Where this page is not the newest.
    pub(crate) is_later: bool,
    pub(crate) older: Option<String>,
}

/// A conversation in the list.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) session: String,
    pub(crate) path: String,
    pub(crate) last: Moment,
    pub(crate) first: Moment,
    /// How many calls, and whether that is all.
    pub(crate) calls: String,
    pub(crate) failed: String,
    pub(crate) tags: Vec<String>,
    /// How many tags are not shown.
    pub(crate) more_tags: usize,
}

/// So many tags are shown of each.
const TAGS: usize = 5;

impl Row {
    pub(crate) fn of(conversation: &Conversation) -> Self {
        let Conversation { session, last, first, calls, is_more, failed, tags } = conversation;
        let plus = if *is_more { "+" } else { "" };
        Self {
            session: session.clone(),
            path: super::path(session),
            last: Moment(last.micros()),
            first: Moment(first.micros()),
            calls: format!("{}{plus}", number(*calls as u64)),
            failed: if *failed == 0 { String::new() } else { format!("{}{plus}", number(*failed as u64)) },
            tags: tags.iter().take(TAGS).cloned().collect(),
            more_tags: tags.len().saturating_sub(TAGS),
        }
    }
}
