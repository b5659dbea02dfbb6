//! What an input means: training phrases, entity types, keys of a telephone.
//!
//! There is no language model here. A text is an intent if it is one of its training phrases, annotated
//! parts varying over the values of their entity types; it is the value of a form parameter if all of it is.
//! `docs/emulator-understanding.md` has the rules; what is asked for is a [`Question`].

mod asked;
mod entity;
mod findings;
mod intents;
mod keys;
mod languages;
mod phrase;
mod question;
mod said;
mod system;
mod template;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::entity::{Circumstances, Entities};
use self::intents::Intents;
use self::languages::Languages;
use self::said::Said;
use self::template::Patience;
use crate::emulator::package::AgentPackage;
use crate::protocol::inspect::Finding;

pub(in crate::emulator::agent) use question::{Asked, Heard, Meaning, Question, Understood, Utterance};

/// What an agent understands, compiled once.
#[derive(Debug, Clone)]
pub(in crate::emulator::agent) struct Understanding(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    intents: Intents,
    entities: Entities,
}

/// One question while it is being answered.
struct Hearing<'h> {
    parts: &'h Parts,
    question: &'h Question<'h>,
    circumstances: Circumstances<'h>,
    patience: Patience,
    findings: Vec<Finding>,
}

impl Understanding {
    /// Compiles the intents and entity types of a package, and tells what is odd about them.
    pub(in crate::emulator::agent) fn of(package: &AgentPackage) -> (Self, Vec<Finding>) {
        let entities = Entities::new(&package.entity_types);
        let intents = Intents::new(&package.intents);
        let findings = findings::of(package, &entities);
        (Self(Arc::new(Parts { intents, entities })), findings)
    }

    /// What was meant.
    pub(in crate::emulator::agent) fn hear(&self, question: &Question<'_>) -> Heard {
        let languages = Languages::of(question.languages);
        let circumstances = Circumstances { languages: &languages, now: question.now.datetime() };
        let patience = Patience::of_a_turn();
        let mut hearing = Hearing { parts: &self.0, question, circumstances, patience, findings: Vec::new() };
        let meaning = match question.said {
            Utterance::Text(text) => hearing.text(&Said::new(text), text),
            Utterance::Dtmf(digits) => hearing.keys(digits),
        };
        let meaning = meaning.unwrap_or(Meaning::NoMatch);
        let Hearing { findings, .. } = hearing;
        Heard { meaning, findings }
    }
}

impl Hearing<'_> {
    /// The meaning of a text, by the order of U-2.
    fn text(&mut self, said: &Said, text: &str) -> Option<Meaning> {
        if let Some(known) = self.question.known {
            return Some(self.known(known, said));
        }
        let filled = |this: &mut Self| this.prompted(text, false);
        let matched = |this: &mut Self| match this.is_negative(said) {
            true => Some(Meaning::NoMatch),
            false => this.intent(said),
        };
        let first = match self.question.prefer_intents {
            true => matched(self).or_else(|| filled(self)),
            false => filled(self).or_else(|| matched(self)),
        };
        first
            .or_else(|| self.prompted(text, true))
            .or_else(|| self.others(text))
            .or_else(|| self.expanded(text))
    }
}
