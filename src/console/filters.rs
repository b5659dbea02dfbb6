//! What templates write otherwise than as it is.

#![expect(unreachable_pub, reason = "the macro writes what it makes as pub")]

use std::fmt::Display;

use super::format;

/// What others wrote, with what would not be seen, or would turn the text around, in a form that is.
#[askama::filter_fn]
pub(crate) fn visible(text: impl Display, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(format::visible(&text.to_string()).into_owned())
}
