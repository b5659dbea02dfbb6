//! Looks at a store without changing it, for `rejoinder doctor`.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::backend::{postgres, try_postgres};
use super::connection::{Connection, To, within};
use super::migrations::latest;
use super::{Dialect, Place, Query, StoreError};
use crate::config::{self, StoreUrl};

/// What was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) place: Place,
    pub(crate) schema: Schema,
    /// The schema that this version makes of it.
    pub(crate) latest: i64,
}

/// How far the schema is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    /// There is no file yet.
    NoFile,
    /// There is nothing of ours in it.
    Empty,
    At(i64),
}

/// Looks at the store of these settings.
///
/// # Errors
///
/// As opening it would.
pub(crate) async fn examine(settings: &config::Store, url: &StoreUrl) -> Result<Found, StoreError> {
    let (place, schema) = match url {
        StoreUrl::Sqlite(path) => {
            let path = settings.folder.join(path);
            let place = Place::File(path.as_path().into());
            if settings.on_cloud_run {
                return Err(StoreError::NotDurable { place });
            }
            let schema = sqlite(&path, &place, settings).await?;
            (place, schema)
        }
        StoreUrl::Postgres(url) => {
            let password = settings.password.as_ref().map(|password| password.expose());
            let (options, place) = postgres(url, password.as_deref(), settings.timeout)?;
            let mut connection = try_postgres(&options, &place, settings.timeout).await?;
            let to = To::Postgres(&mut connection);
            let schema = schema(Connection { to, place: place.clone(), timeout: settings.timeout }).await?;
            let _ = connection.close().await;
            (place, schema)
        }
    };
    let latest = latest();
    match schema {
        Schema::At(found) if found > latest => Err(StoreError::Newer { place, found, known: latest }),
        schema => Ok(Found { place, schema, latest }),
    }
}

async fn sqlite(path: &Path, place: &Place, settings: &config::Store) -> Result<Schema, StoreError> {
    if !path.exists() {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        return match folder {
            Some(folder) if !folder.is_dir() => Err(StoreError::Denied {
                place: place.clone(),
                cause: format!("there is no folder {}", folder.display()),
            }),
            _ => Ok(Schema::NoFile),
        };
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
    let mut connection = within(settings.timeout, place, SqliteConnection::connect_with(&options)).await?;
    let to = To::Sqlite(&mut connection);
    let schema = schema(Connection { to, place: place.clone(), timeout: settings.timeout }).await?;
    let _ = connection.close().await;
    Ok(schema)
}

async fn schema(mut connection: Connection<'_>) -> Result<Schema, StoreError> {
    let there = match connection.dialect() {
        Dialect::Sqlite => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'rejoinder_schema'",
        Dialect::Postgres => "SELECT 1 WHERE to_regclass('rejoinder_schema') IS NOT NULL",
    };
    if connection.optional(Query::new(there)).await?.is_none() {
        return Ok(Schema::Empty);
    }
    let last = "SELECT version FROM rejoinder_schema ORDER BY version DESC LIMIT 1";
    Ok(match connection.optional(Query::new(last)).await? {
        Some(row) => Schema::At(row.get("version")?),
        None => Schema::Empty,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Synced;
    use crate::store::testing::each_durable;

    #[test]
    fn looking_changes_nothing_and_tells_what_opening_would() {
        each_durable("examine", async |tested| {
            let url = tested.store.address().expect("valid").expect("an address");
            let look = || examine(&tested.settings, &url);
            let before = look().await.expect("reachable").schema;
            assert_eq!(before, if tested.name == "sqlite" { Schema::NoFile } else { Schema::Empty });
            assert_eq!(look().await.expect("reachable").schema, before);
            tested.store.open().await.expect("opened");
            let found = look().await.expect("reachable");
            assert_eq!(found.schema, Schema::At(found.latest));
            let newer = "INSERT INTO rejoinder_schema (version, name, checksum, rejoinder, applied_at) \
                         VALUES (99, 'later', 'x', '9.0.0', 0)";
            tested.store.execute(Synced::Full, Query::new(newer)).await.expect("a newer one");
            assert_eq!(look().await.expect_err("newer").code(), "store_newer");
        });
    }
}
