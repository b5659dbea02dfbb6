//! A session's parameters, as they are written for every call: the form of [`Parameters`](crate::activity::Parameters).

use std::borrow::Cow;

use super::json::Json;
use crate::activity::parameters::{MOST, bounded, bounded_name, is_allowed};
use crate::protocol::RawValue;

impl Json<'_> {
    /// Adds the names of all, and the values of those that may be kept.
    pub(super) fn parameters<'e>(
        &mut self,
        parameters: impl Iterator<Item = (Cow<'e, str>, RawValue<'e>)>,
        allowed: &[String],
    ) -> &mut Self {
        let (mut values, mut cleared, mut count) = (Vec::new(), Vec::new(), 0_usize);
        self.raw("{\"names\":[");
        for (name, value) in parameters {
            count += 1;
            if count > MOST {
                continue;
            }
            let name = bounded_name(name);
            self.raw(if count == 1 { "" } else { "," }).text(&name);
            if value.text() == "null" {
                cleared.push(name);
            } else if is_allowed(&name, allowed)
                && let Ok(value) = value.to_value()
            {
                values.push((name, bounded(value)));
            }
        }
        self.raw("]");
        if !values.is_empty() {
            self.raw(",\"values\":").value(&values);
        }
        if !cleared.is_empty() {
            self.raw(",\"cleared\":").value(&cleared);
        }
        if count > MOST {
            self.raw(",\"more\":").number(count - MOST);
        }
        self.raw("}")
    }
}
