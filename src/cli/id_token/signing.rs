//! The options that say with which key, and for whom, the service agent's token is signed.

use std::path::Path;

use anyhow::Context as _;

use crate::config::{Check, Config, checks};
use crate::emulator::{Issuer, ServiceAgent};
use crate::outbound::Url;

#[derive(Debug, clap::Args)]
pub(in super::super) struct SigningArgs {
    /// The number of the agent's project; by default that of its export, or of the check in rejoinder.toml.
    #[arg(long, value_name = "NUMBER", value_parser = project_number)]
    project_number: Option<String>,
    /// For whom the token is made out, its `aud`; by default the webhook's address without its query.
    #[arg(long, value_name = "URL")]
    audience: Option<String>,
}

impl SigningArgs {
    /// Whether any of them was given.
    pub(in super::super) fn is_given(&self) -> bool {
        self.project_number.is_some() || self.audience.is_some()
    }

    /// The agent of the issuer in `folder`. `called` is a server's own address, where no resource has
    /// that under which agents know it; `number` is that of an agent at hand.
    pub(in super::super) fn agent(
        &self,
        folder: &Path,
        config: &Config,
        called: Option<&Url>,
        number: Option<&str>,
    ) -> anyhow::Result<ServiceAgent> {
        let issuer = Issuer::open(folder)?;
        let check = check(&config.auth.any_of);
        let number = self.project_number.as_deref().or(number).or(check.map(|check| &*check.project_number));
        let number = number.context(
            "nothing says of which project the agent is; pass --project-number NUMBER, or let the configuration have a check { kind = \"service_agent\", project_number = \"…\" }",
        )?;
        let mut agent = ServiceAgent::new(issuer, number);
        agent.audience = self.audience.clone().or_else(|| audience(called?, check, config));
        Ok(agent)
    }
}

/// The check of ID tokens that the configuration has, if it has one.
pub(in super::super) fn check(checks: &[Check]) -> Option<&checks::ServiceAgent> {
    checks.iter().find_map(|one| match one {
        Check::ServiceAgent(found) => Some(found),
        Check::AllOf(all) => check(all),
        _ => None,
    })
}

/// What an agent writes into `aud` for a server that it knows under another address than this machine's.
fn audience(called: &Url, check: Option<&checks::ServiceAgent>, config: &Config) -> Option<String> {
    let listed = check.map(|check| check.audience.as_slice()).unwrap_or_default();
    let public_url = config.server.public_url.trim_end_matches('/');
    match listed.first() {
        Some(_) if listed.iter().any(|one| one == called.as_str()) => None,
        Some(first) => Some(first.clone()),
        None if public_url.is_empty() => None,
        None => Some(format!("{public_url}{}", called.path())),
    }
}

fn project_number(text: &str) -> Result<String, String> {
    let is_number = !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.to_owned()).ok_or_else(|| {
        "expected digits; gcloud projects describe PROJECT --format='value(projectNumber)' prints them"
            .to_owned()
    })
}
