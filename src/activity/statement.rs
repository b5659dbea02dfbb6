//! A query that is put together: our own words, and values, which are bound.

use super::range::Range;
use crate::store::{Dialect, Query, Value};

#[derive(Debug)]
pub(super) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    pub(super) fn add(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(super) fn value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.add(&place)
    }

    pub(super) fn range(&mut self, range: Range) {
        self.add(" WHERE id >= ").value(range.low).add(" AND id < ").value(range.high);
    }

    /// The numbers of a JSON list.
    pub(super) fn list(&mut self, dialect: Dialect, list: &str) -> &mut Self {
        let (before, behind) = dialect.pick(
            ("(SELECT value FROM json_each(", "))"),
            ("(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(", " AS json)))"),
        );
        self.add(before).value(list).add(behind)
    }

    pub(super) fn order(&mut self, rising: bool, most: i64) {
        self.add(if rising { " ORDER BY id LIMIT " } else { " ORDER BY id DESC LIMIT " }).value(most);
    }

    pub(super) fn done(self) -> Query {
        self.values.into_iter().fold(Query::built(self.text), Query::bind)
    }
}
