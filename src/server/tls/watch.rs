//! New files are taken up: when SIGHUP says so, and when they have changed.

use std::sync::Arc;

use super::files::Files;
use super::{CertificateFileError, Tls};
use crate::config;
use crate::server::door::Door;
use crate::server::reload::Reloads;

/// Reads the files of the settings, and has them read again when the process is told to.
pub(crate) fn prepare(
    settings: &config::Tls,
    door: &Arc<Door>,
    reloads: &Reloads,
) -> Result<Option<Tls>, CertificateFileError> {
    let roots = door.auth.mtls().iter().map(|check| check.roots_file().to_owned()).collect();
    let Some(tls) = Tls::open(settings, roots)? else {
        return Ok(None);
    };
    let (reloaded, door) = (tls.clone(), Arc::clone(door));
    reloads.add("certificates and client roots", move || reload(&reloaded, &door));
    Ok(Some(tls))
}

/// The handshake's files and those of the checks.
fn reload(tls: &Tls, door: &Door) -> Result<(), String> {
    tls.reload().map_err(|error| error.to_string())?;
    for check in door.auth.mtls() {
        check.reload().map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Looks at the files from time to time until it is dropped.
pub(crate) struct Watching(tokio::task::JoinHandle<()>);

impl Watching {
    pub(crate) fn start(tls: Tls, door: Arc<Door>) -> Self {
        let watching = Arc::new(Reloads::default());
        let mut files = Files::new(tls.files());
        let every = tls.reload_interval();
        watching.add("certificates and client roots", move || reload(&tls, &door));
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                let watching = Arc::clone(&watching);
                let look = tokio::task::spawn_blocking(move || {
                    if files.changed() {
                        watching.run();
                    }
                    files
                });
                match look.await {
                    Ok(looked) => files = looked,
                    Err(_) => return,
                }
            }
        }))
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.abort();
    }
}
