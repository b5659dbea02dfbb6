//! Where what must outlive a call, or the process, is kept: in memory, an SQLite file or PostgreSQL.
//!
//! It knows SQL and nothing of what is stored: each room that stores something has its queries in a
//! file of its own, written once for both databases. It is no cache, and no part of an agent's turn
//! waits for it.

mod backend;
mod close;
mod connection;
mod error;
#[cfg(feature = "cli")]
mod examine;
mod fault;
mod id;
mod migrations;
mod open;
mod place;
mod query;
mod runtime;
mod scrub;
mod transaction;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

pub(crate) use error::StoreError;
#[cfg(feature = "cli")]
pub(crate) use examine::{Found, Schema, examine};
pub(crate) use id::{Id, micros};
pub(crate) use place::Place;
pub(crate) use query::{Query, Row, Value, placeholders};
pub(crate) use transaction::Transaction;

use crate::clock::Clock;
use crate::config;
use crate::telemetry::metrics::Metrics;
use backend::Backend;
use connection::{Connection, To, within};
use open::Opened;
use transaction::{Held, Open};

/// A store; clones are the same. It is opened when it is first used.
#[derive(Clone)]
pub(crate) struct Store(Arc<Inner>);

struct Inner {
    settings: config::Store,
    /// Where connections live; the runtime of whoever asks, if there is none.
    runtime: Option<Handle>,
    clock: Clock,
    metrics: Metrics,
    opened: ArcSwapOption<Opened>,
    /// Held by whoever opens it; why it could not be the last time, and when that was.
    opening: Mutex<Option<(Instant, StoreError)>>,
    state: AtomicU8,
    /// Whether it has had its time: what fails then fails for that.
    closed: AtomicBool,
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Both, each in its own place.
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// What differs between the two.
    pub(crate) fn pick<T>(self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres => postgres,
        }
    }
}

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Synced {
    /// The disk: what was promised is kept even if the power fails.
    Full,
    /// Nothing: a power cut may take the last moments, the end of this process does not.
    Lazy,
}

/// What the last operation said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Unopened,
    Working,
    Failing,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("state", &self.state()).finish_non_exhaustive()
    }
}

impl Store {
    /// A store of these settings, whose connections live on `runtime`. Nothing is touched yet.
    pub(crate) fn new(settings: &config::Store, runtime: Option<Handle>, metrics: Metrics) -> Self {
        Self(Arc::new(Inner {
            settings: settings.clone(),
            runtime,
            clock: Clock::system(),
            metrics,
            opened: ArcSwapOption::empty(),
            opening: Mutex::default(),
            state: AtomicU8::new(State::Unopened as u8),
            closed: AtomicBool::new(false),
        }))
    }

    /// One that is gone with the last clone.
    #[cfg(test)]
    pub(crate) fn in_memory() -> Self {
        Self::new(&config::Store::default(), None, Metrics::default())
    }

    /// Whether what is stored outlives the process.
    pub(crate) fn is_configured(&self) -> bool {
        self.0.settings.is_configured()
    }

    pub(crate) async fn dialect(&self) -> Result<Dialect, StoreError> {
        Ok(match self.opened().await?.backend {
            Backend::Sqlite(_) => Dialect::Sqlite,
            Backend::Postgres(_) => Dialect::Postgres,
        })
    }

    /// What the last operation said; asks nobody.
    pub(crate) fn state(&self) -> State {
        match self.0.state.load(Ordering::Relaxed) {
            state if state == State::Working as u8 => State::Working,
            state if state == State::Failing as u8 => State::Failing,
            _ => State::Unopened,
        }
    }

    /// The rows that a query finds.
    pub(crate) async fn all(&self, query: Query) -> Result<Vec<Row>, StoreError> {
        let opened = self.opened().await?;
        let done = match &opened.backend {
            Backend::Sqlite(lite) => {
                let acquired = self.on(lite.readers.acquire());
                match within(self.timeout(), &opened.place, acquired).await {
                    Ok(mut connection) => self.with(&opened, To::Sqlite(&mut connection)).all(query).await,
                    Err(error) => Err(error),
                }
            }
            Backend::Postgres(_) => match self.acquire_postgres(&opened).await {
                Ok(mut held) => {
                    let done = self.with(&opened, To::Postgres(&mut held.connection)).all(query).await;
                    held.ended = is_at_rest(&done);
                    done
                }
                Err(error) => Err(error),
            },
        };
        self.note(done)
    }

    /// The row that a query finds, if there is one; the first of several.
    pub(crate) async fn optional(&self, query: Query) -> Result<Option<Row>, StoreError> {
        Ok(self.all(query).await?.into_iter().next())
    }

    /// The row that a query always finds, such as a count.
    pub(crate) async fn one(&self, query: Query) -> Result<Row, StoreError> {
        self.optional(query).await?.ok_or_else(|| self.no_row())
    }

