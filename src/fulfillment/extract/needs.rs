//! What is known of a handler's inputs before the first call.

use std::any::TypeId;

use crate::protocol::decode::Input;

/// What a handler's inputs ask for, collected when it is added to a router.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// States, which must have been given to the router.
    pub(crate) states: Vec<(TypeId, &'static str)>,
    /// Session parameters, as far as their types tell.
    pub(crate) parameters: Vec<String>,
    /// What session parameters are read from, as far as their types tell.
    pub(crate) inputs: Vec<(String, Input)>,
    /// The same for the parameters of the page's form.
    pub(crate) form: Vec<(String, Input)>,
    /// Parts of a conversation that only a standard webhook call brings.
    pub(crate) conversation: Vec<&'static str>,
}

impl Needs {
    pub(crate) fn parameter(&mut self, name: &str) {
        if !self.parameters.iter().any(|known| known == name) {
            self.parameters.push(name.to_owned());
        }
    }

    /// The same, and what it is read from.
    pub(crate) fn parameter_of(&mut self, name: &str, input: Input) {
        self.parameter(name);
        self.inputs.push((name.to_owned(), input));
    }

    pub(crate) fn conversation(&mut self, part: &'static str) {
        if !self.conversation.contains(&part) {
            self.conversation.push(part);
        }
    }
}
