//! Where standard webhooks are called.

use crate::cli::call::given_headers;
use crate::config::Config;
use crate::outbound::{HeaderMap, HeaderName, HeaderValue, Url};

/// Where standard webhooks are called.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Target {
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    /// Whether it is the server of this run.
    pub(super) is_own: bool,
}

impl Target {
    pub(super) fn given(
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        bearer: Option<&str>,
    ) -> anyhow::Result<Self> {
        Ok(Self { url: url.clone(), headers: given_headers(headers, bearer)?, is_own: false })
    }

    /// An address without a path is that of the whole server: its door is meant.
    pub(super) fn at_door(mut self, config: &Config) -> Self {
        if self.url.path() == "/"
            && let Some(path) = config.server.webhook_paths.first()
        {
            self.url.set_path(path);
        }
        self
    }
}
