//! JSON as it is written for every call: straight into a row's texts.
//!
//! What a call has is nearly always plain, and is copied. What stands here and in
//! [`inbound`](super::inbound) has the form that [`kept`](crate::activity::kept) reads.

use serde::Serialize;

use crate::protocol::json::is_plain;

/// Texts, and the JSON that is being written at their end.
#[derive(Debug)]
pub(super) struct Json<'t>(pub(super) &'t mut Vec<u8>);

impl Json<'_> {
    /// Adds JSON that is our own.
    pub(super) fn raw(&mut self, json: &str) -> &mut Self {
        self.0.extend_from_slice(json.as_bytes());
        self
    }

    pub(super) fn number(&mut self, number: impl itoa::Integer) -> &mut Self {
        self.raw(itoa::Buffer::new().format(number))
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        if is_plain(text) { self.raw("\"").raw(text).raw("\"") } else { self.value(text) }
    }

    pub(super) fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> &mut Self {
        // Memory does not fail, and all names are texts.
        let _ = serde_json::to_writer(&mut *self.0, value);
        self
    }

    /// Adds a list, each element by `write`.
    pub(super) fn list<E>(
        &mut self,
        elements: impl IntoIterator<Item = E>,
        mut write: impl FnMut(&mut Self, E),
    ) -> &mut Self {
        self.raw("[");
        let mut first = true;
        for element in elements {
            if !std::mem::take(&mut first) {
                self.raw(",");
            }
            write(self, element);
        }
        self.raw("]")
    }

    /// Adds a member that is a text, unless there is none. It is not the first.
    pub(super) fn member(&mut self, name: &str, text: &str) -> &mut Self {
        if text.is_empty() { self } else { self.raw(",\"").raw(name).raw("\":").text(text) }
    }
}
