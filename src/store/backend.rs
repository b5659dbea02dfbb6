//! The databases, opened: who may write when, and through which connection.

use std::fs::{OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::pool::{PoolConnection, PoolConnectionMetadata, PoolOptions};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Pool, Postgres, Sqlite};
use tokio::sync::Mutex;
use url::Url;

use super::fault::meaning;
use super::{Place, StoreError, Synced};

/// An opened database.
#[derive(Debug)]
pub(super) enum Backend {
    Sqlite(Lite),
    Postgres(Pool<Postgres>),
}

/// SQLite lets one write at a time, and tells the others to ask again. So our own writers queue here,
/// in the order they came, and only those of other processes are waited for in SQLite.
///
/// There are two writers because how a commit is synced belongs to the connection: it cannot be
/// changed inside a transaction. What was committed lazily is on the disk, too, once the other one
/// commits, since both write one log.
#[derive(Debug)]
pub(super) struct Lite {
    pub(super) full: Pool<Sqlite>,
    pub(super) lazy: Pool<Sqlite>,
    pub(super) readers: Pool<Sqlite>,
    pub(super) turn: Arc<Mutex<()>>,
}

impl Lite {
    pub(super) fn writer(&self, synced: Synced) -> &Pool<Sqlite> {
        match synced {
            Synced::Full => &self.full,
            Synced::Lazy => &self.lazy,
        }
    }

    /// One connection for everything: with another one, there would be another database.
    pub(super) fn memory(limit: usize, timeout: Duration) -> Self {
        const PAGE: usize = 4096;
        let options = lite_options(timeout)
            .filename(":memory:")
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .pragma("max_page_count", (limit / PAGE).max(1).to_string());
        let pool = lite_pool(1, timeout).after_release(undo).connect_lazy_with(options);
        Self { full: pool.clone(), lazy: pool.clone(), readers: pool, turn: Arc::default() }
    }

    pub(super) fn file(path: &Path, connections: usize, timeout: Duration) -> Self {
        let options = lite_options(timeout)
            .filename(path)
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            // What is deleted or moved leaves nothing behind in its page.
            .pragma("secure_delete", "fast")
            // The log is cut to this when it has been written back.
            .pragma("journal_size_limit", (64 << 20).to_string());
        let writer = |synchronous| {
            let options = options.clone().synchronous(synchronous);
            lite_pool(1, timeout).after_release(undo).connect_lazy_with(options)
        };
        let readers = u32::try_from(connections.saturating_sub(2).max(1)).unwrap_or(1);
        Self {
            full: writer(SqliteSynchronous::Full),
            lazy: writer(SqliteSynchronous::Normal),
            readers: lite_pool(readers, timeout)
                .connect_lazy_with(lite_options(timeout).filename(path).read_only(true)),
            turn: Arc::default(),
        }
    }
}

fn lite_options(timeout: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        // Less than an operation has, so that it is told who is in the way.
        .busy_timeout(timeout.mul_f64(0.75))
        .pragma("temp_store", "memory")
        .disable_statement_logging()
}

fn lite_pool(connections: u32, timeout: Duration) -> PoolOptions<Sqlite> {
    PoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(timeout)
        .acquire_slow_threshold(timeout * 2)
        // A file does not go away, and in memory the connection is the database.
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Takes back what was not committed, before somebody else gets the connection. The driver's own
/// transactions lose count when SQLite takes one back by itself, as it does when the disk is full.
fn undo(
    connection: &mut SqliteConnection,
    _: PoolConnectionMetadata,
) -> BoxFuture<'_, Result<bool, sqlx::Error>> {
    Box::pin(async move {
        // An error says that there is no transaction any more.
        let _ = connection.execute("ROLLBACK").await;
        Ok(true)
    })
}

