//! A connection to either database, for as long as somebody borrows it.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Executor as _, SqlStr, query_with, raw_sql};

use super::fault::meaning;
use super::{Dialect, Place, Query, Row, StoreError};

/// A borrowed connection; each operation on it has the store's time.
pub(super) struct Connection<'c> {
    pub(super) to: To<'c>,
    pub(super) place: Place,
    pub(super) timeout: Duration,
}

pub(super) enum To<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Connection<'_> {
    pub(super) fn dialect(&self) -> Dialect {
        match self.to {
            To::Sqlite(_) => Dialect::Sqlite,
            To::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// How many rows were written.
    pub(super) async fn execute(&mut self, query: Query) -> Result<u64, StoreError> {
        let work = async {
            match &mut self.to {
                To::Sqlite(connection) => {
                    let done = connection.execute(query_with(query.sql(), query.sqlite()?)).await?;
                    Ok(done.rows_affected())
                }
                To::Postgres(connection) => {
                    let done = connection.execute(query_with(query.sql(), query.postgres()?)).await?;
                    Ok(done.rows_affected())
                }
            }
        };
        within(self.timeout, &self.place, work).await
    }

    pub(super) async fn all(&mut self, query: Query) -> Result<Vec<Row>, StoreError> {
        let place = &self.place;
        let work = async {
            Ok(match &mut self.to {
                To::Sqlite(connection) => {
                    let rows = connection.fetch_all(query_with(query.sql(), query.sqlite()?)).await?;
                    rows.into_iter().map(|row| Row::sqlite(row, place)).collect()
                }
                To::Postgres(connection) => {
                    let rows = connection.fetch_all(query_with(query.sql(), query.postgres()?)).await?;
                    rows.into_iter().map(|row| Row::postgres(row, place)).collect()
                }
            })
        };
        within(self.timeout, place, work).await
    }

    pub(super) async fn optional(&mut self, query: Query) -> Result<Option<Row>, StoreError> {
        // Whole: a statement that is not read to its end goes on in the connection.
        Ok(self.all(query).await?.into_iter().next())
    }

    /// Several statements, without values.
    pub(super) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let sql = SqlStr::from_static(sql);
        let work = async {
            match &mut self.to {
                To::Sqlite(connection) => connection.execute(raw_sql(sql)).await.map(drop),
                To::Postgres(connection) => connection.execute(raw_sql(sql)).await.map(drop),
            }
        };
        within(self.timeout, &self.place, work).await
    }
}

/// Gives up on work that takes longer than the store may.
pub(super) async fn within<T>(
    timeout: Duration,
    place: &Place,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(timeout, work).await {
        Ok(done) => done.map_err(|error| meaning(error, place, timeout)),
        Err(_) => Err(StoreError::TimedOut { place: place.clone(), after: timeout }),
    }
}
