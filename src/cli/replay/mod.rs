//! `rejoinder replay`: makes calls of the activity log again.
//!
//! It asks a running server, which has the routes, the credentials and the store. Only with `--to` are
//! the calls made from here. With `--agent` it plays the test cases of an agent's export instead.

mod cases;
mod elsewhere;
mod junit;
mod server;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use crate::activity::InvocationId;
use crate::activity::moment::moment;
use crate::activity::view::time;
use crate::clock::Clock;
use crate::config::{Config, Sources};
use crate::outbound::{HeaderName, HeaderValue, Url};

use elsewhere::Elsewhere;
use server::Server;

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("which").required(true).multiple(false).args(["ids", "failed_since", "agent"])))]
pub(super) struct Replay {
    /// The invocations to make again, by the ids that the activity log has for them.
    #[arg(value_name = "ID")]
    ids: Vec<InvocationId>,
    /// Every call that failed since then: a time, a date (UTC), or how long ago, such as 2h. Calls that were made for
    /// another one are made again by that.
    #[arg(long, value_name = "TIME")]
    failed_since: Option<String>,
    /// Plays the test cases that this agent's export has recorded, a ZIP file or a folder, against the webhooks of the
    /// configured server, which is started for this run, or of --server.
    #[arg(long, value_name = "EXPORT", conflicts_with_all = ["to", "yes", "json"])]
    agent: Option<std::path::PathBuf>,
    #[command(flatten)]
    cases: cases::Cases,
    /// Sends the calls there from here, without the secrets of the original: scheme, host and port for our own calls of
    /// an API, the whole address for the agent's.
    #[arg(long, value_name = "URL", value_parser = super::call::parse::address)]
    to: Option<Url>,
    /// A header to send with --to, or with --agent to the server of --server.
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = super::call::parse::header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The server whose log it is; by default the one of the settings, on this machine. With --agent, the one that answers.
    #[arg(long, value_name = "URL", value_parser = super::call::parse::address)]
    server: Option<Url>,
    /// A token of that server that may manage it.
    #[arg(long, value_name = "TOKEN", env = "REJOINDER_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Does not ask before calls are made again.
    #[arg(long, short)]
    yes: bool,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
    /// The configuration file; by default rejoinder.toml of the working folder, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

/// The exit code where nothing was made again: wrong usage, or a server that does not answer.
const NOT_MADE: u8 = 2;

/// How long a call may take; a server gives none more than this.
const PATIENCE: Duration = Duration::from_secs(35);

/// What came of one.
struct Made {
    origin: InvocationId,
    outcome: Result<Value, String>,
}

impl Replay {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        Ok(self.go().unwrap_or_else(|error| {
            eprintln!("rejoinder: {error:#}");
            ExitCode::from(NOT_MADE)
        }))
    }

    fn go(self) -> anyhow::Result<ExitCode> {
        let sent = self.to.is_some() || (self.agent.is_some() && self.server.is_some());
        ensure!(self.headers.is_empty() || sent, "--header goes with --to, or with --agent and --server");
        if let Some(agent) = &self.agent {
            let server = self.server.as_ref();
            let place = cases::Place { server, headers: &self.headers, config: self.config.clone() };
            return self.cases.run(agent, place);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.make())
    }

