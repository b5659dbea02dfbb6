//! Changes to the form of the current page.

use serde_json::Value;

use crate::protocol::decode::same_name;
use crate::protocol::{ParameterInfo, ParameterState};

/// What a reply changes in one form parameter.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct FormChange {
    pub(super) name: String,
    pub(super) required: Option<bool>,
    pub(super) invalid: bool,
    pub(super) value: Option<Value>,
}

impl FormChange {
    /// The change as the platform wants it, given the form that the request showed.
    ///
    /// `required` has no presence on the wire: leaving it out says "optional". So where the handler
    /// does not mention it, it is repeated as it was.
    pub(super) fn seal(self, form: &[ParameterInfo]) -> ParameterInfo {
        let shown = form.iter().find(|shown| same_name(&shown.display_name, &self.name));
        let was_required = shown.map_or(self.invalid, |shown| shown.required);
        let state = if self.invalid { ParameterState::Invalid } else { ParameterState::Unspecified };
        ParameterInfo {
            display_name: shown.map_or(self.name, |shown| shown.display_name.clone()),
            required: self.required.unwrap_or(was_required),
            state,
            value: self.value,
            ..ParameterInfo::default()
        }
    }
}
