//! The calls of the management API.

mod read;
mod survey;
mod trial;
mod write;

use std::sync::Arc;

use tokio::sync::Mutex;

use super::served::Everything;
use super::table::{self, Stored};
use super::{Bounds, Resource, ResourceError};
use crate::access::Access;
use crate::clock::Clock;
use crate::config::Config;
use crate::fulfillment::upstream::id;
use crate::fulfillment::upstream::resources::{Made, Resources};
use crate::protocol::field_mask::FieldMask;
use crate::store::Store;

pub(crate) use read::Page;
pub(crate) use survey::Surveyed;
pub(crate) use trial::Held;
pub(crate) use write::Edit;

/// What serves the routes that resources are for.
pub(crate) trait Serving: Send + Sync + std::fmt::Debug {
    /// The settings in force.
    fn config(&self) -> Arc<Config>;
    /// What the folders held when they were last read.
    fn files(&self) -> Arc<Resources>;
    /// What would be wrong with routes that are served well now, if this were what the API has made.
    fn would_break(&self, made: &Arc<Made>) -> Vec<String>;
    /// Serves this from now on.
    fn serve(&self, made: Arc<Made>);
}

/// Webhooks and environments, from files and from the store. Clones are one.
#[derive(Debug, Clone)]
pub(crate) struct Service(Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Store,
    access: Access,
    serving: Arc<dyn Serving>,
    /// `outbound.dangerous_allow_http` as it was at start: what calls out keeps to that.
    http: bool,
    clock: Clock,
    /// One change at a time; those of other instances are found by their revision.
    writing: Mutex<()>,
    /// What is served: the store's version, the agent and the bounds; held while it is taken anew.
    version: Mutex<(i64, String, Bounds)>,
}

/// A resource as it is shown, and its `ETag`.
#[derive(Debug, Clone)]
pub(crate) struct Answer<R> {
    pub(crate) resource: R,
    pub(crate) etag: String,
    /// What was dropped because the resource leads elsewhere now.
    pub(crate) dropped: Vec<String>,
}

impl<R: Resource> Answer<R> {
    fn of(stored: &Stored<R>) -> Self {
        Self { resource: stored.resource.without_secrets(), etag: stored.etag(), dropped: Vec::new() }
    }
}

impl Service {
    pub(crate) fn new(store: Store, access: Access, serving: Arc<dyn Serving>, clock: Clock) -> Self {
        let http = Bounds::new(&serving.config()).http;
        let (writing, version) = (Mutex::new(()), Mutex::default());
        Self(Arc::new(Shared { store, access, serving, http, clock, writing, version }))
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.0
    }

    /// Serves what the store holds, if that has changed since it was last read.
    pub(crate) async fn refresh(&self) -> Result<(), ResourceError> {
        self.0.refresh().await
    }
}

impl Shared {
    pub(super) async fn refresh(&self) -> Result<(), ResourceError> {
        let mut served = self.version.lock().await;
        // Before the rows: what comes in between is seen the next time.
        let version = table::version(&self.store).await?;
        let now = (version, self.serving.config().agent.name.clone(), self.bounds());
        if now != *served {
            let everything = self.everything().await?;
            self.serving.serve(Arc::new(self.served(&everything)));
            *served = now;
        }
        Ok(())
    }

    async fn everything(&self) -> Result<Everything, ResourceError> {
        Ok(Everything::of(table::everything(&self.store).await?))
    }

    fn served(&self, everything: &Everything) -> Made {
        everything.served(&self.serving.config().agent.name, &self.bounds())
    }

    /// Those of the settings as they are now; they change while the server runs.
    pub(super) fn bounds(&self) -> Bounds {
        let mut bounds = Bounds::new(&self.serving.config());
        bounds.http = self.http;
        bounds
    }
}
