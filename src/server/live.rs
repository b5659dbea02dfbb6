//! What is served, and how it is built anew when the files it comes from change.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::door::Door;
use crate::config::Config;
use crate::fulfillment::deferred::{Deferrals, Hold};
use crate::fulfillment::upstream::resources::Resources;
use crate::fulfillment::upstream::routes;
use crate::fulfillment::{Fulfillment, OnError, Reply, Router, SetupError};
use crate::outbound::credentials::Sources;
use crate::outbound::google::Google;
use crate::outbound::{Outbound, Secrets};

/// The routes written in code, and what those of the settings are built with.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    code: Router,
    outbound: Outbound,
    google: Google,
    secrets: Secrets,
    deferrals: Arc<Deferrals>,
    door: Option<Arc<Door>>,
}

/// What settings and code come to.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) fulfillment: Fulfillment,
    /// What cannot be served; such a tag answers 500.
    pub(crate) faults: Vec<String>,
    /// What is served otherwise than its resource says.
    pub(crate) notes: Vec<String>,
}

/// Why routes were not replaced; the old ones go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the routes were not replaced: {}", .faults.join("; "))]
pub struct ReloadError {
    /// What is wrong.
    pub faults: Vec<String>,
}

/// Replaces the routes that a running [`Server`](super::Server) takes from its settings.
///
/// `rejoinder serve --watch` does it whenever their files change.
#[derive(Debug, Clone)]
pub struct Reloader(pub(super) Live);

impl Reloader {
    /// Serves the routes, webhooks and environments that `config` says now, with its `[agent]`,
    /// `[flexible]` and `[fulfillment]`; everything else stays as it was. Calls in flight end with
    /// the routes that they began with.
    ///
    /// # Errors
    ///
    /// If anything in it is faulty. Then nothing is replaced.
    pub fn reload(&self, config: &Config) -> Result<(), ReloadError> {
        self.0.reload(config)
    }
}

impl Live {
    /// Renews tokens of ours on `runtime`, which must live as long as routes are served.
    pub(crate) fn new(code: Router, config: &Config, runtime: Option<Handle>, hold: Option<Hold>) -> Self {
        let deferrals = Arc::new(Deferrals::new(&config.deferred, runtime.clone(), hold));
        let (outbound, google) = (Outbound::new(&config.outbound), Google::new(runtime));
        let secrets = Secrets::new(&config.secrets, &config.references, &outbound, google.clone());
        Self { code, outbound, google, secrets, deferrals, door: None }
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// What everything of this server calls out with, and counts in.
    pub(crate) fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// The same for routes that this door serves.
    pub(crate) fn of(mut self, door: Arc<Door>) -> Self {
        self.door = Some(door);
        self
    }

    /// Everything that `config` serves.
    pub(crate) fn build(&self, config: &Config) -> Result<Built, SetupError> {
        // Without routes nothing is read: resources may lie there for other commands.
        let resources = if config.routes.is_empty() { Resources::default() } else { Resources::load(config) };
        let sources = Sources {
            outbound: self.outbound.clone(),
            google: self.google.clone(),
            secrets: self.secrets.clone(),
            audience: config.flexible.id_token_audience,
        };
        let configured = routes::build(config, &resources, &sources);
        let router = self.code.clone().merge(configured.router);
        let policy = config.fulfillment.apology.clone().map_or(OnError::Raise, OnError::apologise);
        let oversize_reply = config.fulfillment.oversize_reply.clone().map(Reply::text);
        let fulfillment = Fulfillment::build(router, &policy, oversize_reply)?;
        let fulfillment = fulfillment.deferring_to(Arc::clone(&self.deferrals));
        let faults = resources.faults.iter().map(ToString::to_string);
        let faults = faults.chain(configured.faults.iter().map(ToString::to_string)).collect();
        Ok(Built { fulfillment, faults, notes: configured.notes })
    }

    /// Serves what `config` says now. If anything in it is faulty, everything stays as it was.
    fn reload(&self, config: &Config) -> Result<(), ReloadError> {
        let Built { fulfillment, faults, .. } =
            self.build(config).map_err(|error| ReloadError { faults: vec![error.to_string()] })?;
        if !faults.is_empty() {
            return Err(ReloadError { faults });
        }
        if let Some(door) = &self.door {
            door.fulfillment.store(Arc::new(fulfillment));
        }
        Ok(())
    }
}
