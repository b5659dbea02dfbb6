//! The form of the page that a conversation is on.

use serde::Serialize;
use serde_json::Value;

use super::pages::FormParameter;
use crate::emulator::verdict::FormChange;
use crate::protocol::decode::same_name;
use crate::protocol::{FormInfo, ParameterInfo, ParameterState, Struct};

/// Whether a form parameter has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FieldState {
    /// It has none.
    Empty,
    /// A webhook refused its value.
    Invalid,
    /// It has one.
    Filled,
}

impl FieldState {
    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "EMPTY",
            Self::Invalid => "INVALID",
            Self::Filled => "FILLED",
        }
    }

    fn on_the_wire(self) -> ParameterState {
        match self {
            Self::Empty => ParameterState::Empty,
            Self::Invalid => ParameterState::Invalid,
            Self::Filled => ParameterState::Filled,
        }
    }
}

/// A parameter of the form, and how far it is filled.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Field {
    /// Its display name.
    pub name: String,
    /// Whether the agent asks for it.
    pub required: bool,
    /// Whether it has a value.
    pub state: FieldState,
    /// Its value; null for none.
    pub value: Value,
    /// Whether the user gave it in this turn.
    pub just_collected: bool,
    #[serde(skip)]
    pub(super) parameter: FormParameter,
}

impl Field {
    fn new(parameter: &FormParameter) -> Self {
        Self {
            name: parameter.display_name.clone(),
            required: parameter.required,
            state: FieldState::Empty,
            value: Value::Null,
            just_collected: false,
            parameter: parameter.clone(),
        }
    }

    pub(in crate::emulator) fn fill(&mut self, value: Value) {
        self.state = if value.is_null() { FieldState::Empty } else { FieldState::Filled };
        self.value = value;
    }
}

/// The form of a page in one visit of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::emulator) struct Form {
    pub(in crate::emulator) fields: Vec<Field>,
    /// Whether its parameters are known; otherwise it has those that were filled.
    known: bool,
}

impl Form {
    /// The form on entering its page: what the session has already is not asked for.
    pub(super) fn entered(form: Option<&[FormParameter]>, session: &Struct) -> Self {
        let mut this = Self { known: form.is_some(), ..Self::unfilled(form.unwrap_or_default()) };
        this.prefill(session, None);
        this
    }

    /// The form before anything is known.
    pub(in crate::emulator) fn unfilled(form: &[FormParameter]) -> Self {
        Self { known: true, fields: form.iter().map(Field::new).collect() }
    }

    /// Fills what is empty: from the session, or else from defaults. What an `intent` brings wins over the
    /// session. Gives what was filled from intent and defaults, which the session does not know yet.
    pub(in crate::emulator) fn prefill(
        &mut self,
        session: &Struct,
        intent: Option<&Struct>,
    ) -> Vec<(String, Value)> {
        let mut given = Vec::new();
        for field in self.fields.iter_mut().filter(|field| field.state == FieldState::Empty) {
            let of = |known: &Struct| {
                let found = known.iter().find(|(name, _)| same_name(name, &field.name));
                found.map(|(_, value)| value.clone()).filter(|value| !value.is_null())
            };
            let default = || field.parameter.default.clone().filter(|_| !field.required);
            let brought = intent.and_then(of);
            let known = of(session).filter(|_| brought.is_none());
            let is_new = known.is_none();
            let Some(value) = known.or(brought).or_else(default) else { continue };
            if is_new {
                given.push((field.name.clone(), value.clone()));
            }
            field.fill(value);
        }
        given
    }

    pub(in crate::emulator) fn find(&mut self, name: &str) -> Option<&mut Field> {
        self.fields.iter_mut().find(|field| same_name(&field.name, name))
    }

    pub(in crate::emulator) fn begin_turn(&mut self) {
        self.fields.iter_mut().for_each(|field| field.just_collected = false);
    }

    /// What the user gave; the names of the form's parameters if this is none of them.
    pub(in crate::emulator) fn collect(&mut self, name: &str, value: &Value) -> Result<(), Vec<String>> {
        if self.find(name).is_none() {
            if self.known {
                return Err(self.fields.iter().map(|field| field.name.clone()).collect());
            }
            self.fields.push(Field::new(&FormParameter::required(name)));
        }
        if let Some(field) = self.find(name) {
            field.fill(value.clone());
            field.just_collected = !value.is_null();
        }
        Ok(())
    }

    /// What a preset of the same plain name does: null asks again.
    pub(in crate::emulator) fn empty(&mut self, name: &str) {
        if let Some(field) = self.find(name) {
            field.fill(Value::Null);
        }
    }

    /// What a webhook changed. Gives the parameter's index if it is to be asked for again.
    pub(in crate::emulator) fn change(&mut self, change: &FormChange, cleared: bool) -> Option<usize> {
        let index = self.fields.iter().position(|field| same_name(&field.name, &change.name))?;
        let field = &mut self.fields[index];
        field.required = change.required;
        if !change.value.is_null() {
            field.fill(change.value.clone());
        }
        if change.asked_again {
            field.state = FieldState::Invalid;
            if cleared {
                field.value = Value::Null;
            }
        }
        change.asked_again.then_some(index)
    }

    /// The first parameter that the agent must ask for.
    pub(in crate::emulator) fn asked_for(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.required && field.state != FieldState::Filled)
    }

    pub(in crate::emulator) fn on_the_wire(&self) -> Option<FormInfo> {
        let parameter_info: Vec<ParameterInfo> = self
            .fields
            .iter()
            .map(|field| ParameterInfo {
                display_name: field.name.clone(),
                required: field.required,
                state: field.state.on_the_wire(),
                just_collected: field.just_collected,
                value: Some(field.value.clone()).filter(|value| !value.is_null()),
                ..ParameterInfo::default()
            })
            .collect();
        (!parameter_info.is_empty()).then(|| FormInfo { parameter_info, ..FormInfo::default() })
    }
}
