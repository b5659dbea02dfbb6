//! The log of all invocations.

mod difference;
mod list;
mod one;
mod received;
mod replay;
mod words;

pub(crate) use difference::{Difference, difference};
pub(crate) use list::{Filters, ListPage, Place, Row, RowsPart};
pub(crate) use one::{Attempt, Body, Fact, Made, Message, OnePage, Parameters};
pub(crate) use received::{Event, ReceivedListPage, ReceivedPage};
pub(crate) use replay::{FailedPage, ReplayPage, TriedPage};
pub(crate) use words::{event_words, reason, status_badge, status_word};
