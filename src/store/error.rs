//! Why something cannot be stored or found.

use std::fmt;
use std::time::Duration;

use super::Place;

/// Why an operation on a store failed.
///
/// Messages name the file or the host, never a password, and say what helps.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum StoreError {
    #[error("{place} cannot be reached: {cause}. {}", unreachable_fix(place))]
    Unreachable { place: Place, cause: String },
    #[error("{place} is locked by another process ({cause}). {}", busy_fix(place))]
    Busy { place: Place, cause: String },
    #[error("{place} is full: {cause}. {}", full_fix(place))]
    Full { place: Place, cause: String },
    #[error("{place} may not be used: {cause}. {}", denied_fix(place))]
    Denied { place: Place, cause: String },
    #[error(
        "{place} has schema {found}, and this version of Rejoinder knows schemas up to {known}: a newer one \
         has used it. Run that version, or restore a copy from before"
    )]
    Newer { place: Place, found: i64, known: i64 },
    #[error(
        "{place} was made by a version of Rejoinder that was never released: its schema {version} is not \
         the one that this version knows. Start with an empty store, or run that version"
    )]
    Changed { place: Place, version: i64 },
    #[error("{place} cannot be read: {cause}. {}", corrupt_fix(place))]
    Corrupt { place: Place, cause: String },
    #[error(
        "{place} does not last on Cloud Run: each instance has files of its own, which are gone when it \
         stops. Set store.url to a PostgreSQL database, or leave it empty to keep nothing"
    )]
    NotDurable { place: Place },
    #[error("store.url cannot be used: {0}")]
    Settings(String),
    #[error("{place} did not answer within {} (store.timeout)", seconds(*after))]
    TimedOut { place: Place, after: Duration },
    #[error("{place} has such an entry already ({constraint})")]
    Conflict { place: Place, constraint: String },
    #[error("{place} refused a query: {cause}")]
    Query { place: Place, cause: String },
}

impl StoreError {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "store_unreachable",
            Self::Busy { .. } => "store_busy",
            Self::Full { .. } => "store_full",
            Self::Denied { .. } => "store_denied",
            Self::Newer { .. } => "store_newer",
            Self::Changed { .. } => "store_changed",
            Self::Corrupt { .. } => "store_corrupt",
            Self::NotDurable { .. } => "store_not_durable",
            Self::Settings(_) => "store_settings",
            Self::TimedOut { .. } => "store_timed_out",
            Self::Conflict { .. } => "store_conflict",
            Self::Query { .. } => "store_query",
        }
    }

    /// What whoever asked may know: no place, no cause.
    pub(crate) fn public_message(&self) -> &'static str {
        match self {
            Self::Busy { .. } | Self::TimedOut { .. } => "The store is busy; try again.",
            Self::Full { .. } => "The store is full; the operator has to make room.",
            Self::Conflict { .. } => "There is such an entry already.",
            _ => "The store cannot be used now; the log of the server says why.",
        }
    }

    /// Whether the same may succeed later without anybody changing settings.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::Busy { .. } | Self::Full { .. } | Self::TimedOut { .. }
        )
    }

    /// Whether a unique key has that value already.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }

    /// Whether it tells that the store as a whole does not work, rather than one operation.
    pub(crate) fn is_of_store(&self) -> bool {
        !matches!(self, Self::Conflict { .. } | Self::Query { .. })
    }
}

fn unreachable_fix(place: &Place) -> &'static str {
    match place {
        Place::Postgres { .. } => {
            "Check that it runs, that host and port in store.url are right, and that this machine may connect"
        }
        Place::Memory | Place::File(_) => "Check that the file system is there",
    }
}

fn busy_fix(place: &Place) -> &'static str {
    match place {
        Place::Postgres { .. } => "Try again",
        Place::Memory | Place::File(_) => {
            "Find who has it open (`fuser FILE`), and let one Rejoinder use it; several share a PostgreSQL database"
        }
    }
}

fn full_fix(place: &Place) -> &'static str {
    match place {
        Place::Memory => "Set store.url to keep more, or raise store.memory_limit",
        Place::File(_) => "Make room on its disk, or keep less (retention)",
        Place::Postgres { .. } => "Make room on the database's disk",
    }
}

fn denied_fix(place: &Place) -> &'static str {
    match place {
        Place::Postgres { .. } => "Check user, password and database in store.url, and what the user may do",
        Place::Memory | Place::File(_) => {
            "Give the user that Rejoinder runs as a folder to write to, and check the path in store.url"
        }
    }
}

fn corrupt_fix(place: &Place) -> &'static str {
    match place {
        Place::File(_) => {
            "Check that store.url names the right file; else restore a copy, or move it away to start anew"
        }
        Place::Memory | Place::Postgres { .. } => "Check the database, or restore a copy",
    }
}

fn seconds(time: Duration) -> impl fmt::Display {
    humantime::format_duration(time)
}
