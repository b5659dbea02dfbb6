//! Forgetting for good: rows that are deleted leave their bytes in pages and logs for a while.

use super::backend::Backend;
use super::connection::{To, within};
use super::{Dialect, Query, Store, StoreError, Transaction};

impl Transaction {
    /// What is deleted in this transaction is overwritten. PostgreSQL has no such thing: its vacuum
    /// gives the room to others.
    pub(crate) async fn overwrite_deleted(&mut self) -> Result<(), StoreError> {
        if self.dialect() == Dialect::Sqlite {
            self.all(Query::new("PRAGMA secure_delete = ON")).await?;
        }
        Ok(())
    }
}

impl Store {
    /// Writes SQLite's log back into the file and cuts it, so that it holds nothing of before. Whoever
    /// reads meanwhile may keep it from being cut, which is told by `false`.
    pub(crate) async fn write_back(&self) -> Result<bool, StoreError> {
        let opened = self.opened().await?;
        let Backend::Sqlite(lite) = &opened.backend else { return Ok(true) };
        let turn = tokio::time::timeout(self.timeout(), lite.turn.lock()).await;
        let _turn = turn.map_err(|_| self.timed_out(&opened.place))?;
        let acquired = self.on(lite.full.acquire());
        let mut connection = within(self.timeout(), &opened.place, acquired).await?;
        let query = Query::new("PRAGMA wal_checkpoint(TRUNCATE)");
        let rows = self.with(&opened, To::Sqlite(&mut connection)).all(query).await?;
        match rows.first() {
            Some(row) => Ok(row.get::<i64>("busy")? == 0),
            None => Ok(true),
        }
    }
}