    /// Writes by one statement; gives how many rows.
    pub(crate) async fn execute(&self, synced: Synced, query: Query) -> Result<u64, StoreError> {
        let mut transaction = self.begin(synced).await?;
        let written = transaction.execute(query).await?;
        transaction.commit().await?;
        Ok(written)
    }

    /// Begins to write; nobody else writes to an SQLite database until it has ended.
    pub(crate) async fn begin(&self, synced: Synced) -> Result<Transaction, StoreError> {
        let opened = self.opened().await?;
        let open = match &opened.backend {
            Backend::Sqlite(lite) => {
                let turn = Arc::clone(&lite.turn).lock_owned();
                match tokio::time::timeout(self.timeout(), turn).await {
                    Ok(turn) => {
                        let pool = lite.writer(synced);
                        let begun = self.on(backend::begin_lite(pool, &opened.place, self.timeout())).await;
                        begun.map(|connection| Open::Sqlite { connection, _turn: turn })
                    }
                    Err(_) => Err(self.timed_out(&opened.place)),
                }
            }
            Backend::Postgres(_) => match self.acquire_postgres(&opened).await {
                Ok(mut held) => {
                    let begin = match synced {
                        Synced::Full => "BEGIN",
                        Synced::Lazy => "BEGIN; SET LOCAL synchronous_commit TO OFF",
                    };
                    let begun = self.with(&opened, To::Postgres(&mut held.connection)).script(begin).await;
                    begun.map(|()| Open::Postgres(held))
                }
                Err(error) => Err(error),
            },
        };
        let open = self.note(open)?;
        Ok(Transaction { store: self.clone(), open })
    }

    /// Gives the room that deleted rows took back to the file system, a little at a time; PostgreSQL
    /// does so by itself.
    pub(crate) async fn reclaim(&self) -> Result<(), StoreError> {
        const STEPS: usize = 1000;
        let opened = self.opened().await?;
        let Backend::Sqlite(_) = &opened.backend else { return Ok(()) };
        for _ in 0..STEPS {
            let free =
                self.one(Query::new("SELECT freelist_count AS free FROM pragma_freelist_count")).await?;
            if free.get::<i64>("free")? == 0 {
                break;
            }
            let mut transaction = self.begin(Synced::Lazy).await?;
            transaction.all(Query::new("PRAGMA incremental_vacuum(500)")).await?;
            transaction.commit().await?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn timeout(&self) -> Duration {
        self.0.settings.timeout
    }

    fn timed_out(&self, place: &Place) -> StoreError {
        StoreError::TimedOut { place: place.clone(), after: self.timeout() }
    }

    /// What it is called, as far as that is known.
    fn place(&self) -> Place {
        self.0.opened.load().as_ref().map_or(Place::Memory, |opened| opened.place.clone())
    }

    fn no_row(&self) -> StoreError {
        StoreError::Query {
            place: self.place(),
            cause: "it found no row where there is always one".to_owned(),
        }
    }

    fn with<'c>(&self, opened: &Opened, to: To<'c>) -> Connection<'c> {
        Connection { to, place: opened.place.clone(), timeout: self.timeout() }
    }

    fn on<F: Future>(&self, work: F) -> runtime::On<F> {
        runtime::On { runtime: self.0.runtime.clone(), work: Box::pin(work) }
    }

    async fn acquire_postgres(&self, opened: &Opened) -> Result<Held, StoreError> {
        let Backend::Postgres(pool) = &opened.backend else { return Err(self.no_row()) };
        self.refresh(opened, pool);
        let acquired = backend::acquire_postgres(pool, &opened.place, self.timeout());
        let connection = self.on(acquired).await?;
        Ok(Held { connection, ended: false })
    }

    /// Remembers how an operation went, and tells when that changes.
    fn note<T>(&self, done: Result<T, StoreError>) -> Result<T, StoreError> {
        if self.0.closed.load(Ordering::Relaxed) {
            return done;
        }
        let now = match &done {
            Err(error) if error.is_of_store() => State::Failing,
            // A broken query is a fault of ours, and says nothing about the store.
            Err(_) => return done,
            Ok(_) => State::Working,
        };
        if let Err(error) = &done {
            self.0.metrics.store_failed(error.code());
        }
        let before = self.0.state.swap(now as u8, Ordering::Relaxed);
        if before != now as u8 {
            self.0.metrics.store_works(now == State::Working);
            match &done {
                Err(error) => {
                    tracing::error!(target: "rejoinder::store", code = error.code(), "the store cannot be used: {error}");
                }
                Ok(_) if before == State::Failing as u8 => {
                    tracing::info!(target: "rejoinder::store", "the store works again");
                }
                Ok(_) => {}
            }
        }
        done
    }
}

/// Whether a connection is between two statements, so that somebody else can have it.
fn is_at_rest<T>(done: &Result<T, StoreError>) -> bool {
    matches!(done, Ok(_) | Err(StoreError::Query { .. } | StoreError::Conflict { .. }))
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
