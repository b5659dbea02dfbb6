//! SIGHUP: secrets are read again, and routes, webhooks and environments are as in the files now.

use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, Sources};
use crate::outbound::Secrets;
use crate::server::Reloader;

/// Listens for the signal for as long as the runtime lives; from now on it ends the process no more.
pub(super) fn listen(sources: Sources, reloader: Reloader, secrets: Secrets) -> std::io::Result<()> {
    let mut hangups = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            tracing::info!(target: "rejoinder::secrets", "SIGHUP: reading secrets and routes again");
            match Config::load(&sources) {
                Ok(config) => reload(&reloader, &config),
                Err(error) => kept(error.faults.iter().map(ToString::to_string)),
            }
            // After the routes: what new ones need is read with the rest.
            secrets.refresh().await;
            tracing::info!(target: "rejoinder::secrets", "secrets were read again");
        }
    });
    Ok(())
}

pub(super) fn reload(reloader: &Reloader, config: &Config) {
    match reloader.reload(config) {
        Ok(()) => {
            tracing::info!(target: "rejoinder::routes", routes = config.routes.len(), "routes reloaded")
        }
        Err(error) => kept(error.faults.into_iter()),
    }
}

pub(super) fn kept(faults: impl Iterator<Item = String>) {
    for fault in faults {
        tracing::error!(target: "rejoinder::routes", "{fault}");
    }
    tracing::error!(target: "rejoinder::routes", "routes not reloaded: the last good ones go on until this is mended");
}
