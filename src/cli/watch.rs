//! `rejoinder serve --watch`: routes, webhooks and environments as they are in the files now.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::Context as _;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::config::{Config, Sources};
use crate::server::Reloader;

/// Editors and `git checkout` write several files; what follows this soon belongs together.
const QUIET: Duration = Duration::from_millis(100);

/// Watches the files that routes come from, on a thread of its own, for as long as the process runs.
pub(super) fn watch(sources: Sources, config: &Config, reloader: Reloader) -> anyhow::Result<()> {
    let (changed, changes) = mpsc::channel();
    let watched = Watched::of(config);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.map_or(true, |event| watched.concerns(&event)) {
            // Nobody listens any more when the process ends.
            let _ = changed.send(());
        }
    })
    .context("the files cannot be watched")?;
    look_at(&mut watcher, config);
    let mut fixed = fixed(config);
    std::thread::Builder::new().name("watch".to_owned()).spawn(move || {
        while next_change(&changes) {
            match Config::load(&sources) {
                Ok(config) => {
                    // Folders may have come.
                    look_at(&mut watcher, &config);
                    super::hangup::reload(&reloader, &config);
                    let now = self::fixed(&config);
                    if now != fixed {
                        fixed = now;
                        tracing::warn!(
                            target: "rejoinder::routes",
                            "settings changed that are not reloaded; they need a restart"
                        );
                    }
                }
                Err(error) => super::hangup::kept(error.faults.iter().map(ToString::to_string)),
            }
        }
    })?;
    Ok(())
}

/// Which changes may be of routes: a log written beside the configuration file is none.
struct Watched {
    file: PathBuf,
    folders: [PathBuf; 2],
}

impl Watched {
    fn of(config: &Config) -> Self {
        let file = config.file.clone().unwrap_or_else(|| crate::config::FILE_NAME.into());
        Self { file, folders: [config.webhooks_dir.clone(), config.environments_dir.clone()] }
    }

    fn concerns(&self, event: &Event) -> bool {
        // Reading a file is an event too, and we read them.
        let changed =
            matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_));
        let same = |path: &Path, other: &Path| path.file_name() == other.file_name();
        changed
            && event.paths.iter().any(|path| {
                path.extension().is_some_and(|extension| extension == "json")
                    || same(path, &self.file)
                    || self.folders.iter().any(|folder| same(path, folder))
            })
    }
}

fn look_at(watcher: &mut RecommendedWatcher, config: &Config) {
    let file = config.file.as_deref().unwrap_or(Path::new(crate::config::FILE_NAME));
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for folder in [folder, &config.webhooks_dir, &config.environments_dir] {
        if folder.is_dir()
            && let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive)
        {
            tracing::warn!(target: "rejoinder::routes", folder = %folder.display(), %error, "a folder cannot be watched");
        }
    }
}

/// Waits for a change and the quiet after it; false when there will be none any more.
fn next_change(changes: &Receiver<()>) -> bool {
    if changes.recv().is_err() {
        return false;
    }
    loop {
        match changes.recv_timeout(QUIET) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

/// The settings that stay as they are until a restart, as text.
fn fixed(config: &Config) -> String {
    let (mut reloaded, mut secrets) = (false, false);
    let lines = config.effective.lines().filter(|line| {
        if line.starts_with('[') {
            reloaded = matches!(*line, "[agent]" | "[routes]" | "[flexible]" | "[fulfillment]");
            secrets = *line == "[secrets]";
        }
        // What webhooks made through the API may name.
        let allowed = secrets && (line.starts_with("allow = ") || line.starts_with("allow_accounts = "));
        !reloaded && !allowed
    });
    // Where a value was written may change without the value.
    lines.map(|line| line.rsplit_once("  # ").map_or(line, |(value, _)| value)).collect::<Vec<_>>().join("\n")
}
