//! Settings: a file, the environment and flags, laid over built-in defaults.
//!
//! `rejoinder.toml` (named by `--config`, or the one in the working folder) is overlaid by
//! variables `REJOINDER_SECTION__KEY`, by `PORT` (the port of `server.bind` alone), and by flags.
//! Every fault is reported, with the place it was written; unknown keys are refused.

mod checks;
mod effective;
mod reader;
mod schema;
mod secret;
mod source;
mod value;

use std::cell::RefCell;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};

pub use checks::{Auth, Check};
pub use secret::Secret;
pub use value::Bind;

use reader::{Key, Reader, Reading};
use source::{Node, Origin, Value};

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
    /// `[log]`
    pub log: Log,
    /// All of it as TOML text, each value with its origin, secrets masked.
    pub effective: String,
}

/// `[server]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Server {
    pub bind: Bind,
    pub webhook_paths: Vec<String>,
    pub request_limit: usize,
    pub expanded_limit: usize,
    pub body_timeout: Duration,
    pub keep_alive: Duration,
    pub shutdown_timeout: Duration,
    pub handler_threads: usize,
    pub dangerous_allow_unauthenticated: bool,
}

/// `[fulfillment]`
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Fulfillment {
    /// What is said when a handler fails, unless its route or router says so; `None` answers an
    /// error status.
    pub apology: Option<String>,
    /// What is said in place of a reply over 64 KiB; `None` answers 500.
    pub oversize_reply: Option<String>,
}

/// `[log]`
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Log {
    /// How events are written.
    pub format: LogFormat,
    /// Which events are written.
    pub level: String,
}

/// How log events are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// Lines for people.
    Text,
    /// JSON as Cloud Logging reads it.
    Json,
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
        let reading = Reading { sources, faults: RefCell::new(faults), keys: RefCell::default() };
        let mut config = Self::read(&Reader::new(&reading, &tree));
        let faults = reading.faults.into_inner();
        if !faults.is_empty() {
            return Err(ConfigError { faults });
        }
        config.effective = effective::render(&tree, &reading.keys.into_inner());
        Ok(config)
    }

    fn read(reader: &Reader<'_, '_>) -> Self {
        let server = reader.section("server", Server::read);
        let auth = reader.section("auth", Auth::read);
        let demo = reader.section("demo", |demo| demo.flag("enabled"));
        let fulfillment = reader.section("fulfillment", Fulfillment::read);
        let log = reader.section("log", Log::read);
        reader.refuse_unknown();
        Self { server, auth, demo, fulfillment, log, effective: String::new() }
    }
}

impl Server {
    fn read(reader: &Reader<'_, '_>) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        let webhook_paths = reader.texts("webhook_paths");
        if webhook_paths.is_empty() {
            reader.refuse("webhook_paths", "expected at least one path, such as \"/webhook\"");
        }
        for path in &webhook_paths {
            let plain = path.starts_with('/') && !path.contains(['{', '}', '?', '#', ' ']);
            if !plain {
                let message = format!(
                    "expected a path such as \"/webhook\", without ? # {{ }} or blanks, found {path:?}"
                );
                reader.refuse("webhook_paths", message);
            }
            if ["/healthz", "/readyz", "/api/handlers"].contains(&path.as_str()) {
                reader.refuse("webhook_paths", format!("{path} is taken by the server itself"));
            }
        }
        Self {
            bind: reader.bind("bind"),
            webhook_paths,
            request_limit: reader.size("request_limit", 1024..=1 << 30),
            expanded_limit: reader.size("expanded_limit", 1024..=1 << 30),
            body_timeout: reader.duration("body_timeout", SECOND / 1000..=60 * SECOND),
            keep_alive: reader.duration("keep_alive", SECOND..=3600 * SECOND),
            shutdown_timeout: reader.duration("shutdown_timeout", SECOND / 10..=3600 * SECOND),
            handler_threads: reader.integer("handler_threads", 0..=1024),
            dangerous_allow_unauthenticated: reader.flag("dangerous_allow_unauthenticated"),
        }
    }
}

