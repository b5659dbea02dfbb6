//! The calls of a session, in order.

mod list;
mod one;
mod said;

pub(crate) use list::{ConversationsPage, Row};
pub(crate) use one::{Call, ConversationPage, ErasePage, Turn};
pub(crate) use said::{Answered, Said, answered, said};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Where a session's page is.
pub(crate) fn path(session: &str) -> String {
    format!("/console/conversations/{}", utf8_percent_encode(session, NON_ALPHANUMERIC))
}
