//! Which store it is, as messages name it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A store's name for people; no password is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Memory,
    File(Arc<Path>),
    Postgres { host: Arc<str>, database: Arc<str> },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("the store in memory"),
            Self::File(path) => write!(f, "the SQLite file {}", path.display()),
            Self::Postgres { host, database } => write!(f, "PostgreSQL at {host}, database {database:?},"),
        }
    }
}
