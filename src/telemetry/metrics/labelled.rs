//! Metrics by a name that others choose, such as a tag or a webhook.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::OTHER;

/// How many names are told apart; a scrape stays small whatever a configuration says.
const MOST: usize = 500;

/// One `T` a name. Look a name up once and keep what you get: this takes a lock.
#[derive(Debug)]
pub(super) struct Labelled<T>(Mutex<BTreeMap<String, Arc<T>>>);

impl<T> Default for Labelled<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Default> Labelled<T> {
    /// What belongs to `name`; names beyond the bound share one.
    pub(super) fn get(&self, name: &str) -> Arc<T> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(name) {
            return Arc::clone(found);
        }
        let name = if known.len() < MOST { name } else { OTHER };
        Arc::clone(known.entry(name.to_owned()).or_default())
    }

    /// All of them, by name.
    pub(super) fn all(&self) -> Vec<(String, Arc<T>)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().map(|(name, value)| (name.clone(), Arc::clone(value))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_up_to_a_bound() {
        let labelled = Labelled::<u8>::default();
        let first = labelled.get("0");
        assert!(Arc::ptr_eq(&first, &labelled.get("0")));
        for name in 1..MOST + 10 {
            labelled.get(&name.to_string());
        }
        assert_eq!(labelled.all().len(), MOST + 1);
        assert!(Arc::ptr_eq(&labelled.get("new"), &labelled.get("newer")));
        assert!(Arc::ptr_eq(&first, &labelled.get("0")));
    }
}
