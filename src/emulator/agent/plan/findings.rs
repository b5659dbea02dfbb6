//! What is found on the way: dangling names, slips of authors, what cannot be executed.

use std::collections::HashSet;

use serde_json::Value;

use super::Test;
use crate::excerpt::excerpt;
use crate::flexible::{Condition, Document, ExpressionError, Template};
use crate::protocol::inspect::Finding;

/// Collects findings about one place after the other.
pub(super) struct Findings<'f> {
    all: &'f mut Vec<Finding>,
    /// Routes of a shared group are met once for each flow that links it.
    known: HashSet<(&'static str, String, String)>,
    place: String,
}

impl<'f> Findings<'f> {
    pub(super) fn new(all: &'f mut Vec<Finding>) -> Self {
        Self { all, known: HashSet::new(), place: String::new() }
    }

    /// What is found from now on is found here.
    pub(super) fn at(&mut self, place: &impl ToString) -> String {
        self.place = place.to_string();
        self.place.clone()
    }

    pub(super) fn add(&mut self, code: &'static str, message: impl Into<String>) {
        let message = message.into();
        if self.known.insert((code, self.place.clone(), message.clone())) {
            self.all.push(Finding { code, place: self.place.clone(), message });
        }
    }

    /// What only the platform can do.
    pub(super) fn skipped(&mut self, what: &str) {
        self.add("skipped", format!("{what}: it is generative, so it is left out"));
    }

    pub(super) fn template(&mut self, text: &str) -> Template {
        let mut faults = Vec::new();
        let template = Template::lenient(text, &mut faults);
        self.faults(&faults);
        template
    }

    pub(super) fn document(&mut self, value: &Value) -> Document {
        let mut faults = Vec::new();
        let document = Document::lenient(value, &mut faults);
        self.faults(&faults);
        document
    }

    fn faults(&mut self, faults: &[ExpressionError]) {
        for fault in faults {
            self.add("function_invalid", fault.to_string());
        }
    }

    pub(super) fn condition(&mut self, text: &str) -> Test {
        if text.trim().is_empty() {
            return Test::Nothing;
        }
        match Condition::parse(text) {
            Ok(condition) => {
                let faults: Vec<_> = condition.faults().cloned().collect();
                self.faults(&faults);
                for slip in condition.slips() {
                    self.add("condition_odd", slip);
                }
                Test::Condition(condition)
            }
            Err(error) => {
                let shown = excerpt(text, 200);
                self.add("condition_invalid", format!("`{shown}` is no condition and never holds: {error}"));
                Test::Never
            }
        }
    }
}
