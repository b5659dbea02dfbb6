//! Opens a store: connects, brings the schema up, and remembers why it could not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::{Connection as _, Pool, Postgres};

use super::backend::{self, Backend, Lite};
use super::connection::{Connection, To};
use super::migrations::{MIGRATIONS, Migration, migrate};
use super::{Place, Store, StoreError, micros};
use crate::config::StoreUrl;

/// A store that can be used.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) backend: Backend,
    pub(super) place: Place,
    /// The versions of the secrets that it was opened with.
    secrets: AtomicU64,
}

/// How long after a failure it is not tried again: everybody who asks is told the same.
const PAUSE: Duration = Duration::from_secs(1);

/// How soon a file that is locked is tried again while it is opened.
const AGAIN: Duration = Duration::from_millis(20);

/// How long a step of the schema may take; with much in the store it is work.
const MIGRATING: Duration = Duration::from_secs(600);

impl Store {
    /// Opens it now, to know early.
    ///
    /// # Errors
    ///
    /// Those that pass by themselves ([`StoreError::is_passing`]) may be left to the next use.
    pub(crate) async fn open(&self) -> Result<(), StoreError> {
        self.opened().await.map(drop)
    }

    /// Opens a store that is configured, before the server answers. What may pass by itself has been
    /// logged, and is left to the next use: agents are answered without a store, too.
    ///
    /// # Errors
    ///
    /// Those that somebody has to mend.
    pub(crate) async fn prepare(&self) -> Result<(), StoreError> {
        if !self.is_configured() {
            return Ok(());
        }
        let store = self.clone();
        let opening = async move { store.open().await };
        // On its own, so that a long step of the schema goes on when it is not waited for any more.
        let opening = match &self.0.runtime {
            Some(runtime) => runtime.spawn(opening),
            None => tokio::spawn(opening),
        };
        match tokio::time::timeout(self.timeout() * 2, opening).await {
            Ok(Ok(Err(error))) if !error.is_passing() => Err(error),
            // Opened, or to be tried again.
            Ok(_) => Ok(()),
            Err(_) => {
                tracing::warn!(target: "rejoinder::store", "the store is still being opened; calls are answered meanwhile");
                Ok(())
            }
        }
    }

    pub(super) async fn opened(&self) -> Result<Arc<Opened>, StoreError> {
        if let Some(opened) = &*self.0.opened.load() {
            return Ok(Arc::clone(opened));
        }
        let mut failed = self.0.opening.lock().await;
        if let Some(opened) = &*self.0.opened.load() {
            return Ok(Arc::clone(opened));
        }
        if let Some((when, error)) = &*failed
            && self.0.clock.now().duration_since(*when) < PAUSE
        {
            return Err(error.clone());
        }
        match self.note(self.on(self.try_open(MIGRATIONS)).await) {
            Ok(opened) => {
                let opened = Arc::new(opened);
                self.0.opened.store(Some(Arc::clone(&opened)));
                *failed = None;
                Ok(opened)
            }
            Err(error) => {
                *failed = Some((self.0.clock.now(), error.clone()));
                Err(error)
            }
        }
    }

    pub(super) async fn try_open(&self, migrations: &[Migration]) -> Result<Opened, StoreError> {
        let settings = &self.0.settings;
        let (connections, timeout) = (settings.max_connections, settings.timeout);
        let secrets = AtomicU64::new(self.secrets());
        match self.address()? {
            None => {
                let lite = Lite::memory(settings.memory_limit, timeout);
                self.migrate_lite(&lite, Place::Memory, migrations).await?;
                Ok(Opened { backend: Backend::Sqlite(lite), place: Place::Memory, secrets })
            }
            Some(StoreUrl::Sqlite(path)) => {
                let path = settings.folder.join(path);
                let place = Place::File(path.as_path().into());
                if settings.on_cloud_run {
                    return Err(StoreError::NotDurable { place });
                }
                backend::make_private(&path)?;
                let lite = Lite::file(&path, connections, timeout);
                self.migrate_lite(&lite, place.clone(), migrations).await?;
                Ok(Opened { backend: Backend::Sqlite(lite), place, secrets })
            }
            Some(StoreUrl::Postgres(url)) => {
                let password = settings.password.as_ref().map(|password| password.expose());
                let (options, place) = backend::postgres(&url, password.as_deref(), timeout)?;
                // Its own connection: it may take longer than others have.
                let migrating = options.clone().options([("statement_timeout", "0")]);
                let mut connection = backend::try_postgres(&migrating, &place, timeout).await?;
                let mut borrowed = Connection {
                    to: To::Postgres(&mut connection),
                    place: place.clone(),
                    timeout: MIGRATING,
                };
                borrowed.script("BEGIN").await?;
                self.step(&mut borrowed, migrations).await?;
                borrowed.script("COMMIT").await?;
                let _ = connection.close().await;
                let pool = backend::postgres_pool(connections, timeout, options);
                Ok(Opened { backend: Backend::Postgres(pool), place, secrets })
            }
        }
    }

    async fn migrate_lite(
        &self,
        lite: &Lite,
        place: Place,
        migrations: &[Migration],
    ) -> Result<(), StoreError> {
        // A file that several make at once is locked for some of them, which SQLite then says without
        // waiting.
        let end = Instant::now() + self.timeout();
        let mut connection = loop {
            match backend::begin_lite(&lite.full, &place, self.timeout()).await {
                Err(StoreError::Busy { .. }) if Instant::now() < end => tokio::time::sleep(AGAIN).await,
                begun => break begun?,
            }
        };
        let mut borrowed = Connection { to: To::Sqlite(&mut connection), place, timeout: MIGRATING };
        self.step(&mut borrowed, migrations).await?;
        borrowed.script("COMMIT").await
    }

    async fn step(
        &self,
        connection: &mut Connection<'_>,
        migrations: &[Migration],
    ) -> Result<(), StoreError> {
        let steps = migrate(connection, migrations, micros(&self.0.clock)).await?;
        let place = connection.place();
        if steps > 0 && *place != Place::Memory {
            let version = migrations.last().map_or(0, |migration| migration.version);
            tracing::info!(target: "rejoinder::store", store = %place, steps, version, "the store's schema is up to date now");
        }
        Ok(())
    }

    /// The address as it is now.
    pub(super) fn address(&self) -> Result<Option<StoreUrl>, StoreError> {
        let Some(url) = &self.0.settings.url else { return Ok(None) };
        url.expose().parse().map(Some).map_err(StoreError::Settings)
    }

    /// A number that changes with the secrets.
    fn secrets(&self) -> u64 {
        let settings = &self.0.settings;
        settings.url.iter().chain(&settings.password).map(|secret| secret.version()).sum()
    }

    /// Lets new connections use a password that has changed since.
    pub(super) fn refresh(&self, opened: &Opened, pool: &Pool<Postgres>) {
        let now = self.secrets();
        if opened.secrets.swap(now, Ordering::Relaxed) == now {
            return;
        }
        let password = self.0.settings.password.as_ref().map(|password| password.expose());
        if let Ok(Some(StoreUrl::Postgres(url))) = self.address()
            && let Ok((options, _)) = backend::postgres(&url, password.as_deref(), self.timeout())
        {
            pool.set_connect_options(options);
        }
    }
}
