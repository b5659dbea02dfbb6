//! Settings: a file, the environment and flags, laid over built-in defaults.
//!
//! `rejoinder.toml` (named by `--config`, or the one in the working folder) is overlaid by
//! variables `REJOINDER_SECTION__KEY`, by `PORT` (the port of `server.bind` alone), and by flags.
//! Every fault is reported, with the place it was written; unknown keys are refused.

mod access;
mod activity;
mod agent;
pub mod checks;
mod console;
mod deferred;
mod delivery;
mod effective;
mod events;
mod flexible;
mod layers;
mod limits;
mod outbound;
mod reader;
mod receive;
mod routes;
mod schema;
pub(crate) mod secret;
mod secrets;
mod settings;
mod source;
mod store;
mod tables;
mod tls;
mod traces;
mod turn;
mod value;

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

pub use access::Access;
pub use activity::Activity;
pub use agent::Agent;
pub use checks::{Auth, Check};
pub use console::Console;
pub use deferred::{Deferral, Deferred};
pub use delivery::Delivery;
pub(crate) use effective::Setting;
pub use events::Events;
pub use flexible::{
    ClientErrors, DottedNames, EmptyBody, Flexible, FlowParameters, IdTokenAudience, MissingPath, NullValue,
    Semantics, Success, Unresolved, UrlEncoding, WholeBooleans,
};
pub use limits::Limits;
pub use outbound::{AgentAuthDefault, ClientAuthentication, Endpoint, Outbound};
pub use receive::{Receive, ZendeskSource};
pub use routes::{FailureSetting, ReplySetting, Route};
pub use secret::{Exposed, Secret, SecretOrigin, SecretVersion};
pub use secrets::Secrets;
pub use settings::{Fulfillment, Log, LogFormat, Server};
pub use store::{Store, StoreUrl};
pub use tls::{ClientCertificates, Tls};
pub use traces::Traces;
pub(crate) use turn::is_header_name;
pub use turn::{DuplicateScope, Duplicates, OnDeadline, RouteTurn, Turn};
pub use value::Bind;

use layers::tree;
use reader::{Key, Reader, Reading};
use source::{Origin, Value};

const DEFAULTS: &str = include_str!("config.default.toml");
/// The file looked for in the working folder.
pub(crate) const FILE_NAME: &str = "rejoinder.toml";
const VARIABLE_PREFIX: &str = "REJOINDER_";

/// Where settings are taken from. Tests fill it by hand; programs use [`Sources::of_process`].
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file, if one was named; it must exist then.
    pub file: Option<PathBuf>,
    /// Whether `rejoinder.toml` of the working folder is read when no file was named.
    pub working_folder: bool,
    /// The environment's variables.
    pub environment: Vec<(String, String)>,
    /// The flag `--bind`.
    pub bind: Option<String>,
    /// Whether the demo is served when there is no file and nothing says otherwise.
    pub demo_without_file: bool,
}

impl Sources {
    /// The environment of this process, and the working folder's file.
    #[must_use]
    pub fn of_process() -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { working_folder: true, environment, ..Self::default() }
    }
}

/// The settings in force.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// `[server]`
    pub server: Server,
    /// `[auth]`
    pub auth: Auth,
    /// `demo.enabled`: whether the demo's tags are served.
    pub demo: bool,
    /// `[fulfillment]`
    pub fulfillment: Fulfillment,
    /// `[duplicates]`
    pub duplicates: Duplicates,
    /// `[deferred]`
    pub deferred: Deferred,
    /// `[delivery]`
    pub delivery: Delivery,
    /// `[outbound]`
    pub outbound: Outbound,
    /// `[access]`
    pub access: Access,
    /// `[console]`
    pub console: Console,
    /// `[store]`
    pub store: Store,
    /// `[secrets]`
    pub secrets: Secrets,
    /// The secrets that are kept elsewhere, by the path of their key.
    pub(crate) references: Vec<(String, Secret)>,
    /// All secrets of the settings, wherever they are kept.
    pub(crate) known_secrets: Vec<Secret>,
    /// `[agent]`
    pub agent: Agent,
    /// `[flexible]`
    pub flexible: Flexible,
    /// `[routes."tag"]`
    pub routes: Vec<Route>,
    /// The folder of webhook resources; a relative one stands beside the configuration file.
    pub webhooks_dir: PathBuf,
    /// The folder of environments.
    pub environments_dir: PathBuf,
    /// The configuration file, if there is one.
    pub file: Option<PathBuf>,
    /// `[activity]`
    pub activity: Activity,
    /// `[events]`
    pub events: Events,
    /// `[receive]`
    pub receive: Receive,
    /// `[log]`
    pub log: Log,
    /// `[traces]`
    pub traces: Traces,
    /// All of it as TOML text, each value with its origin, secrets masked.
    pub effective: String,
    /// The same, setting by setting.
    pub(crate) shown: Vec<Setting>,
}

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    origin: Origin,
    path: String,
    message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, path, message } = self;
        if path.is_empty() {
            write!(f, "{origin}: {message}")
        } else {
            write!(f, "{origin}: {path}: {message}")
        }
    }
}

