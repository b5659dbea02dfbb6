//! What the databases' own errors mean.

use std::time::Duration;

use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::postgres::PgDatabaseError;

use super::{Place, StoreError};

/// Tells what an error of the driver means for this store.
pub(super) fn meaning(error: sqlx::Error, place: &Place, timeout: Duration) -> StoreError {
    let (place, cause) = (place.clone(), innermost(&error));
    match error {
        sqlx::Error::Database(error) => of_database(&*error, place),
        sqlx::Error::PoolTimedOut => StoreError::TimedOut { place, after: timeout },
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed
        // What a connection that breaks in the middle of an answer looks like.
        | sqlx::Error::Protocol(_) => StoreError::Unreachable { place, cause },
        sqlx::Error::Configuration(_) => StoreError::Settings(cause),
        _ => StoreError::Query { place, cause },
    }
}

/// The message without what libraries say around it.
fn innermost(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => {
            untrusted(error)
        }
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Tls(error) => untrusted(error),
        sqlx::Error::Configuration(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// What is wrong with TLS, and the keys that decide it.
fn untrusted(error: &dyn std::fmt::Display) -> String {
    format!(
        "no TLS: {error}. Behind the ? of store.url, sslrootcert names the file with the authority that the server's \
         certificate must be from, and sslmode what of it is checked"
    )
}

fn of_database(error: &dyn DatabaseError, place: Place) -> StoreError {
    let cause = error.message().to_owned();
    if error.kind() == ErrorKind::UniqueViolation {
        // PostgreSQL names the constraint; SQLite's message ends with the columns.
        let constraint = error.constraint().map_or(cause, str::to_owned);
        return StoreError::Conflict { place, constraint };
    }
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<PgDatabaseError>().is_some() {
        return of_postgres(&code, place, cause);
    }
    match code.parse::<i32>().unwrap_or_default() & 0xff {
        // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL
        5 | 6 | 15 => StoreError::Busy { place, cause },
        // SQLITE_FULL
        13 => StoreError::Full { place, cause },
        // SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_AUTH
        3 | 8 | 14 | 23 => StoreError::Denied { place, cause },
        // SQLITE_IOERR, SQLITE_NOMEM
        10 | 7 => StoreError::Unreachable { place, cause },
        // SQLITE_CORRUPT, SQLITE_NOTADB
        11 | 26 => StoreError::Corrupt { place, cause },
        _ => StoreError::Query { place, cause },
    }
}

/// By SQLSTATE, the first two characters of which are its class.
fn of_postgres(code: &str, place: Place, cause: String) -> StoreError {
    match code {
        // Disk or memory full.
        "53100" | "53200" => StoreError::Full { place, cause },
        // A read-only transaction: this is a standby.
        "25006" | "42501" | "3D000" | "3F000" => StoreError::Denied { place, cause },
        // Lock not available, deadlock, serialization.
        "55P03" | "40P01" | "40001" => StoreError::Busy { place, cause },
        // statement_timeout
        "57014" => StoreError::Busy { place, cause },
        _ => match code.get(..2) {
            // Connection exceptions, too many connections, shutting down, system errors.
            Some("08" | "53" | "57" | "58") => StoreError::Unreachable { place, cause },
            Some("28") => StoreError::Denied { place, cause },
            Some("XX") => StoreError::Corrupt { place, cause },
            _ => StoreError::Query { place, cause },
        },
    }
}
