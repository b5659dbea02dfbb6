//! `rejoinder serve`: answers agents.

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;

use super::Settings;
use crate::config::{Check, Config};
use crate::server::{DEMO_CALL, Rejoinder, Server, signals};

#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: Settings,
    /// Reload routes, webhooks and environments whenever their files change.
    #[arg(long)]
    watch: bool,
}

impl Serve {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let sources = self.settings.sources();
        let config = Config::load(&sources)?;
        crate::telemetry::install(&config.log);
        // Connections and handlers have threads of their own; the rest is done on this one, so that
        // handlers which block hold none of it.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let asked = signals(config.server.shutdown_timeout);
        let demo = config.demo;
        let checks = config.auth.any_of.clone();
        let console = config.console.enabled;
        let nothing = !demo && config.routes.is_empty();
        let tags: Vec<String> = config.routes.iter().map(|route| route.tag.clone()).collect();
        let watched = self.watch.then(|| config.clone());
        runtime.block_on(async {
            let server = Rejoinder::new().bind(config)?;
            if nothing {
                tracing::warn!(
                    "no tag is served; add [routes.\"TAG\"], or set demo.enabled = true to try the demo's"
                );
            }
            server.prepare().await?;
            super::hangup::listen(sources.clone(), server.reloader(), server.secrets())?;
            if let Some(config) = watched {
                super::watch::watch(sources, &config, server.reloader())?;
            }
            server.reloads().on_hangup()?;
            introduce(&server, demo, &checks, &tags)?;
            if console {
                introduce_console(&server)?;
            }
            server.run(asked).await?;
            anyhow::Ok(())
        })?;
        // A handler that shutdown did not wait for must not hold the process either.
        runtime.shutdown_background();
        Ok(ExitCode::SUCCESS)
    }
}

/// Tells a person where the server is, and how to try it.
fn introduce(server: &Server, demo: bool, checks: &[Check], tags: &[String]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let scheme = server.scheme();
    let path = server.webhook_paths().first().map_or("", String::as_str);
    for address in server.addresses() {
        writeln!(out, "Rejoinder {} answers {scheme}://{address}{path}", env!("CARGO_PKG_VERSION"))?;
    }
    if !tags.is_empty() {
        writeln!(out, "Tags of the settings: {}", tags.join(", "))?;
    }
    if demo && let Some(address) = server.addresses().first() {
        let local = reachable(*address);
        let line = crate::server::curl(&format!("{scheme}://{local}{path}"), checks, DEMO_CALL);
        writeln!(out, "\nThe demo's tags are served. Try one:\n\n  {line}\n")?;
    }
    out.flush()
}

/// Tells where it is managed; with the token of this run, where a store keeps no others.
fn introduce_console(server: &Server) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let Some((scheme, address)) = server.managed_at() else { return Ok(()) };
    let address = reachable(address);
    let alone = server.addresses().iter().all(|address| address.ip().is_loopback());
    let is_seen = alone && std::io::stdout().is_terminal();
    match is_seen.then(|| server.token_for_this_run()).flatten() {
        // Behind the #, which browsers keep to themselves.
        Some(token) => {
            writeln!(out, "Console, as long as it runs: {scheme}://{address}/console/sign-in#token={token}")?;
            writeln!(out, "Its API:                      {scheme}://{address}/api/docs#token={token}\n")?;
        }
        None => writeln!(out, "Console: {scheme}://{address}/console/")?,
    }
    out.flush()
}

/// The address under which this machine reaches a listener on every address.
fn reachable(address: SocketAddr) -> SocketAddr {
    let mut reachable = address;
    if address.ip().is_unspecified() {
        let loopback: std::net::IpAddr = if address.is_ipv4() {
            std::net::Ipv4Addr::LOCALHOST.into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        };
        reachable.set_ip(loopback);
    }
    reachable
}
