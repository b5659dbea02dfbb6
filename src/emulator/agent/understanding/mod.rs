//! What a text or keys of a phone mean: intents by their phrases, values by entity types.

use jiff::Zoned;
use serde_json::Value;

use crate::emulator::package::{AgentPackage, DtmfSettings, Intent};
use crate::protocol::inspect::Finding;

/// What the agent understands.
#[derive(Debug, Clone)]
pub(in crate::emulator::agent) struct Understanding {
    intents: Vec<Intent>,
}

/// What is to be understood, and what it may mean now.
#[derive(Debug, Clone, Copy)]
pub(in crate::emulator::agent) struct Question<'q> {
    /// What the user said or pressed.
    pub(in crate::emulator::agent) said: Utterance<'q>,
    /// The languages to look in, the best first.
    pub(in crate::emulator::agent) languages: &'q [&'q str],
    /// The intents that routes in scope ask for, each once, in order of evaluation.
    pub(in crate::emulator::agent) intents: &'q [&'q str],
    /// The one intent that it is known to be: only its parameters are wanted.
    pub(in crate::emulator::agent) known: Option<&'q str>,
    /// The form parameter that is asked for.
    pub(in crate::emulator::agent) prompted: Option<Asked<'q>>,
    /// The form's other parameters without a value, in order.
    #[expect(dead_code, reason = "only the prompted parameter is filled here")]
    pub(in crate::emulator::agent) others: &'q [Asked<'q>],
    /// Whether intents win over filling.
    pub(in crate::emulator::agent) prefer_intents: bool,
    /// Whether any text fills a parameter whose type expands, after all else failed.
    #[expect(dead_code, reason = "entity types are not looked at here")]
    pub(in crate::emulator::agent) expand: bool,
    /// The time in the agent's time zone.
    #[expect(dead_code, reason = "dates are not read here")]
    pub(in crate::emulator::agent) now: &'q Zoned,
}

/// What the user said or pressed: not empty, at most 256 characters.
#[derive(Debug, Clone, Copy)]
pub(in crate::emulator::agent) enum Utterance<'q> {
    Text(&'q str),
    Dtmf(&'q str),
}

/// A form parameter that has no value.
#[derive(Debug, Clone, Copy)]
pub(in crate::emulator::agent) struct Asked<'q> {
    pub(in crate::emulator::agent) name: &'q str,
    /// As it is written: `@sys.date`, `@size`.
    pub(in crate::emulator::agent) entity_type: &'q str,
    pub(in crate::emulator::agent) is_list: bool,
    #[expect(dead_code, reason = "keys fill nothing here")]
    pub(in crate::emulator::agent) dtmf: &'q DtmfSettings,
}

/// What was understood.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emulator::agent) struct Heard {
    pub(in crate::emulator::agent) meaning: Meaning,
    pub(in crate::emulator::agent) findings: Vec<Finding>,
}

/// What was meant.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emulator::agent) enum Meaning {
    /// Values for parameters of the form, the one that is asked for first.
    Filled(Vec<Understood>),
    /// An intent with its parameters.
    Intent { intent: String, parameters: Vec<Understood> },
    /// Nothing in scope.
    NoMatch,
}

/// A parameter with a value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emulator::agent) struct Understood {
    pub(in crate::emulator::agent) name: String,
    /// The user's own words for it.
    pub(in crate::emulator::agent) original: String,
    /// What it was resolved to; never null.
    pub(in crate::emulator::agent) value: Value,
}

impl Understanding {
    pub(in crate::emulator::agent) fn of(package: &AgentPackage) -> (Self, Vec<Finding>) {
        (Self { intents: package.intents.clone() }, Vec::new())
    }

    /// What was meant.
    pub(in crate::emulator::agent) fn hear(&self, question: &Question<'_>) -> Heard {
        let meaning = match question.known {
            Some(known) => Meaning::Intent { intent: known.to_owned(), parameters: Vec::new() },
            None => self.intent(question).or_else(|| filled(question)).unwrap_or(Meaning::NoMatch),
        };
        Heard { meaning, findings: Vec::new() }
    }

    fn intent(&self, question: &Question<'_>) -> Option<Meaning> {
        let is_meant = |intent: &Intent| match question.said {
            Utterance::Dtmf(digits) => !intent.dtmf_pattern.is_empty() && intent.dtmf_pattern == digits,
            Utterance::Text(text) => {
                let phrases = |language: &&str| intent.training_phrases.get(*language);
                let phrases = question.languages.iter().find_map(phrases);
                let mut phrases = phrases.into_iter().flatten();
                phrases.any(|phrase| normal(&phrase.text()) == normal(text))
            }
        };
        let in_scope = |intent: &&Intent| question.intents.contains(&intent.display_name.as_str());
        let usable = |intent: &&Intent| !intent.is_fallback && intent.effective_priority() > 0;
        let found = self.intents.iter().filter(in_scope).filter(usable).find(|intent| is_meant(intent))?;
        Some(Meaning::Intent { intent: found.display_name.clone(), parameters: Vec::new() })
    }
}

fn filled(question: &Question<'_>) -> Option<Meaning> {
    let asked = question.prompted.filter(|asked| asked.entity_type == "@sys.any")?;
    let Utterance::Text(text) = question.said else { return None };
    let _ = question.prefer_intents;
    let value = if asked.is_list { Value::from(vec![text]) } else { text.into() };
    Some(Meaning::Filled(vec![Understood { name: asked.name.to_owned(), original: text.to_owned(), value }]))
}

/// A text without what people do not care for.
fn normal(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase().trim_end_matches(['.', '?', '!']).to_owned()
}
