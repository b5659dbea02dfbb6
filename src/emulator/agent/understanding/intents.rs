//! The intents of an agent: which phrases they have in which language.

use std::collections::{HashMap, HashSet};

use super::languages::{Languages, key};
use super::phrase::Phrase;
use super::said::folded;
use crate::emulator::package::Intent;

/// The intents, ready to be found by what is said.
#[derive(Debug, Default)]
pub(super) struct Intents {
    by_name: HashMap<String, usize>,
    intents: Vec<Known>,
    /// What is said, by language.
    spoken: HashMap<String, Spoken>,
    /// By language, what forces a no-match.
    negative: HashMap<String, HashSet<String>>,
}

/// By what is said: the intents of which it is a phrase, with the number of the phrase if that has parameters.
type Spoken = HashMap<String, Vec<(usize, Option<usize>)>>;

/// An intent.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) priority: i64,
    keys: String,
    pub(super) parameters: Vec<Parameter>,
    /// Its phrases with parameters, by language; a language with other phrases alone has an empty list.
    phrases: HashMap<String, Vec<Phrase>>,
}

/// A parameter of an intent.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) id: String,
    pub(super) entity_type: String,
    pub(super) is_list: bool,
}

impl Intents {
    pub(super) fn new(intents: &[Intent]) -> Self {
        let mut this = Self::default();
        for intent in intents {
            this.add(intent);
        }
        this
    }

    fn add(&mut self, intent: &Intent) {
        if intent.is_fallback {
            for (language, phrases) in &intent.training_phrases {
                let negative = self.negative.entry(key(language)).or_default();
                negative.extend(phrases.iter().map(|phrase| folded(&phrase.text())));
            }
            return;
        }
        let index = self.intents.len();
        let parameter = |one: &crate::emulator::package::IntentParameter| Parameter {
            id: one.id.clone(),
            entity_type: one.entity_type.clone(),
            is_list: one.is_list,
        };
        let mut known = Known {
            name: intent.display_name.clone(),
            priority: intent.effective_priority(),
            keys: intent.dtmf_pattern.clone(),
            parameters: intent.parameters.iter().map(parameter).collect(),
            phrases: HashMap::new(),
        };
        for (language, phrases) in intent.training_phrases.iter().filter(|(_, phrases)| !phrases.is_empty()) {
            let language = key(language);
            let spoken = self.spoken.entry(language.clone()).or_default();
            let mut with_gaps = Vec::new();
            for phrase in phrases {
                let text = folded(&phrase.text());
                if text.is_empty() {
                    continue;
                }
                let read = Phrase::read(phrase, &known.parameters);
                let number = read.is_some().then_some(with_gaps.len());
                with_gaps.extend(read);
                let intents = spoken.entry(text).or_default();
                // The same phrase again says nothing new.
                if !intents.iter().any(|(known, _)| *known == index) {
                    intents.push((index, number));
                }
            }
            known.phrases.insert(language, with_gaps);
        }
        self.by_name.entry(known.name.clone()).or_insert(index);
        self.intents.push(known);
    }

    pub(super) fn named(&self, name: &str) -> Option<&Known> {
        self.intents.get(*self.by_name.get(name)?)
    }

    /// Those of these names that can match, in this order, each once.
    pub(super) fn in_scope(&self, names: &[&str]) -> Vec<usize> {
        let mut seen = HashSet::new();
        let known = names.iter().filter_map(|name| self.by_name.get(*name).copied());
        known.filter(|index| self.intents[*index].priority >= 0 && seen.insert(*index)).collect()
    }

    pub(super) fn at(&self, index: usize) -> &Known {
        &self.intents[index]
    }

    /// The intents of which a text is a phrase as it is written.
    pub(super) fn written(&self, folded: &str, languages: &Languages) -> Vec<(usize, Option<&Phrase>)> {
        let mut found = Vec::new();
        for language in languages.iter() {
            let intents = self.spoken.get(language).and_then(|spoken| spoken.get(folded));
            for (index, number) in intents.into_iter().flatten() {
                let known = &self.intents[*index];
                // An intent has the phrases of one language.
                if known.language(languages) == Some(language) {
                    let phrases = known.phrases.get(language);
                    found.push((*index, number.and_then(|number| phrases?.get(number))));
                }
            }
        }
        found
    }

    /// Whether a text forces a no-match.
    pub(super) fn is_negative(&self, folded: &str, languages: &Languages) -> bool {
        languages.first(&self.negative).is_some_and(|negative| negative.contains(folded))
    }

    /// Whether these keys mean this intent.
    pub(super) fn has_keys(&self, name: &str, digits: &str) -> bool {
        let known = self.named(name);
        known.is_some_and(|known| known.priority >= 0 && !known.keys.is_empty() && known.keys == digits)
    }
}

impl Known {
    /// The first of these languages in which it has phrases.
    fn language<'l>(&self, languages: &'l Languages) -> Option<&'l str> {
        languages.iter().find(|language| self.phrases.contains_key(*language))
    }

    /// Its phrases with parameters.
    pub(super) fn phrases(&self, languages: &Languages) -> &[Phrase] {
        languages.first(&self.phrases).map(Vec::as_slice).unwrap_or_default()
    }
}
