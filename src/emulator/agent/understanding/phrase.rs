//! Training phrases: whether a text is one, and which parameters it brings.

use serde_json::Value;

use super::Hearing;
use super::intents::{Known, Parameter};
use super::question::{Meaning, Understood};
use super::said::Said;
use super::template::Template;
use crate::emulator::package::TrainingPhrase;
use crate::protocol::inspect::Finding;

/// A phrase with annotated parts.
#[derive(Debug)]
pub(super) struct Phrase {
    template: Template,
    gaps: Vec<Gap>,
}

/// An annotated part.
#[derive(Debug)]
struct Gap {
    /// The number of its parameter.
    parameter: usize,
    /// What stands there in the phrase.
    text: String,
}

/// How a phrase was found; the first is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The text is the phrase as it is written.
    Written,
    /// Its parts are other values of their types.
    Recognised,
    /// Some part could be any text.
    Free,
}

/// An intent that it may be.
struct Candidate {
    /// Its place among those in scope.
    order: usize,
    priority: i64,
    fit: Fit,
    /// How much of the text is the phrase's own.
    weight: usize,
    intent: String,
    parameters: Vec<Understood>,
}

/// The value of a part, and whether any text would have been one.
type Part = (Value, bool);

impl Phrase {
    /// Nothing, where no part is annotated with a parameter of the intent.
    pub(super) fn read(phrase: &TrainingPhrase, parameters: &[Parameter]) -> Option<Self> {
        let (mut template, mut gaps) = (Template::default(), Vec::new());
        for part in &phrase.parts {
            let id = part.parameter_id.as_deref();
            match parameters.iter().position(|parameter| Some(parameter.id.as_str()) == id) {
                Some(parameter) => {
                    template.gap(gaps.len());
                    gaps.push(Gap { parameter, text: part.text.trim().to_owned() });
                }
                None => template.piece(&part.text),
            }
        }
        (!gaps.is_empty()).then(|| Self { template: template.finished(), gaps })
    }
}