/// A configuration that cannot be used; it tells every fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the configuration cannot be used:{}", self.list())]
pub struct ConfigError {
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl ConfigError {
    fn list(&self) -> String {
        self.faults.iter().map(|fault| format!("\n- {fault}")).collect()
    }
}

impl Config {
    /// Reads and checks the settings.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, at once.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let tree = tree(sources, &mut faults);
        let reading = Reading {
            sources,
            faults: RefCell::new(faults),
            keys: RefCell::default(),
            references: RefCell::default(),
            known_secrets: RefCell::default(),
            folder: layers::file(sources).and_then(|file| file.parent().map(Path::to_owned)),
        };
        let mut config = Self::read(&Reader::new(&reading, &tree));
        let faults = reading.faults.into_inner();
        if !faults.is_empty() {
            return Err(ConfigError { faults });
        }
        let keys = reading.keys.into_inner();
        config.effective = effective::render(&tree, &keys);
        config.shown = effective::settings(&tree, &keys);
        config.references = reading.references.into_inner();
        config.known_secrets = reading.known_secrets.into_inner();
        config.file = layers::file(sources);
        if let Some(folder) = config.file.as_deref().and_then(Path::parent) {
            config.webhooks_dir = folder.join(&config.webhooks_dir);
            config.environments_dir = folder.join(&config.environments_dir);
        }
        Ok(config)
    }

    fn read(reader: &Reader<'_, '_>) -> Self {
        let server = reader.section("server", Server::read);
        let mut auth = reader.section("auth", Auth::read);
        if let Err(missing) = auth.complete(&server) {
            reader.refuse("auth", missing);
        }
        let demo = reader.section("demo", |demo| demo.flag("enabled"));
        let fulfillment = reader.section("fulfillment", Fulfillment::read);
        let store = reader.section("store", Store::read);
        let has_store = store.is_configured();
        let duplicates = reader.section("duplicates", |reader| Duplicates::read(reader, has_store));
        let deferred = reader.section("deferred", Deferred::read);
        let delivery = reader.section("delivery", |delivery| Delivery::read(delivery, &store));
        let outbound = reader.section("outbound", Outbound::read);
        let access = reader.section("access", |reader| Access::read(reader, server.admin_bind.is_some()));
        let console = reader.section("console", Console::read);
        let secrets = reader.section("secrets", Secrets::read);
        let agent = reader.section("agent", Agent::read);
        let flexible = reader.section("flexible", Flexible::read);
        let routes = routes::read(reader, server.turn.deadline, has_store);
        let webhooks_dir = reader.text("webhooks_dir").into();
        let environments_dir = reader.text("environments_dir").into();
        let activity = reader.section("activity", Activity::read);
        let events = reader.section("events", Events::read);
        let receive = reader.section("receive", |receive| Receive::read(receive, &store));
        let log = reader.section("log", Log::read);
        let traces = reader.section("traces", Traces::read);
        reader.refuse_unknown();
        Self {
            server,
            auth,
            demo,
            fulfillment,
            duplicates,
            deferred,
            delivery,
            outbound,
            access,
            console,
            store,
            secrets,
            references: Vec::new(),
            known_secrets: Vec::new(),
            agent,
            flexible,
            routes,
            webhooks_dir,
            environments_dir,
            file: None,
            activity,
            events,
            receive,
            log,
            traces,
            effective: String::new(),
            shown: Vec::new(),
        }
    }
}

/// The JSON schema of `rejoinder.toml`.
#[must_use]
pub fn schema() -> serde_json::Value {
    schema::schema(&all_keys(), DEFAULTS)
}

/// Every key there is, also those in tables that the defaults do not have.
fn all_keys() -> Vec<Key> {
    let sources = Sources::default();
    let mut tree = tree(&sources, &mut Vec::new());
    let samples = checks::samples();
    tree.set(&["auth", "any_of"], Value::Raw(samples), Origin::Default);
    tree.set(&["routes", "sample"], Value::Raw(routes::SAMPLE.to_owned()), Origin::Default);
    tree.set(&["receive", "zendesk", "sample"], Value::Raw(receive::SAMPLE.to_owned()), Origin::Default);
    let reading = Reading {
        sources: &sources,
        faults: RefCell::default(),
        keys: RefCell::default(),
        references: RefCell::default(),
        known_secrets: RefCell::default(),
        folder: None,
    };
    let _ = Config::read(&Reader::new(&reading, &tree));
    reading.keys.into_inner()
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod free_keys_tests;