/// Makes the file, so that nobody else may read what will be in it; SQLite gives its companions the
/// same permissions.
pub(super) fn make_private(path: &Path) -> Result<(), StoreError> {
    match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => {
            // Whatever the umask leaves.
            let _ = file.set_permissions(Permissions::from_mode(0o600));
            return Ok(());
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(unwritable(path, &error)),
    }
    // What is there must be a file that we may write: SQLite would say `unable to open` to all else.
    match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => {
            let mode = file.metadata().map_or(0, |metadata| metadata.permissions().mode());
            if mode & 0o077 != 0 {
                tracing::warn!(
                    target: "rejoinder::store",
                    path = %path.display(),
                    mode = format_args!("{:o}", mode & 0o777),
                    "others may read or write the store's file; chmod 600 it"
                );
            }
            Ok(())
        }
        Err(error) => Err(unwritable(path, &error)),
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> StoreError {
    let place = Place::File(path.into());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match (error.kind(), folder) {
        (ErrorKind::StorageFull, _) => StoreError::Full { place, cause: error.to_string() },
        (ErrorKind::NotFound, Some(folder)) => {
            StoreError::Denied { place, cause: format!("there is no folder {}", folder.display()) }
        }
        _ => StoreError::Denied { place, cause: error.to_string() },
    }
}

/// How to connect with this address, and what it is called.
pub(super) fn postgres(
    url: &Url,
    password: Option<&str>,
    timeout: Duration,
) -> Result<(PgConnectOptions, Place), StoreError> {
    let options: PgConnectOptions =
        url.as_str().parse().map_err(|error: sqlx::Error| StoreError::Settings(error.to_string()))?;
    files_are_there(url)?;
    let options = match password {
        Some(password) => options.password(password),
        None => options,
    };
    let options = match options.get_application_name() {
        Some(_) => options,
        None => options.application_name("rejoinder"),
    };
    let host = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let database = options.get_database().unwrap_or_else(|| options.get_username()).into();
    // The server ends by itself what nobody waits for any more.
    let options = options
        .options([("statement_timeout", format!("{}ms", (timeout * 2).as_millis()))])
        .disable_statement_logging();
    Ok((options, Place::Postgres { host: host.into(), database }))
}

/// The driver would say of a missing one that there is no such file, and not which.
fn files_are_there(url: &Url) -> Result<(), StoreError> {
    const FILES: &[&str] = &["sslrootcert", "sslcert", "sslkey"];
    for (key, path) in url.query_pairs().filter(|(key, _)| FILES.contains(&&**key)) {
        // It may stand there itself.
        if !path.trim_start().starts_with("-----BEGIN")
            && let Err(error) = std::fs::File::open(&*path)
        {
            return Err(StoreError::Settings(format!("{key}: {path} cannot be read: {error}")));
        }
    }
    Ok(())
}

pub(super) fn postgres_pool(
    connections: usize,
    timeout: Duration,
    options: PgConnectOptions,
) -> Pool<Postgres> {
    /// After this long without use, a connection is asked whether it still is one.
    const IDLE: Duration = Duration::from_secs(1);
    PoolOptions::new()
        .max_connections(u32::try_from(connections).unwrap_or(u32::MAX))
        .acquire_timeout(timeout)
        .acquire_slow_threshold(timeout * 2)
        .test_before_acquire(false)
        .before_acquire(|connection: &mut PgConnection, metadata| {
            Box::pin(async move {
                if metadata.idle_for > IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options)
}

/// Connects once, to learn what is wrong: a pool tries again until its time is up, and then says
/// only that.
pub(super) async fn try_postgres(
    options: &PgConnectOptions,
    place: &Place,
    timeout: Duration,
) -> Result<PgConnection, StoreError> {
    super::connection::within(timeout, place, PgConnection::connect_with(options)).await.map_err(|error| {
        match error {
            StoreError::TimedOut { place, after } => StoreError::Unreachable {
                place,
                cause: format!("it did not answer within {}", humantime::format_duration(after)),
            },
            other => other,
        }
    })
}

/// A connection that is to write to an SQLite database, with a transaction begun.
pub(super) async fn begin_lite(
    pool: &Pool<Sqlite>,
    place: &Place,
    timeout: Duration,
) -> Result<PoolConnection<Sqlite>, StoreError> {
    let mut connection = super::connection::within(timeout, place, pool.acquire()).await?;
    let begin = connection.execute("BEGIN IMMEDIATE");
    super::connection::within(timeout, place, begin).await?;
    Ok(connection)
}

/// A connection of a PostgreSQL pool; where there is none, why.
pub(super) async fn acquire_postgres(
    pool: &Pool<Postgres>,
    place: &Place,
    timeout: Duration,
) -> Result<PoolConnection<Postgres>, StoreError> {
    match pool.acquire().await {
        Ok(connection) => Ok(connection),
        Err(sqlx::Error::PoolTimedOut) => {
            let options = pool.connect_options();
            let found = try_postgres(&options, place, Duration::from_secs(1)).await?;
            let _ = found.close().await;
            Err(StoreError::TimedOut { place: place.clone(), after: timeout })
        }
        Err(error) => Err(meaning(error, place, timeout)),
    }
}
