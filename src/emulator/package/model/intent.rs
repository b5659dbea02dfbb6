//! Intents: what users may say.

use std::collections::BTreeMap;

use super::exported::exported;

exported! {
    /// Something that users may say.
    pub struct Intent {
        /// Its id.
        name: String,
        /// What people and routes call it, unique in the agent.
        display_name: String,
        /// What its author says about it.
        description: String,
        /// Which of several that match wins: the highest; 0 means 500000, negative ones never match.
        priority: i64,
        /// Whether it is the default negative intent, whose phrases mean "no match".
        is_fallback: bool,
        /// What its phrases bring along.
        parameters: Vec<IntentParameter>,
        /// The keys that mean it on a telephone.
        dtmf_pattern: String,
    }
    beside {
        /// Examples of what users say, by language.
        training_phrases: BTreeMap<String, Vec<TrainingPhrase>>,
        /// The file that it is from.
        file: String,
    }
}

exported! {
    /// What a phrase brings along.
    pub struct IntentParameter {
        /// Its name, also that of the session parameter that takes its value.
        id: String,
        /// What its values are, such as `@sys.date`.
        entity_type: String,
        /// Whether its value is a list.
        is_list: bool,
        /// Whether its value is kept out of logs.
        redact: bool,
    }
}

exported! {
    /// An example of what users say.
    pub struct TrainingPhrase {
        /// Its text, cut where parameters are; the parts are joined as they are.
        parts: Vec<PhrasePart>,
        /// How much it counts.
        repeat_count: i64,
        /// Its language.
        language_code: String,
    }
}

exported! {
    /// A part of a phrase.
    pub struct PhrasePart {
        /// What is said.
        text: String,
        /// The parameter that this part is a value of, if it is one.
        parameter_id: Option<String>,
    }
}

impl Intent {
    /// The priority that counts: 500000 where none is set.
    #[must_use]
    pub fn effective_priority(&self) -> i64 {
        if self.priority == 0 { 500_000 } else { self.priority }
    }

    /// Its parameter of that name.
    #[must_use]
    pub fn parameter(&self, id: &str) -> Option<&IntentParameter> {
        self.parameters.iter().find(|parameter| parameter.id == id)
    }
}

impl TrainingPhrase {
    /// The whole phrase.
    #[must_use]
    pub fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect()
    }
}
