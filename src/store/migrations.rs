//! The schema, step by step: forward only, all steps or none, one process at a time.
//!
//! A released step never changes; what is to be different comes as a further one.

use sha2::{Digest as _, Sha256};

use super::{Dialect, Place, Query, StoreError};
use crate::store::connection::Connection;

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct Migration {
    pub(super) version: i64,
    pub(super) name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration {
    ($version:literal, $file:literal) => {
        Migration {
            version: $version,
            name: $file,
            sqlite: include_str!(concat!("migrations/sqlite/", $file, ".sql")),
            postgres: include_str!(concat!("migrations/postgres/", $file, ".sql")),
        }
    };
}

/// Every step, in order.
pub(super) const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_access"),
    migration!(2, "0002_dialogflow"),
    migration!(3, "0003_activity"),
    migration!(4, "0004_duplicates"),
    migration!(5, "0005_webhooks"),
    migration!(6, "0006_deliveries"),
    migration!(7, "0007_conversations"),
    migration!(8, "0008_received"),
    migration!(9, "0009_rules"),
    migration!(10, "0010_console"),
];

/// Two processes that start together must not both migrate; any number will do, as long as it is ours.
const LOCK: i64 = 0x72_656a_6f69_6e64;

impl Migration {
    fn sql(&self, dialect: Dialect) -> &'static str {
        dialect.pick(self.sqlite, self.postgres)
    }

    fn checksum(&self, dialect: Dialect) -> String {
        let digest = Sha256::digest(self.sql(dialect).as_bytes());
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Brings the schema up to the last of `migrations`, within the transaction of `connection`.
///
/// `now` is when, in microseconds. Gives how many steps were made.
pub(super) async fn migrate(
    connection: &mut Connection<'_>,
    migrations: &[Migration],
    now: i64,
) -> Result<usize, StoreError> {
    let dialect = connection.dialect();
    if dialect == Dialect::Postgres {
        // Until the end of the transaction; SQLite's transaction is the lock already.
        connection.optional(Query::new("SELECT pg_advisory_xact_lock($1)").bind(LOCK)).await?;
    }
    connection
        .execute(Query::new(
            "CREATE TABLE IF NOT EXISTS rejoinder_schema (version BIGINT PRIMARY KEY, name TEXT NOT NULL, \
             checksum TEXT NOT NULL, rejoinder TEXT NOT NULL, applied_at BIGINT NOT NULL)",
        ))
        .await?;
    let applied = applied(connection).await?;
    judge(&applied, migrations, dialect, connection.place())?;
    let missing = &migrations[applied.len()..];
    for migration in missing {
        connection.script(migration.sql(dialect)).await?;
        connection
            .execute(
                Query::new(
                    "INSERT INTO rejoinder_schema (version, name, checksum, rejoinder, applied_at) \
                     VALUES ($1, $2, $3, $4, $5)",
                )
                .bind(migration.version)
                .bind(migration.name)
                .bind(migration.checksum(dialect))
                .bind(env!("CARGO_PKG_VERSION"))
                .bind(now),
            )
            .await?;
    }
    Ok(missing.len())
}

async fn applied(connection: &mut Connection<'_>) -> Result<Vec<(i64, String)>, StoreError> {
    let query = Query::new("SELECT version, checksum FROM rejoinder_schema ORDER BY version");
    let rows = connection.all(query).await?;
    rows.iter().map(|row| Ok((row.get("version")?, row.get("checksum")?))).collect()
}

/// Refuses a schema that these migrations did not make.
fn judge(
    applied: &[(i64, String)],
    migrations: &[Migration],
    dialect: Dialect,
    place: &Place,
) -> Result<(), StoreError> {
    let known = migrations.last().map_or(0, |migration| migration.version);
    if let Some((found, _)) = applied.last().filter(|(version, _)| *version > known) {
        return Err(StoreError::Newer { place: place.clone(), found: *found, known });
    }
    for ((version, checksum), migration) in applied.iter().zip(migrations) {
        if *version != migration.version || *checksum != migration.checksum(dialect) {
            return Err(StoreError::Changed { place: place.clone(), version: *version });
        }
    }
    Ok(())
}

/// The last step that these migrations know.
#[cfg(any(test, feature = "cli"))]
pub(super) fn latest() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

#[cfg(test)]
impl Migration {
    /// A step of tests, the same for both databases.
    pub(super) const fn of(version: i64, name: &'static str, sql: &'static str) -> Self {
        Self { version, name, sqlite: sql, postgres: sql }
    }
}
