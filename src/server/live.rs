//! What is served, and how it is built anew when the files it comes from change.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

use super::door::Door;
use crate::activity::Activity;
use crate::config::Config;
use crate::fulfillment::deferred::{Deferrals, Hold};
use crate::fulfillment::upstream::resources::{Known, Made, Resources};
use crate::fulfillment::upstream::routes::{self, Kept};
use crate::fulfillment::{Fulfillment, OnError, Reply, Router, SetupError};
use crate::outbound::credentials::Sources;
use crate::outbound::google::Google;
use crate::outbound::{Outbound, Secrets};
use crate::protocol::webhook::Webhook;
use crate::resources::Serving;

/// The routes written in code, and what those of the settings are built with.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    code: Router,
    outbound: Outbound,
    google: Google,
    secrets: Secrets,
    deferrals: Arc<Deferrals>,
    activity: Option<Activity>,
    door: Option<Arc<Door>>,
    /// What is served now; held while something else is put in its place.
    current: Arc<Mutex<Current>>,
}

/// What the routes that are served were built of.
#[derive(Debug)]
struct Current {
    config: Arc<Config>,
    /// None while nothing has asked for them.
    files: Option<Arc<Resources>>,
    made: Arc<Made>,
    /// The tags that cannot be served, each with what is wrong.
    broken: Vec<(String, String)>,
    kept: Kept,
}

impl Current {
    fn files(&mut self) -> Arc<Resources> {
        Arc::clone(self.files.get_or_insert_with(|| Arc::new(Resources::load(&self.config))))
    }

    /// Without routes nothing is read: resources may lie there for other commands.
    fn known(&mut self) -> Known {
        let files = if self.config.routes.is_empty() { Arc::default() } else { self.files() };
        Known { files, made: Arc::clone(&self.made) }
    }
}

