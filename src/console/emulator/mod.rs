//! Plays the agent, turn by turn: what is asked for, and what a conversation looks like.

mod difference;
mod message;
mod start;
mod talk;

pub(crate) use difference::{Change, Parameter, differences};
pub(crate) use message::{Message, Part};
pub(crate) use start::{FormRow, StartForm, StartPage, TalkLine};
pub(crate) use talk::{CallView, Failed, FieldView, Knows, Line, TalkPage, TurnForm, TurnView};