    async fn make(self) -> anyhow::Result<ExitCode> {
        let sources = Sources { file: self.config.clone(), ..Sources::of_process() };
        let mut config = Config::load(&sources)?;
        // One call is one call here.
        config.outbound.max_attempts = 1;
        let server = Server::new(&config, self.server.as_ref(), self.token.as_deref())?;
        let ids = match &self.failed_since {
            None => self.ids.clone(),
            Some(since) => {
                let Some(ids) = self.failed(&server, since).await? else {
                    return Ok(ExitCode::from(NOT_MADE));
                };
                ids
            }
        };
        let elsewhere = self.to.as_ref().map(|to| Elsewhere::new(&config, to, &self.headers)).transpose()?;
        let mut all_well = true;
        for origin in ids {
            let outcome = match &elsewhere {
                None => server.replay(origin).await?,
                Some(elsewhere) => match server.invocation(origin).await? {
                    Ok(invocation) => elsewhere.send(origin, &invocation).await,
                    Err(refusal) => Err(refusal),
                },
            };
            let made = Made { origin, outcome };
            all_well &= made.tell(self.json)?;
        }
        Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// The calls that failed since then, the oldest first, if they are to be made again.
    async fn failed(&self, server: &Server, since: &str) -> anyhow::Result<Option<Vec<InvocationId>>> {
        let now = Clock::system().unix_micros();
        let start = moment(since, now).map_err(anyhow::Error::msg).context("--failed-since")?;
        ensure!(start < now, "--failed-since: expected a moment that has passed, found {since:?}");
        let mut ids = Vec::new();
        let mut by_tag: BTreeMap<String, usize> = BTreeMap::new();
        let mut inner = 0;
        let mut after = None;
        loop {
            let page = server.failed(&time(start), &time(now), after.as_deref()).await?;
            for invocation in page["invocations"].as_array().into_iter().flatten() {
                // An event that was refused is not kept; one that its handler failed on is among /api/received.
                if invocation["kind"] == "test" || invocation["kind"] == "zendesk" {
                    continue;
                }
                if invocation.get("parent").is_some() {
                    inner += 1;
                    continue;
                }
                let id = invocation["id"].as_str().unwrap_or_default();
                ids.push(id.parse().with_context(|| format!("the server names an invocation {id:?}"))?);
                let of = invocation["tag"].as_str().or(invocation["webhook"].as_str()).unwrap_or("(no tag)");
                *by_tag.entry(of.to_owned()).or_default() += 1;
            }
            after = page["meta"]["after"].as_str().map(str::to_owned);
            if after.is_none() {
                break;
            }
        }
        let mut told = io::stderr().lock();
        let since = time(start);
        writeln!(
            told,
            "{} failed since {since}{}",
            count(ids.len(), "call"),
            if ids.is_empty() { "" } else { ":" }
        )?;
        for (tag, calls) in &by_tag {
            writeln!(told, "  {calls:>6}  {tag}")?;
        }
        if inner > 0 {
            writeln!(told, "  and {} of APIs that were made for them", count(inner, "call"))?;
        }
        if ids.is_empty() || self.yes {
            return Ok(Some(ids));
        }
        if !io::stdin().is_terminal() {
            bail!("nobody is there to be asked; --yes makes them again");
        }
        write!(told, "Make them again? [y/N] ")?;
        told.flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim(), "y" | "Y" | "yes").then_some(ids))
    }
}

impl Made {
    /// Prints it; tells whether it went well.
    fn tell(&self, json: bool) -> io::Result<bool> {
        let mut out = io::stdout().lock();
        let origin = self.origin;
        match &self.outcome {
            Ok(invocation) => {
                let status = invocation["status"].as_str().unwrap_or_default();
                if json {
                    writeln!(out, "{}", json!({ "origin": origin, "invocation": invocation }))?;
                } else {
                    let id = invocation["id"].as_str().map_or_else(String::new, |id| format!(" as {id}"));
                    let code = invocation["status_code"]
                        .as_u64()
                        .map_or_else(String::new, |code| format!(" {code}"));
                    let ms = invocation["duration_ms"]
                        .as_f64()
                        .map_or_else(String::new, |ms| format!(" in {ms:.1} ms"));
                    writeln!(out, "{origin} made again{id}: {status}{code}{ms}")?;
                    if let Some(error) = invocation["error"].as_str() {
                        writeln!(out, "  {error}")?;
                    }
                }
                // A delivery goes out by itself from now on.
                Ok(matches!(status, "success" | "accepted"))
            }
            Err(why) => {
                if json {
                    writeln!(out, "{}", json!({ "origin": origin, "error": why }))?;
                } else {
                    writeln!(out, "{origin} not made again: {why}")?;
                }
                Ok(false)
            }
        }
    }
}

fn count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
