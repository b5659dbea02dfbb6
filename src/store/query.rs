//! Queries, what is bound to them, and the rows they give: one form for both databases.

use std::fmt;
use std::str::FromStr;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{
    Arguments as _, AssertSqlSafe, Decode, Postgres, Row as _, SqlSafeStr as _, SqlStr, Sqlite, Type,
};

use super::{Dialect, StoreError};
use crate::store::Place;

/// How many values a statement may have; SQLite takes 32,766.
pub(crate) const MOST_VALUES: usize = 30_000;

/// A statement with its values, which stand in it as `$1`, `$2` and so on.
#[derive(Debug, Clone)]
#[must_use = "it does nothing until it is run"]
pub(crate) struct Query {
    sql: SqlStr,
    values: Vec<Value>,
}

/// A value that is bound to a query; `None` is a NULL of that type.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Int(Option<i64>),
    Float(Option<f64>),
    Bool(Option<bool>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// A row of an answer.
#[derive(Debug)]
pub(crate) struct Row {
    row: Either,
    place: Place,
}

#[derive(Debug)]
enum Either {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column can be read as: `i64`, `f64`, `bool`, `String`, `Vec<u8>`, or an `Option` of one.
pub(crate) trait Column:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Column for T where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl Query {
    pub(crate) fn new(sql: &'static str) -> Self {
        Self { sql: SqlStr::from_static(sql), values: Vec::new() }
    }

    /// A statement that our own code put together of literals and placeholders. What comes from
    /// outside is bound, and never part of it.
    pub(crate) fn built(sql: String) -> Self {
        Self { sql: AssertSqlSafe(sql).into_sql_str(), values: Vec::new() }
    }

    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Its text, for messages of tests.
    pub(super) fn sql(&self) -> SqlStr {
        self.sql.clone()
    }

    pub(super) fn sqlite(&self) -> Result<SqliteArguments, sqlx::Error> {
        let mut arguments = SqliteArguments::default();
        for value in &self.values {
            match value.clone() {
                Value::Int(value) => arguments.add(value),
                Value::Float(value) => arguments.add(value),
                Value::Bool(value) => arguments.add(value),
                Value::Text(value) => arguments.add(value),
                Value::Bytes(value) => arguments.add(value),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }

    pub(super) fn postgres(&self) -> Result<PgArguments, sqlx::Error> {
        let mut arguments = PgArguments::default();
        for value in &self.values {
            match value {
                Value::Int(value) => arguments.add(value),
                Value::Float(value) => arguments.add(value),
                Value::Bool(value) => arguments.add(value),
                Value::Text(value) => arguments.add(value),
                Value::Bytes(value) => arguments.add(value),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }
}

/// The placeholders of an INSERT of several rows, which is to have no others: `($1,$2),($3,$4)` for PostgreSQL, and
/// `(?,?),(?,?)` for SQLite, whose driver looks up the name of each that has one among those of all.
pub(crate) fn placeholders(dialect: Dialect, rows: usize, columns: usize) -> String {
    debug_assert!(rows * columns <= MOST_VALUES, "{rows} rows of {columns}");
    let row = |row: usize| {
        let columns = (1..=columns).map(|column| match dialect {
            Dialect::Sqlite => "?".to_owned(),
            Dialect::Postgres => format!("${}", row * columns + column),
        });
        format!("({})", columns.collect::<Vec<_>>().join(","))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(",")
}

impl Row {
    pub(super) fn sqlite(row: SqliteRow, place: &Place) -> Self {
        Self { row: Either::Sqlite(row), place: place.clone() }
    }

    pub(super) fn postgres(row: PgRow, place: &Place) -> Self {
        Self { row: Either::Postgres(row), place: place.clone() }
    }

    /// The value of a column.
    ///
    /// # Errors
    ///
    /// If there is no such column, or it holds something else.
    pub(crate) fn get<T: Column>(&self, column: &str) -> Result<T, StoreError> {
        let found = match &self.row {
            Either::Sqlite(row) => row.try_get(column),
            Either::Postgres(row) => row.try_get(column),
        };
        found.map_err(|error| StoreError::Query {
            place: self.place.clone(),
            cause: format!("column {column}: {error}"),
        })
    }
}

impl Row {
    /// The value of a text column that is written in some form.
    ///
    /// # Errors
    ///
    /// If there is no such column, or it holds something else.
    pub(crate) fn parsed<T: FromStr<Err: fmt::Display>>(&self, column: &str) -> Result<T, StoreError> {
        self.get::<String>(column)?.parse().map_err(|error| StoreError::Query {
            place: self.place.clone(),
            cause: format!("column {column}: {error}"),
        })
    }
}

macro_rules! value {
    ($($rust:ty => $variant:ident),* $(,)?) => {$(
        impl From<$rust> for Value {
            fn from(value: $rust) -> Self {
                Self::$variant(Some(value.into()))
            }
        }

        impl From<Option<$rust>> for Value {
            fn from(value: Option<$rust>) -> Self {
                Self::$variant(value.map(Into::into))
            }
        }
    )*};
}

value!(i64 => Int, f64 => Float, bool => Bool, Vec<u8> => Bytes, &[u8] => Bytes);

impl From<String> for Value {
    /// PostgreSQL's text has no NUL, which JSON can bring in.
    fn from(text: String) -> Self {
        Self::Text(Some(if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Text(None), Self::from)
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Text(None), Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, placeholders};

    #[test]
    fn placeholders_count_on_over_rows() {
        assert_eq!(placeholders(Dialect::Postgres, 2, 3), "($1,$2,$3),($4,$5,$6)");
        assert_eq!(placeholders(Dialect::Postgres, 1, 1), "($1)");
        assert_eq!(placeholders(Dialect::Sqlite, 2, 3), "(?,?,?),(?,?,?)");
    }
}