impl Fulfillment {
    fn read(reader: &Reader<'_, '_>) -> Self {
        let apologise = reader.choice("on_error", &["raise", "apologise"], &[false, true]);
        let apology = reader.text("apology");
        if apologise && apology.is_empty() {
            reader.refuse("apology", "expected a text, because `on_error` is \"apologise\"");
        }
        let oversize = reader.text("oversize_reply");
        Self {
            apology: apologise.then_some(apology),
            oversize_reply: (!oversize.is_empty()).then_some(oversize),
        }
    }
}

impl Log {
    fn read(reader: &Reader<'_, '_>) -> Self {
        let format = reader.choice(
            "format",
            &["auto", "text", "json"],
            &[LogFormat::Auto, LogFormat::Text, LogFormat::Json],
        );
        let level = reader.text("level");
        // A misspelt level would pass for a target, and silence everything else.
        let is_level = |part: &str| part.contains('=') || part.parse::<LevelFilter>().is_ok();
        if level.parse::<Targets>().is_err() || !level.split(',').all(is_level) {
            let message =
                format!("expected a level such as \"info\" or \"info,rejoinder=debug\", found {level:?}");
            reader.refuse("level", message);
        }
        Self { format, level }
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
    let samples = checks::SAMPLES.to_owned();
    tree.set(&["auth", "any_of"], Value::Raw(samples), Origin::Default);
    let reading = Reading { sources: &sources, faults: RefCell::default(), keys: RefCell::default() };
    let _ = Config::read(&Reader::new(&reading, &tree));
    reading.keys.into_inner()
}

fn tree(sources: &Sources, faults: &mut Vec<Fault>) -> Node {
    let mut tree = source::parse("", DEFAULTS, faults);
    let mut has_file = false;
    let working_folder_file = || {
        let file = PathBuf::from(FILE_NAME);
        (sources.working_folder && file.exists()).then_some(file)
    };
    if let Some(path) = sources.file.clone().or_else(working_folder_file) {
        has_file = true;
        let name = path.display().to_string();
        match std::fs::read_to_string(&path) {
            Ok(text) => tree.overlay(source::parse(&name, &text, faults)),
            Err(error) => {
                let message = format!("this file cannot be read: {error}");
                faults.push(Fault {
                    origin: Origin::File { path: name, line: 1 },
                    path: String::new(),
                    message,
                });
            }
        }
    }
    if !has_file && sources.demo_without_file {
        tree.set(&["demo", "enabled"], Value::Bool(true), Origin::Default);
    }
    for (name, value) in &sources.environment {
        let Some(path) = name.strip_prefix(VARIABLE_PREFIX) else {
            continue;
        };
        let path = path.to_lowercase();
        let path: Vec<&str> = path.split("__").collect();
        // Others use the prefix too: Kubernetes sets REJOINDER_SERVICE_HOST for a service of this name.
        if path.len() < 2 {
            continue;
        }
        tree.set(&path, Value::Raw(value.clone()), Origin::Variable(name.clone()));
    }
    if let Some((_, port)) = sources.environment.iter().find(|(name, _)| name == "PORT") {
        set_port(&mut tree, port, faults);
    }
    if let Some(bind) = &sources.bind {
        tree.set(&["server", "bind"], Value::Raw(bind.clone()), Origin::Flag("--bind"));
    }
    tree
}

/// `PORT`, as Cloud Run sets it, replaces the port and leaves the host.
fn set_port(tree: &mut Node, port: &str, faults: &mut Vec<Fault>) {
    let origin = Origin::Variable("PORT".to_owned());
    let Ok(port) = port.parse::<u16>() else {
        let message = format!("expected a port from 0 to 65535, found {port:?}");
        faults.push(Fault { origin, path: String::new(), message });
        return;
    };
    let bind = match tree.get(&["server", "bind"]).map(|node| &node.value) {
        Some(Value::Text(bind) | Value::Raw(bind)) => bind.parse::<Bind>(),
        _ => return,
    };
    // A faulty address is reported where it is read.
    if let Ok(bind) = bind {
        let bind = Bind { port, ..bind };
        tree.set(&["server", "bind"], Value::Raw(bind.to_string()), origin);
    }
}

#[cfg(test)]
mod tests;
