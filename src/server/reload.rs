//! What a running server takes anew when it is told to: SIGHUP, or a file that changed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::signal::unix::{SignalKind, signal};

type Reload = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// Everything that can be taken anew without a restart; clones share one list.
#[derive(Clone, Default)]
pub struct Reloads(Arc<Mutex<Vec<(&'static str, Reload)>>>);

impl fmt::Debug for Reloads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list().iter().map(|(what, _)| *what)).finish()
    }
}

impl Reloads {
    /// Adds something by its name in the log. What fails must leave the old in force, and say why.
    pub fn add(&self, what: &'static str, reload: impl Fn() -> Result<(), String> + Send + Sync + 'static) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((what, Arc::new(reload)));
    }

    /// Takes everything anew, and logs how it went. It may read files: not for a thread that answers.
    ///
    /// Whether all of it succeeded.
    pub fn run(&self) -> bool {
        let mut all = true;
        for (what, reload) in self.list() {
            match reload() {
                Ok(()) => tracing::info!(target: "rejoinder::reload", "{what} reloaded"),
                Err(error) => {
                    all = false;
                    tracing::error!(
                        target: "rejoinder::reload",
                        "{what} not reloaded, the last good ones go on until this is mended: {error}"
                    );
                }
            }
        }
        all
    }

    /// Runs at every SIGHUP from now on, for as long as the runtime lives.
    ///
    /// # Errors
    ///
    /// If the system refuses the signal's handler.
    pub fn on_hangup(&self) -> std::io::Result<()> {
        let mut hangup = signal(SignalKind::hangup())?;
        let reloads = self.clone();
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                let reloads = reloads.clone();
                // A reload that panics has been logged; the next signal may do better.
                let _ = tokio::task::spawn_blocking(move || reloads.run()).await;
            }
        });
        Ok(())
    }

    /// A copy: a reload may take its time, and add another.
    fn list(&self) -> Vec<(&'static str, Reload)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_fails_stops_no_other() {
        let reloads = Reloads::default();
        let done = Arc::new(Mutex::new(Vec::new()));
        for (name, result) in [("a", Err("broken".to_owned())), ("b", Ok(()))] {
            let done = Arc::clone(&done);
            reloads.clone().add(name, move || {
                done.lock().expect("not poisoned").push(name);
                result.clone()
            });
        }
        assert!(!reloads.run());
        assert_eq!(*done.lock().expect("not poisoned"), ["a", "b"]);
        assert_eq!(format!("{reloads:?}"), r#"["a", "b"]"#);
    }
}
