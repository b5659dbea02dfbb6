//! `kind = "service_agent"`: an ID token of Dialogflow's own account, signed by Google.

use std::net::IpAddr;
use std::path::PathBuf;

use url::Url;

use super::{address, keys_file};
use crate::config::reader::Reader;
use crate::config::settings::Server;

/// Whose ID tokens are accepted, and for whom they must be made out.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServiceAgent {
    /// The number of the agent's project.
    pub project_number: String,
    /// What `aud` may be; without any, `public_url` and the path that is called.
    pub audience: Vec<String>,
    /// `server.public_url`.
    pub public_url: String,
    /// Where the keys are, if not where Google publishes them.
    pub jwks_url: Option<Url>,
    /// The file that the keys are in, for a server on this machine: a local issuer's.
    pub jwks_file: Option<PathBuf>,
}

impl ServiceAgent {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let jwks_url = reader.optional("jwks_url", address::read).flatten();
        let jwks_file = keys_file::read(reader);
        if jwks_url.is_some() && jwks_file.is_some() {
            reader.refuse("jwks_file", "keys come from one place; remove this or jwks_url");
        }
        Self {
            project_number: project_number(reader),
            audience: reader.optional("audience", Reader::texts).unwrap_or_default(),
            public_url: String::new(),
            jwks_url,
            jwks_file,
        }
    }

    /// Fills in what `[server]` says, and tells what is missing there.
    pub(super) fn complete(&mut self, server: &Server) -> Result<(), &'static str> {
        self.public_url.clone_from(&server.public_url);
        let host = server.bind.host.as_str();
        let is_local = host == "localhost" || host.parse().is_ok_and(|host: IpAddr| host.is_loopback());
        if self.jwks_file.is_some() && !is_local {
            return Err(
                "jwks_file in a check service_agent takes the keys of a local issuer for Google's, which is for trying a \
                 server on this machine; set server.bind to a loopback address such as \"127.0.0.1:8080\", or remove \
                 jwks_file",
            );
        }
        has_audience(&self.audience, server)
    }
}

pub(super) fn project_number(reader: &Reader<'_, '_>) -> String {
    let number = reader.text("project_number");
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        reader.refuse(
            "project_number",
            format!(
                "expected the number of the agent's project, such as \"123456789012\" (gcloud projects describe PROJECT \
                 --format='value(projectNumber)'), found {number:?}"
            ),
        );
    }
    number
}

pub(super) fn has_audience(audience: &[String], server: &Server) -> Result<(), &'static str> {
    if audience.is_empty() && server.public_url.is_empty() {
        return Err(
            "a check of ID tokens does not know for whom they must be made out; set server.public_url to the https:// \
             address in the agent's webhook without its path, or the check's `audience` to the whole address",
        );
    }
    Ok(())
}
