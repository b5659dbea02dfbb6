//! Several writes that are made together, or not at all.

use std::fmt;

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite};
use tokio::sync::OwnedMutexGuard;

use super::connection::{Connection, To};
use super::{Dialect, Query, Row, Store, StoreError};

/// Writes that count once [`commit`](Self::commit) is done; dropped before, they never were.
#[must_use = "dropped, it takes everything back"]
pub(crate) struct Transaction {
    pub(super) store: Store,
    pub(super) open: Open,
}

/// Fields are dropped in their order: the turn is given up last.
pub(super) enum Open {
    Sqlite { connection: PoolConnection<Sqlite>, _turn: OwnedMutexGuard<()> },
    Postgres(Held),
}

/// A connection with a transaction begun. It is closed unless it has been ended: whatever it was in
/// the middle of, nobody gets it after this.
pub(super) struct Held {
    pub(super) connection: PoolConnection<Postgres>,
    pub(super) ended: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.ended {
            self.connection.close_on_drop();
        }
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}

impl Transaction {
    pub(crate) fn dialect(&self) -> Dialect {
        match &self.open {
            Open::Sqlite { .. } => Dialect::Sqlite,
            Open::Postgres(_) => Dialect::Postgres,
        }
    }

    fn connection(&mut self) -> Connection<'_> {
        let (place, timeout) = (self.store.place(), self.store.timeout());
        let to = match &mut self.open {
            Open::Sqlite { connection, .. } => To::Sqlite(connection),
            Open::Postgres(held) => To::Postgres(&mut held.connection),
        };
        Connection { to, place, timeout }
    }

    /// How many rows were written.
    ///
    /// # Errors
    ///
    /// After an error, PostgreSQL refuses everything but the end of the transaction.
    pub(crate) async fn execute(&mut self, query: Query) -> Result<u64, StoreError> {
        let done = self.connection().execute(query).await;
        self.store.note(done)
    }

    pub(crate) async fn all(&mut self, query: Query) -> Result<Vec<Row>, StoreError> {
        let done = self.connection().all(query).await;
        self.store.note(done)
    }

    pub(crate) async fn optional(&mut self, query: Query) -> Result<Option<Row>, StoreError> {
        let done = self.connection().optional(query).await;
        self.store.note(done)
    }

    pub(crate) async fn one(&mut self, query: Query) -> Result<Row, StoreError> {
        let row = self.optional(query).await?;
        row.ok_or_else(|| self.store.no_row())
    }

    /// Makes it all count. When this fails because the connection broke, it may count or not: only
    /// asking tells.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let Self { store, open } = self;
        let (place, timeout) = (store.place(), store.timeout());
        let done = match open {
            Open::Sqlite { mut connection, _turn } => {
                Connection { to: To::Sqlite(&mut connection), place, timeout }.script("COMMIT").await
            }
            Open::Postgres(mut held) => {
                let to = To::Postgres(&mut held.connection);
                let done = Connection { to, place, timeout }.script("COMMIT").await;
                held.ended = done.is_ok();
                done
            }
        };
        store.note(done)
    }
}
