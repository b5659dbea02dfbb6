//! The words that filters may ask for, as calls of the kept time have them.

use std::collections::BTreeSet;

use crate::store::{Query, Store, StoreError};

/// So many combinations are looked at.
const MOST: i64 = 2_000;
/// So many words of a kind are told.
const MOST_WORDS: usize = 100;
/// A longer word is none that somebody chooses from a list.
const LONGEST: usize = 100;

/// Each in alphabetical order.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) webhooks: BTreeSet<String>,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) environments: BTreeSet<String>,
    pub(crate) error_types: BTreeSet<String>,
}

/// Some of them, where there are many.
pub(crate) async fn words(store: &Store) -> Result<Words, StoreError> {
    let query = Query::new("SELECT webhook, tag, environment, error_type FROM activity_facets LIMIT $1");
    let mut words = Words::default();
    for row in &store.all(query.bind(MOST)).await? {
        for (column, set) in [
            ("webhook", &mut words.webhooks),
            ("tag", &mut words.tags),
            ("environment", &mut words.environments),
            ("error_type", &mut words.error_types),
        ] {
            let word: String = row.get(column)?;
            if (1..=LONGEST).contains(&word.len()) && set.len() < MOST_WORDS {
                set.insert(word);
            }
        }
    }
    Ok(words)
}
