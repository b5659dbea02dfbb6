//! The webhook resources and environments of an agent: from their folders, and made through the API.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::id;
use crate::config::Config;
use crate::protocol::ParseError;
use crate::protocol::webhook::{Environment, Webhook};

/// What the folders hold.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    pub(crate) webhooks: Vec<(PathBuf, Webhook)>,
    pub(crate) environments: Vec<(PathBuf, Environment)>,
    /// Files and folders that could not be read.
    pub(crate) faults: Vec<ResourceFault>,
}

/// A file or folder that cannot be used.
#[derive(Debug)]
pub(crate) struct ResourceFault {
    path: PathBuf,
    message: String,
}

impl fmt::Display for ResourceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.message)
    }
}

/// The largest file read, in bytes; the platform's own resources are a small part of it.
const LARGEST: u64 = 1 << 20;

impl Resources {
    /// Reads every `*.json` of both folders. A folder that is not there holds nothing.
    pub(crate) fn load(config: &Config) -> Self {
        let mut this = Self::default();
        this.webhooks = this.read(&config.webhooks_dir, "a Dialogflow Webhook", Webhook::parse);
        this.environments =
            this.read(&config.environments_dir, "a Dialogflow Environment", Environment::parse);
        let mut named: Vec<(&str, &Path)> = Vec::new();
        let mut doubled = Vec::new();
        for (path, webhook) in &this.webhooks {
            let name = webhook.display_name.as_str();
            if let Some((_, other)) = named.iter().find(|(known, _)| *known == name) {
                let message = format!(
                    "its displayName {name:?} is that of {} too; the platform wants it to be unique",
                    other.display()
                );
                doubled.push(ResourceFault { path: path.clone(), message });
            }
            named.push((name, path));
        }
        this.faults.extend(doubled);
        this
    }

    fn read<T>(
        &mut self,
        folder: &Path,
        kind: &str,
        parse: fn(&[u8]) -> Result<T, ParseError>,
    ) -> Vec<(PathBuf, T)> {
        let mut found = Vec::new();
        let paths = match json_files(folder) {
            Ok(paths) => paths,
            Err(error) => {
                let message = format!("this folder cannot be read: {error}");
                self.faults.push(ResourceFault { path: folder.to_owned(), message });
                return found;
            }
        };
        for path in paths {
            match contents(&path)
                .and_then(|text| parse(&text).map_err(|error| format!("this is no {}: {error}", &kind[2..])))
            {
                Ok(resource) => found.push((path, resource)),
                Err(message) => self.faults.push(ResourceFault { path, message }),
            }
        }
        found
    }

    /// The webhook of that display name.
    pub(crate) fn webhook(&self, display_name: &str) -> Option<&Webhook> {
        self.webhooks.iter().map(|(_, webhook)| webhook).find(|webhook| webhook.display_name == display_name)
    }
}

/// What was made through the management API, as far as routes may use it.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Made {
    pub(crate) webhooks: Vec<Webhook>,
    pub(crate) environments: Vec<Environment>,
    pub(crate) refused: Vec<Refused>,
}

/// A webhook of the store that may not be used.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refused {
    pub(crate) display_name: String,
    pub(crate) message: String,
}

/// All that routes may use. Where a file and the store have the same display name, the file's is
/// meant: whoever edits files has the last word.
#[derive(Debug, Default, Clone)]
pub(crate) struct Known {
    pub(crate) files: Arc<Resources>,
    pub(crate) made: Arc<Made>,
}

impl Known {
    /// The webhook of that display name, if there is one.
    ///
    /// # Errors
    ///
    /// If it may not be used, or several agents have one while no agent is named.
    pub(crate) fn webhook(&self, display_name: &str) -> Result<Option<&Webhook>, String> {
        if let Some(webhook) = self.files.webhook(display_name) {
            return Ok(Some(webhook));
        }
        let mut made = self.made.webhooks.iter().filter(|webhook| webhook.display_name == display_name);
        let (first, second) = (made.next(), made.next());
        if second.is_some() {
            return Err(format!(
                "several agents have a webhook {display_name:?} in the store; say with agent.name which agent's is meant"
            ));
        }
        let refused = self.made.refused.iter().find(|refused| refused.display_name == display_name);
        match (first, refused) {
            (None, Some(refused)) => {
                Err(format!("webhook {display_name:?} in the store: {}", refused.message))
            }
            (first, _) => Ok(first),
        }
    }

    /// This webhook as each environment sees it that overrides it, by the environment.
    pub(crate) fn overridden<'k>(
        &'k self,
        webhook: &'k Webhook,
    ) -> impl Iterator<Item = (&'k Environment, Webhook)> {
        let filed = self.files.environments.iter().filter_map(|(_, environment)| {
            Some((environment, webhook.with_overrides(environment.overrides_for(webhook)?)))
        });
        let mut named = webhook.clone();
        if named.name.is_empty() {
            named.name = id::of_file("webhooks", &webhook.display_name);
        }
        let made = self.made.environments.iter().filter_map(move |environment| {
            let overrides = environment.overrides_for(&named)?;
            let same_agent = !webhook.name.contains('/') || agent(&environment.name) == agent(&webhook.name);
            same_agent.then(|| (environment, webhook.with_foreign_overrides(overrides)))
        });
        filed.chain(made)
    }

    /// The display names of all webhooks.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let filed = self.files.webhooks.iter().map(|(_, webhook)| webhook);
        filed.chain(&self.made.webhooks).map(|webhook| webhook.display_name.as_str())
    }
}

/// The agent in a full name.
fn agent(name: &str) -> Option<&str> {
    Some(name.rsplit_once('/')?.0.rsplit_once('/')?.0)
}

fn contents(path: &Path) -> Result<Vec<u8>, String> {
    let size = std::fs::metadata(path).map_err(|error| format!("this file cannot be read: {error}"))?.len();
    if size > LARGEST {
        return Err(format!("this file is {size} bytes; expected at most {LARGEST}"));
    }
    std::fs::read(path).map_err(|error| format!("this file cannot be read: {error}"))
}

/// The `*.json` of a folder, by name; hidden files are passed over.
fn json_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