impl Hearing<'_> {
    /// Whether the default negative intent has this phrase.
    pub(super) fn is_negative(&self, said: &Said) -> bool {
        self.parts.intents.is_negative(said.folded(), self.circumstances.languages)
    }

    /// The intent in scope of which this is a phrase.
    pub(super) fn intent(&mut self, said: &Said) -> Option<Meaning> {
        let intents = &self.parts.intents;
        let scope = intents.in_scope(self.question.intents);
        let written = intents.written(said.folded(), self.circumstances.languages);
        let mut candidates = Vec::new();
        for (order, index) in scope.into_iter().enumerate() {
            let known = intents.at(index);
            let as_written = written.iter().find(|(one, _)| *one == index);
            let found = match as_written {
                Some((_, phrase)) => Some((Fit::Written, 0, self.as_written(known, *phrase))),
                None => self.varied(known, said),
            };
            candidates.extend(found.map(|(fit, weight, parameters)| Candidate {
                order,
                priority: known.priority,
                fit,
                weight,
                intent: known.name.clone(),
                parameters,
            }));
        }
        candidates.sort_by_key(|one| (one.fit, std::cmp::Reverse((one.priority, one.weight)), one.order));
        let mut candidates = candidates.into_iter();
        let first = candidates.next()?;
        let rank = |one: &Candidate| (one.fit, one.priority, one.weight);
        let equal: Vec<String> =
            candidates.take_while(|one| rank(one) == rank(&first)).map(|one| one.intent).collect();
        if !equal.is_empty() {
            self.findings.push(Finding {
                code: "intent_ambiguous",
                place: format!("intent {}", first.intent),
                message: format!(
                    "{:?} is a phrase of {}, too; a route that comes first asks for this one. A higher priority decides, or take the phrase from the others",
                    said.text(),
                    equal.join(", ")
                ),
            });
        }
        Some(Meaning::Intent { intent: first.intent, parameters: first.parameters })
    }

    /// An intent that it is known to be, with what its phrases make of the text.
    pub(super) fn known(&mut self, name: &str, said: &Said) -> Meaning {
        let intents = &self.parts.intents;
        let parameters = intents.named(name).map(|known| {
            let written = intents.written(said.folded(), self.circumstances.languages);
            let written = written.into_iter().find(|(index, _)| intents.at(*index).name == known.name);
            match written {
                Some((_, phrase)) => self.as_written(known, phrase),
                None => self.varied(known, said).map(|(.., parameters)| parameters).unwrap_or_default(),
            }
        });
        Meaning::Intent { intent: name.to_owned(), parameters: parameters.unwrap_or_default() }
    }

    /// The parameters of a phrase as it is written; a part that its type does not know is its own value.
    fn as_written(&mut self, known: &Known, phrase: Option<&Phrase>) -> Vec<Understood> {
        let gaps = phrase.map(|phrase| phrase.gaps.as_slice()).unwrap_or_default();
        let values = gaps.iter().map(|gap| {
            let value = self.part(&known.parameters[gap.parameter], &gap.text);
            let value = value.map_or_else(|| gap.text.as_str().into(), |(value, _)| value);
            (gap.parameter, gap.text.clone(), value)
        });
        parameters(known, values.collect())
    }

    /// The best phrase of an intent with other values in its parts.
    fn varied(&mut self, known: &Known, said: &Said) -> Option<(Fit, usize, Vec<Understood>)> {
        let mut best: Option<(Fit, usize, Vec<Understood>)> = None;
        for phrase in known.phrases(self.circumstances.languages) {
            let mut patience = std::mem::take(&mut self.patience);
            let mut fill = |gap: usize, text: &str, patience: &mut _| {
                std::mem::swap(&mut self.patience, patience);
                let value = self.part(&known.parameters[phrase.gaps[gap].parameter], text);
                std::mem::swap(&mut self.patience, patience);
                value
            };
            let filled = phrase.template.filled(said, &mut patience, &mut fill);
            self.patience = patience;
            let Some(filled) = filled else { continue };
            let free = filled.iter().any(|(.., (_, free))| *free);
            let (fit, weight) = (if free { Fit::Free } else { Fit::Recognised }, phrase.template.weight());
            let better = best.as_ref().is_none_or(|(known, heavy, _)| (fit, *heavy) < (*known, weight));
            if better {
                let values = filled
                    .into_iter()
                    .map(|(gap, text, (value, _))| (phrase.gaps[gap].parameter, text, value));
                best = Some((fit, weight, parameters(known, values.collect())));
            }
        }
        best
    }

    /// What a part of a phrase stands for; of a list one or several values.
    fn part(&mut self, parameter: &Parameter, text: &str) -> Option<Part> {
        let (entities, circumstances) = (&self.parts.entities, self.circumstances);
        let found = match parameter.is_list {
            true => entities.resolve_list(&parameter.entity_type, text, circumstances, &mut self.patience),
            false => entities.resolve(&parameter.entity_type, text, circumstances, &mut self.patience),
        }?;
        Some((found.value, found.free))
    }
}

/// The parameters of an intent, each once: of several parts a list has all, others the last one.
fn parameters(known: &Known, values: Vec<(usize, String, Value)>) -> Vec<Understood> {
    let mut understood: Vec<Understood> = Vec::new();
    for (index, original, value) in values {
        let parameter = &known.parameters[index];
        let before = understood.iter_mut().find(|one| one.name == parameter.id);
        let value = match value {
            Value::Array(values) if parameter.is_list => values.into(),
            value if parameter.is_list => vec![value].into(),
            value => value,
        };
        match before {
            Some(before) if parameter.is_list => {
                before.original = format!("{}, {original}", before.original);
                if let (Value::Array(list), Value::Array(more)) = (&mut before.value, value) {
                    list.extend(more);
                }
            }
            Some(before) => (before.original, before.value) = (original, value),
            None => understood.push(Understood { name: parameter.id.clone(), original, value }),
        }
    }
    understood
}
