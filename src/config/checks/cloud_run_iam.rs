//! `kind = "cloud_run_iam"`: an ID token that Cloud Run's own IAM check has verified, and whose signature it took away.

use super::service_agent::{has_audience, project_number};
use crate::config::reader::Reader;
use crate::config::settings::Server;

/// Whose tokens are accepted behind Cloud Run's check.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CloudRunIam {
    /// The number of the agent's project.
    pub project_number: String,
    /// What `aud` may be; without any, `public_url` and the path that is called.
    pub audience: Vec<String>,
    /// Whether Cloud Run's check is taken for granted where a call of our own cannot prove it.
    pub dangerous_assume_iam: bool,
    /// `server.public_url`.
    pub public_url: String,
    /// The Cloud Run service that this process is of (`K_SERVICE`).
    pub service: Option<String>,
    /// Where the metadata server is (`GCE_METADATA_HOST`).
    pub metadata_host: String,
}

impl CloudRunIam {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let variable = |name: &str| {
            let environment = &reader.reading.sources.environment;
            let found = environment.iter().find(|(known, value)| known == name && !value.is_empty());
            found.map(|(_, value)| value.clone())
        };
        Self {
            project_number: project_number(reader),
            audience: reader.optional("audience", Reader::texts).unwrap_or_default(),
            dangerous_assume_iam: reader.optional("dangerous_assume_iam", Reader::flag).unwrap_or_default(),
            public_url: String::new(),
            service: variable("K_SERVICE"),
            metadata_host: variable("GCE_METADATA_HOST")
                .unwrap_or_else(|| "metadata.google.internal".to_owned()),
        }
    }

    /// Fills in what `[server]` says, and tells what is missing there.
    pub(super) fn complete(&mut self, server: &Server) -> Result<(), &'static str> {
        self.public_url.clone_from(&server.public_url);
        if self.public_url.is_empty() && !self.dangerous_assume_iam {
            return Err(
                "the check cloud_run_iam proves with a call to server.public_url that Cloud Run stands in front; set it to the \
                 service's https:// address",
            );
        }
        has_audience(&self.audience, server)
    }
}
