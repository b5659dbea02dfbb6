//! The configured server, started in this process for one run.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};

use super::target::Target;
use crate::config::checks::Header;
use crate::config::{Check, Config, LogFormat, Sources};
use crate::outbound::{HeaderMap, HeaderName, HeaderValue};
use crate::server::{Rejoinder, ServerError, everything};
use crate::telemetry::ACCESS;

/// The header that lets this run in, and nobody else.
const HEADER: &str = "x-rejoinder-emulate";

/// A server on loopback, which ends with the process: nothing that it still does is waited for.
pub(super) struct Local {
    config: Arc<Config>,
    address: std::net::SocketAddr,
    secret: String,
}

impl Local {
    pub(super) fn start(sources: &Sources) -> anyhow::Result<Self> {
        let loopback = Sources { bind: Some("127.0.0.1:0".to_owned()), ..sources.clone() };
        let mut config = Config::load(&loopback)?;
        let mut log = config.log.clone();
        // The dialogue tells every call already; what handlers say stands beside it.
        if std::env::var_os("REJOINDER_LOG__LEVEL").is_none() {
            format!("warn,{ACCESS}=off").clone_into(&mut log.level);
        }
        if log.format == LogFormat::Auto {
            log.format = LogFormat::Text;
        }
        crate::telemetry::install(&log);
        // Whom the settings let in cannot be played, but nobody else should get in meanwhile either.
        let secret = secret()?;
        let header = Header {
            name: actix_web::http::header::HeaderName::from_static(HEADER),
            values: vec![secret.clone().into()],
            matches: None,
        };
        config.auth.any_of = vec![Check::Header(header)];
        config.auth.allow = Default::default();
        config.server.tls = Default::default();
        config.server.admin_bind = None;
        let (tell, told) = std::sync::mpsc::channel();
        let own = config.clone();
        let thread = std::thread::Builder::new().name("server".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let server = Rejoinder::new().bind(own)?;
                server.prepare().await?;
                // Nobody waits for it any more if this fails.
                let _ = tell.send(server.addresses().first().copied());
                server.run(std::future::pending()).await
            })
        })?;
        match told.recv() {
            Ok(address) => {
                let address = address.context("the server has no address")?;
                let config = Arc::new(config);
                Ok(Self { config, address, secret })
            }
            Err(_) => Err(match thread.join() {
                Ok(Err::<(), ServerError>(error)) => error.into(),
                _ => anyhow!("the server does not start"),
            }),
        }
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn target(&self) -> anyhow::Result<Target> {
        let url = format!("http://{}/", self.address).parse()?;
        let mut value = HeaderValue::try_from(self.secret.as_str())?;
        value.set_sensitive(true);
        Ok(Target {
            url,
            is_own: true,
            headers: HeaderMap::from_iter([(HeaderName::from_static(HEADER), value)]),
        })
    }

    /// The tags that it serves.
    pub(super) fn tags(&self) -> Vec<String> {
        let Ok(built) = everything(&self.config) else { return Vec::new() };
        built.fulfillment.patterns().into_iter().map(str::to_owned).collect()
    }
}

/// A text that nobody can know.
fn secret() -> anyhow::Result<String> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("the system gives no random bytes: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
