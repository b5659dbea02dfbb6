//! Proves that Cloud Run's IAM check stands in front: an anonymous call of ours must not get through.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::runtime::Handle;

use crate::config::checks;
use crate::outbound::{Method, Outbound, Request, Target, Url, metadata};

/// Between attempts while it is not proven: the first, and what it doubles up to.
const FIRST: Duration = Duration::from_secs(1);
const LAST: Duration = Duration::from_secs(60);
/// Between attempts once it is: somebody may switch the check off.
const AGAIN: Duration = Duration::from_secs(600);
/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Proof {
    service: Option<String>,
    metadata_host: String,
    public_url: Option<Url>,
    assume: bool,
    outbound: Outbound,
    target: OnceLock<Target>,
    /// What is missing; `None` once it is proven.
    missing: ArcSwap<Option<String>>,
}

/// What one attempt showed.
enum Shown {
    /// Cloud Run refused the call.
    Guarded,
    /// The call got through: everybody can make it.
    Open(String),
    /// It cannot be seen from here.
    Hidden(String),
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proof").field("missing", &self.missing.load()).finish_non_exhaustive()
    }
}

impl Proof {
    pub(super) fn new(settings: &checks::CloudRunIam, outbound: Outbound) -> Arc<Self> {
        Arc::new(Self {
            service: settings.service.clone(),
            metadata_host: settings.metadata_host.clone(),
            // The root, not a door: a refusal of our own at a door would prove nothing.
            public_url: format!("{}/", settings.public_url).parse().ok(),
            assume: settings.dangerous_assume_iam,
            outbound,
            target: OnceLock::new(),
            missing: ArcSwap::from_pointee(Some(
                "it is not yet proven that Cloud Run's IAM check stands in front".to_owned(),
            )),
        })
    }

    pub(super) fn missing(&self) -> Option<String> {
        Option::clone(&self.missing.load())
    }

    pub(super) fn start(this: &Arc<Self>, runtime: &Handle) {
        let weak = Arc::downgrade(this);
        drop(runtime.spawn(look(weak)));
    }

    /// Looks once; gives what is missing.
    async fn attempt(&self) -> Option<String> {
        let Some(_service) = &self.service else {
            return Some("this process does not run on Cloud Run: K_SERVICE is not set".to_owned());
        };
        if let Err(cause) = metadata::answers(&self.metadata_host).await {
            return Some(format!("this process does not run on Cloud Run: {cause}"));
        }
        let shown = match &self.public_url {
            Some(url) => self.call(url).await,
            None => Shown::Hidden("server.public_url is not set".to_owned()),
        };
        match shown {
            Shown::Guarded => None,
            Shown::Hidden(_) if self.assume => None,
            Shown::Hidden(cause) => {
                // What was proven stays so while it cannot be looked at.
                let proven = self.missing.load().is_none();
                (!proven).then(|| {
                    format!(
                        "it cannot be proven that Cloud Run's IAM check stands in front: {cause}. Where ingress settings hide the \
                         service from itself, run the commands of `rejoinder doctor`, then set dangerous_assume_iam = true"
                    )
                })
            }
            Shown::Open(cause) => Some(format!(
                "Cloud Run's IAM check does not stand in front: {cause}. Take allUsers and allAuthenticatedUsers out of the \
                 invokers, and switch the check on (gcloud run services update SERVICE --invoker-iam-check)"
            )),
        }
    }

    async fn call(&self, url: &Url) -> Shown {
        let target = match self.target.get() {
            Some(target) => target,
            None => match self.outbound.api("proof of Cloud Run's IAM check", url, PATIENCE) {
                Ok(built) => self.target.get_or_init(|| built),
                Err(error) => return Shown::Hidden(error.to_string()),
            },
        };
        let response = match target.send(Request::new(Method::GET, url.clone()), None).await {
            Ok(response) => response,
            Err(error) => return Shown::Hidden(format!("an anonymous call of {url} failed: {error}")),
        };
        let status = response.status;
        let answered = format!("an anonymous call of {url} was answered {status}");
        // What only this program says: the call came through to it.
        let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap_or_default();
        if body["error"]["code"].is_string() && body["error"]["message"].is_string()
            || (200..300).contains(&status)
        {
            return Shown::Open(format!("{answered}, so it got through"));
        }
        if matches!(status, 401 | 403) {
            Shown::Guarded
        } else {
            Shown::Hidden(format!("{answered}, not 401 or 403"))
        }
    }
}

async fn look(proof: Weak<Proof>) {
    let mut pause = FIRST;
    loop {
        let Some(this) = proof.upgrade() else { return };
        let missing = this.attempt().await;
        let before = this.missing.swap(Arc::new(missing.clone()));
        if *before != missing {
            match &missing {
                None => {
                    tracing::info!(target: "rejoinder::auth", "cloud_run_iam: Cloud Run's IAM check stands in front")
                }
                Some(missing) => {
                    tracing::error!(target: "rejoinder::auth", "cloud_run_iam: nobody is accepted: {missing}");
                }
            }
        }
        drop(this);
        pause = if missing.is_none() { AGAIN } else { (pause * 2).min(LAST) };
        tokio::time::sleep(pause).await;
    }
}
