//! The server that answers, and the settings that it is called with.

use super::server::Local;
use super::target::Target;
use crate::config::{Config, Sources};
use crate::outbound::{HeaderName, HeaderValue, Url};

/// The server that answers, and the settings that it is called with.
pub(in crate::cli) struct Side {
    pub(in crate::cli) target: Target,
    pub(in crate::cli) config: Config,
    /// The server of this run, if it is that.
    pub(super) local: Option<Local>,
}

impl Side {
    /// The one at this address, or else the configured one, started for this run.
    pub(in crate::cli) fn start(
        sources: &Sources,
        server: Option<&Url>,
        headers: &[(HeaderName, HeaderValue)],
        bearer: Option<&str>,
    ) -> anyhow::Result<Self> {
        let (target, local) = match server {
            Some(url) => (Target::given(url, headers, bearer)?, None),
            None => {
                let local = Local::start(sources)?;
                (local.target()?, Some(local))
            }
        };
        let config = match &local {
            Some(local) => local.config().clone(),
            None => Config::load(sources)?,
        };
        Ok(Self { target: target.at_door(&config), config, local })
    }
}
