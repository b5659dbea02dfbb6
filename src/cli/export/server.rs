//! The options that every export has: the server, its address, and what holds for each webhook.

use anyhow::bail;

use super::super::Settings;
use super::authentication::authentication;
use super::note;
use crate::config::Config;
use crate::fulfillment::{Authentication, Fulfillment};

#[derive(Debug, clap::Args)]
pub(super) struct ServerArgs {
    /// The address under which agents reach this server; by default `server.public_url`.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The parameter that takes a handler's messages, as a list; flexible webhooks say nothing by themselves.
    #[arg(long, value_name = "PARAMETER")]
    messages: Option<String>,
    /// How long the agent waits, in seconds; 30 at most.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=30))]
    pub(super) timeout: u64,
    /// The secret version that holds what the caller presents: projects/P/secrets/S/versions/V.
    #[arg(long, value_name = "NAME")]
    secret: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

/// What is served, and how agents come to it.
pub(super) struct Server {
    pub(super) config: Config,
    pub(super) fulfillment: Fulfillment,
    /// Without a slash at its end.
    pub(super) public_url: String,
    pub(super) authentication: Authentication,
    /// What is left to do for that.
    pub(super) to_do: Option<String>,
}

impl ServerArgs {
    pub(super) fn load(&self) -> anyhow::Result<Server> {
        let config = self.settings.clone().load()?;
        let fulfillment = crate::server::everything(&config)?.fulfillment;
        let public_url = self.public_url.as_deref().unwrap_or(&config.server.public_url);
        let public_url = public_url.trim_end_matches('/').to_owned();
        if public_url.is_empty() {
            bail!(
                "nothing says under which address agents reach this server; set server.public_url or pass --public-url https://…"
            );
        }
        let (authentication, to_do) = authentication(&config, self.secret.as_deref());
        Ok(Server { config, fulfillment, public_url, authentication, to_do })
    }

    /// The parameter that takes messages, and the member of answers that holds them.
    pub(super) fn messages<'a>(&'a self, config: &'a Config) -> Option<(&'a str, &'a str)> {
        self.messages.as_deref().map(|parameter| (parameter, config.flexible.messages_key.as_str()))
    }

    /// Tells what the resources alone do not.
    pub(super) fn tell(&self, server: &Server) {
        if let Some(to_do) = &server.to_do {
            note(to_do);
        }
        let deadline = server.config.server.turn.deadline;
        if deadline.as_secs_f64() >= self.timeout as f64 {
            note(format_args!(
                "server.deadline is {}, and the agent waits {}s: answers that come late are lost, and the agent is told nothing; \
                 raise --timeout or lower the deadline",
                humantime::format_duration(deadline),
                self.timeout
            ));
        }
    }
}
