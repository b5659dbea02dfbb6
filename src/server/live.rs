//! What is served, and how it is built anew when the files it comes from change.

use std::sync::Arc;

use super::door::Door;
use crate::config::Config;
use crate::fulfillment::upstream::resources::Resources;
use crate::fulfillment::upstream::routes;
use crate::fulfillment::{Fulfillment, OnError, Reply, Router, SetupError};
use crate::outbound::Outbound;

/// The routes written in code, and what those of the settings are built with.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    code: Router,
    outbound: Outbound,
    door: Option<Arc<Door>>,
}

/// Why routes were not replaced; the old ones go on.
#[derive(Debug, thiserror::Error)]
#[error("{}", .faults.join("\n"))]
pub(crate) struct ReloadError {
    pub(crate) faults: Vec<String>,
}

impl Live {
    pub(crate) fn new(code: Router, config: &Config) -> Self {
        Self { code, outbound: Outbound::new(&config.outbound), door: None }
    }

    /// The same for routes that this door serves.
    pub(crate) fn of(mut self, door: Arc<Door>) -> Self {
        self.door = Some(door);
        self
    }

    /// Everything that `config` serves, and what of it cannot be: such a tag answers 500.
    pub(crate) fn build(&self, config: &Config) -> Result<(Fulfillment, Vec<String>), SetupError> {
        // Without routes nothing is read: resources may lie there for other commands.
        let resources = if config.routes.is_empty() { Resources::default() } else { Resources::load(config) };
        let configured = routes::build(config, &resources, &self.outbound);
        let router = self.code.clone().merge(configured.router);
        let policy = config.fulfillment.apology.clone().map_or(OnError::Raise, OnError::apologise);
        let oversize_reply = config.fulfillment.oversize_reply.clone().map(Reply::text);
        let fulfillment = Fulfillment::build(router, &policy, oversize_reply)?;
        let faults = resources.faults.iter().map(ToString::to_string);
        Ok((fulfillment, faults.chain(configured.faults.iter().map(ToString::to_string)).collect()))
    }

    /// Serves what `config` says now. If anything in it is faulty, everything stays as it was.
    pub(crate) fn reload(&self, config: &Config) -> Result<(), ReloadError> {
        let (fulfillment, faults) =
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
