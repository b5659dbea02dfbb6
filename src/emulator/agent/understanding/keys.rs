//! Keys of a telephone.

use super::Hearing;
use super::asked::filled;
use super::question::{Asked, Meaning};
use crate::protocol::inspect::Finding;

impl Hearing<'_> {
    /// An intent in scope that these keys mean, or else the asked parameter.
    pub(super) fn keys(&mut self, digits: &str) -> Option<Meaning> {
        let intents = &self.parts.intents;
        if let Some(known) = self.question.known {
            return Some(Meaning::Intent { intent: known.to_owned(), parameters: Vec::new() });
        }
        let meant = self.question.intents.iter().find(|name| intents.has_keys(name, digits));
        if let Some(intent) = meant {
            return Some(Meaning::Intent { intent: (*intent).to_owned(), parameters: Vec::new() });
        }
        let asked = self.question.prompted?;
        let pressed = Some(asked.dtmf.finish_digit.as_str()).filter(|finish| !finish.is_empty());
        let pressed = pressed.and_then(|finish| digits.strip_suffix(finish)).unwrap_or(digits);
        let most = asked.dtmf.max_digits as usize;
        if most > 0 && pressed.chars().count() > most {
            self.findings.push(Finding {
                code: "dtmf_too_long",
                place: format!("form parameter {}", asked.name),
                message: format!(
                    "more keys than the {most} that it takes; the platform would have stopped there"
                ),
            });
            return None;
        }
        self.pressed(asked, pressed)
    }

    fn pressed(&mut self, asked: Asked<'_>, digits: &str) -> Option<Meaning> {
        let languages = self.circumstances.languages;
        let by_keys = self.parts.entities.keys(asked.entity_type, digits, languages);
        let value = match by_keys {
            Some(value) if asked.is_list => vec![value].into(),
            Some(value) => value,
            None => self.value(asked, digits)?,
        };
        Some(filled(asked, digits, value))
    }
}
