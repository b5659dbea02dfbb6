//! Which of an agent's languages counts.

use std::collections::HashMap;

/// The languages of a turn, the one that is spoken first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Languages(Vec<String>);

impl Languages {
    /// In one way of writing, each once.
    pub(super) fn of(languages: &[&str]) -> Self {
        let mut all = Vec::new();
        for language in languages.iter().map(|language| key(language)) {
            if !language.is_empty() && !all.contains(&language) {
                all.push(language);
            }
        }
        Self(all)
    }

    /// What there is for the first of them that has something.
    pub(super) fn first<'m, V>(&self, by_language: &'m HashMap<String, V>) -> Option<&'m V> {
        self.0.iter().find_map(|language| by_language.get(language))
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The one that is spoken.
    pub(super) fn spoken(&self) -> &str {
        self.0.first().map_or("en", String::as_str)
    }
}

/// A language's tag in one way of writing.
pub(super) fn key(tag: &str) -> String {
    tag.to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_has_something_counts() {
        let languages = Languages::of(&["pt_BR", "pt", "en", "", "EN"]);
        assert_eq!(languages.iter().collect::<Vec<_>>(), ["pt-br", "pt", "en"]);
        assert_eq!((languages.spoken(), Languages::of(&[]).spoken()), ("pt-br", "en"));
        let known = HashMap::from([("pt".to_owned(), 1), ("en".to_owned(), 2)]);
        assert_eq!(languages.first(&known), Some(&1));
        assert_eq!(Languages::of(&["fr", "en"]).first(&known), Some(&2));
        assert_eq!(Languages::of(&["fr"]).first(&known), None);
    }
}