/// What settings and code come to.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) fulfillment: Fulfillment,
    /// What cannot be served; such a tag answers 500.
    pub(crate) faults: Vec<String>,
    /// The tags that it is about, each with what is wrong.
    pub(crate) broken: Vec<(String, String)>,
    kept: Kept,
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
    /// `[flexible]` and `[fulfillment]`, and what `[secrets]` allows webhooks of the store to name;
    /// everything else stays as it was. Calls in flight end with
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
        let (config, made) = (Arc::new(config.clone()), Arc::default());
        let current = Arc::new(Mutex::new(Current {
            config,
            files: None,
            made,
            broken: Vec::new(),
            kept: Kept::default(),
        }));
        Self { code, outbound, google, secrets, deferrals, activity: None, door: None, current }
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> Arc<Config> {
        Arc::clone(&self.current().config)
    }

    /// The webhooks and environments that can be called, with what they present.
    pub(crate) fn resources(&self) -> Known {
        let mut current = self.current();
        Known { files: current.files(), made: Arc::clone(&current.made) }
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// What is wrong with routes that cannot be served, and with files of resources.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut current = self.current();
        let files = current.known().files;
        let faults = files.faults.iter().map(ToString::to_string);
        faults.chain(current.broken.iter().map(|(_, fault)| fault.clone())).collect()
    }

    /// The webhooks that routes may use, those of files first.
    pub(crate) fn webhooks(&self) -> Vec<Webhook> {
        let mut current = self.current();
        let Known { files, made } = current.known();
        let files = files.webhooks.iter().map(|(_, webhook)| webhook);
        files.chain(&made.webhooks).cloned().collect()
    }

    /// What everything of this server calls out with, and counts in.
    pub(crate) fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// The same, whose calls are kept there.
    pub(crate) fn noted(self, activity: Option<Activity>) -> Self {
        Self { activity, ..self }
    }

    /// The same for routes that this door serves.
    pub(crate) fn of(mut self, door: Arc<Door>) -> Self {
        self.door = Some(door);
        self
    }

    /// Everything that is served to begin with.
    pub(crate) fn build(&self) -> Result<Built, SetupError> {
        let mut current = self.current();
        let (config, known) = (Arc::clone(&current.config), current.known());
        let built = self.build_of(&config, &known, &Kept::default())?;
        current.broken.clone_from(&built.broken);
        current.kept = built.kept.clone();
        Ok(built)
    }

    fn build_of(&self, config: &Config, known: &Known, kept: &Kept) -> Result<Built, SetupError> {
        let sources = Sources {
            outbound: self.outbound.clone(),
            google: self.google.clone(),
            secrets: self.secrets.clone(),
            audience: config.flexible.id_token_audience,
        };
        let configured = routes::build(config, known, &sources, kept, self.activity.as_ref());
        let router = self.code.clone().merge(configured.router);
        let policy = config.fulfillment.apology.clone().map_or(OnError::Raise, OnError::apologise);
        let oversize_reply = config.fulfillment.oversize_reply.clone().map(Reply::text);
        let fulfillment = Fulfillment::build(router, &policy, oversize_reply)?;
        let fulfillment = fulfillment.deferring_to(Arc::clone(&self.deferrals)).calling(configured.upstreams);
        let faults = known.files.faults.iter().map(ToString::to_string);
        let faults = faults.chain(configured.faults.iter().map(ToString::to_string)).collect();
        let broken = configured.faults.iter().map(|fault| (fault.tag.clone(), fault.to_string())).collect();
        Ok(Built { fulfillment, faults, broken, kept: configured.kept, notes: configured.notes })
    }

    /// Serves what `config` says now. If anything in it is faulty, everything stays as it was.
    fn reload(&self, config: &Config) -> Result<(), ReloadError> {
        let mut current = self.current();
        let (config, made) = (Arc::new(config.clone()), Arc::clone(&current.made));
        let mut next = Current { config, files: None, made, broken: Vec::new(), kept: Kept::default() };
        let known = next.known();
        // Other settings may make something else of the same webhook, so none is taken over.
        let Built { fulfillment, faults, kept, .. } =
            self.build_of(&next.config, &known, &Kept::default())
                .map_err(|error| ReloadError { faults: vec![error.to_string()] })?;
        if !faults.is_empty() {
            return Err(ReloadError { faults });
        }
        self.put(fulfillment);
        next.kept = kept;
        *current = next;
        Ok(())
    }

    fn put(&self, fulfillment: Fulfillment) {
        if let Some(door) = &self.door {
            door.fulfillment.store(Arc::new(fulfillment));
        }
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Serving for Live {
    fn config(&self) -> Arc<Config> {
        self.settings()
    }

    fn files(&self) -> Arc<Resources> {
        self.current().files()
    }

    fn would_break(&self, made: &Arc<Made>) -> Vec<String> {
        let (config, mut known, already, kept) = {
            let mut current = self.current();
            (Arc::clone(&current.config), current.known(), current.broken.clone(), current.kept.clone())
        };
        known.made = Arc::clone(made);
        match self.build_of(&config, &known, &kept) {
            Ok(Built { broken, .. }) => {
                let is_new = |tag: &String| !already.iter().any(|(known, _)| known == tag);
                let new = broken.into_iter().filter(|(tag, _)| is_new(tag));
                new.map(|(_, fault)| fault).collect()
            }
            Err(error) => vec![error.to_string()],
        }
    }

    /// A route that cannot be served any more answers 500, and stops no other.
    fn serve(&self, made: Arc<Made>) {
        let mut current = self.current();
        if current.made == made {
            return;
        }
        current.made = made;
        let (config, known) = (Arc::clone(&current.config), current.known());
        match self.build_of(&config, &known, &current.kept) {
            Ok(Built { fulfillment, broken, kept, .. }) => {
                for (tag, fault) in &broken {
                    if !current.broken.iter().any(|(known, _)| known == tag) {
                        tracing::error!(target: "rejoinder::routes", "{fault}");
                    }
                }
                current.broken = broken;
                current.kept = kept;
                self.put(fulfillment);
                if !config.routes.is_empty() {
                    tracing::info!(target: "rejoinder::routes", "routes follow the webhooks in the store");
                }
            }
            Err(error) => tracing::error!(target: "rejoinder::routes", "routes stay as they were: {error}"),
        }
    }
}
