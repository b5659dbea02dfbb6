//! `rejoinder call`: one call, as Dialogflow makes it, and what the agent would do then.

mod agent;
mod many;
pub(super) mod parse;
mod resource;
mod text;
mod turn;

pub(super) use resource::{environment_id, overridden, read as read_webhook};

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use super::id_token::SigningArgs;
use crate::config::{Config, Sources};
use crate::emulator::package::AgentPackage;
use crate::emulator::{Caller, Options, Turn, curl};
use crate::outbound::{HeaderMap, HeaderName, HeaderValue, Url};
use crate::protocol::Webhook;
use parse::timeout;

pub(super) use parse::{address, header};

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("called").required(true).args(["url", "webhook", "agent"])))]
pub(super) struct Call {
    /// The address of a standard webhook, http:// and this machine included.
    #[arg(value_parser = address)]
    url: Option<Url>,
    /// A Dialogflow `Webhook` resource to call instead, as the REST API or an agent export has it.
    #[arg(long, value_name = "FILE")]
    webhook: Option<PathBuf>,
    #[command(flatten)]
    exported: agent::AgentArgs,
    /// Where to call instead of the resource's own address: scheme, host and port, and path and query if given.
    #[arg(long, value_name = "URL", conflicts_with = "url", value_parser = address)]
    to: Option<Url>,
    #[command(flatten)]
    turn: turn::TurnArgs,
    /// A header in place of the resource's of that name.
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// A token for `Authorization: Bearer`, in place of what the resource presents.
    #[arg(long, value_name = "TOKEN")]
    bearer: Option<String>,
    /// A local issuer, as `rejoinder new issuer` makes it: its key signs the service agent's ID token, for a
    /// server on this machine.
    #[arg(long, value_name = "FOLDER", conflicts_with = "bearer")]
    issuer: Option<PathBuf>,
    #[command(flatten)]
    signing: SigningArgs,
    /// Certificates in PEM to trust in the place of the system's, for a server given on the command line.
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// How long to wait, instead of the resource's timeout or 5s; 30s at most.
    #[arg(long, value_name = "TIME", value_parser = timeout)]
    timeout: Option<Duration>,
    /// Chooses among variants of a text, and what $sys.func.RAND gives.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Print the curl command that makes the call, secrets as variables, instead of making it.
    #[arg(long, conflicts_with_all = ["json", "repeat"])]
    curl: bool,
    /// Call so often, each time with a new detectIntentResponseId, and print how long it took.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    repeat: Option<u32>,
    /// How many calls of --repeat may be under way at once.
    #[arg(long, value_name = "C", requires = "repeat", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// The configuration file; by default rejoinder.toml of the working folder, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The exit code for calls that were not made: wrong usage, or a file or setting that cannot be used.
const NOT_MADE: u8 = 2;

impl Call {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        // Not 1: that says that the agent raises an event.
        Ok(self.make().unwrap_or_else(|error| {
            eprintln!("rejoinder: {error:#}");
            ExitCode::from(NOT_MADE)
        }))
    }

    fn make(self) -> anyhow::Result<ExitCode> {
        let sources = Sources { file: self.config.clone(), ..Sources::of_process() };
        let config = Config::load(&sources)?;
        let mut notes = Vec::new();
        let (caller, turn) = self.caller(&config, &mut notes)?;
        if self.curl {
            if let Some(issuer) = &self.issuer {
                notes.push(format!(
                    "`rejoinder id-token URL --issuer {}` prints such a token for the webhook's own URL",
                    issuer.display()
                ));
            }
            return print_curl(&caller, &turn, &notes);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        if let Some(repeat) = self.repeat {
            tell(notes.iter().chain(caller.notes()))?;
            let concurrency = usize::from(self.concurrency);
            return runtime.block_on(many::run(&caller, &turn, repeat as usize, concurrency, self.json));
        }
        let mut called = runtime.block_on(caller.call(&turn.request()?))?;
        called.notes.splice(0..0, notes);
        let mut out = std::io::stdout().lock();
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&called)?)?;
        } else {
            text::write(&mut out, &called)?;
        }
        Ok(if called.verdict.goes_on() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Who is called, and the turn in which.
    fn caller(&self, config: &Config, notes: &mut Vec<String>) -> anyhow::Result<(Caller, Turn)> {
        let mut turn = self.turn.turn()?;
        config.agent.name.clone_into(&mut turn.agent);
        turn.environment.clone_from(&self.turn.environment);
        let package = self.exported.read()?;
        let options = self.options(config, package.as_ref())?;
        let (webhook, place) = match (&package, &self.webhook, &self.url) {
            (Some(package), ..) => {
                let webhook = self.exported.webhook(package, &turn)?;
                let file = self.exported.agent.as_deref().unwrap_or(Path::new("")).display().to_string();
                agent::place(package, webhook, &mut turn).with_context(|| file.clone())?;
                (webhook.clone(), format!("{file}: webhook {:?}", webhook.display_name))
            }
            (None, Some(file), _) => (resource::read(file)?, file.display().to_string()),
            (None, None, Some(url)) => {
                let caller = Caller::to_url(url, config, options)?;
                turn.request()?;
                return Ok((caller, turn));
            }
            (None, None, None) => {
                bail!("nothing says what to call; expected a URL, --webhook FILE or --agent EXPORT")
            }
        };
        if let Some((owner, _)) = webhook.name.split_once("/webhooks/") {
            owner.clone_into(&mut turn.agent);
        }
        let webhook = self.overridden(webhook, config, &mut turn, notes)?;
        let caller = Caller::new(&webhook, config, options).context(place)?;
        turn.request()?;
        Ok((caller, turn))
    }

    /// The webhook as it is in the environment that is named.
    fn overridden(
        &self,
        webhook: Webhook,
        config: &Config,
        turn: &mut Turn,
        notes: &mut Vec<String>,
    ) -> anyhow::Result<Webhook> {
        let Some(named) = &self.turn.environment else { return Ok(webhook) };
        let found = resource::environment(config, named, &webhook)?;
        turn.environment = Some(found.id);
        Ok(found.webhook.unwrap_or_else(|| {
            notes.push(found.note);
            webhook
        }))
    }

    fn options(&self, config: &Config, package: Option<&AgentPackage>) -> anyhow::Result<Options> {
        let mut options = Options::default();
        options.to.clone_from(&self.to);
        options.headers = self.given()?;
        options.timeout = self.timeout;
        options.ca_certs = self.ca_certs()?;
        options.concurrency = usize::from(self.concurrency);
        options.seed = self.seed;
        let number = package.and_then(|package| package.agent.project_number());
        options.service_agent = match &self.issuer {
            Some(folder) => Some(self.signing.agent(folder, config, self.url.as_ref(), number.as_deref())?),
            None => {
                ensure!(!self.signing.is_given(), "--project-number and --audience say what --issuer signs");
                None
            }
        };
        Ok(options)
    }

    fn ca_certs(&self) -> anyhow::Result<Vec<Vec<u8>>> {
        let Some(file) = &self.cacert else { return Ok(Vec::new()) };
        ensure!(
            self.url.is_some() || self.to.is_some(),
            "--cacert is for a server given on the command line, as URL or with --to; a resource names whom it trusts in allowedCaCerts"
        );
        let chain = crate::certificates::chain(file)?;
        Ok(chain.into_iter().map(|certificate| certificate.to_vec()).collect())
    }

    fn given(&self) -> anyhow::Result<HeaderMap> {
        given_headers(&self.headers, self.bearer.as_deref())
    }
}

/// The headers of --header and --bearer.
pub(super) fn given_headers(
    headers: &[(HeaderName, HeaderValue)],
    bearer: Option<&str>,
) -> anyhow::Result<HeaderMap> {
    let mut headers: HeaderMap = headers.iter().cloned().collect();
    if let Some(token) = bearer {
        ensure!(
            !headers.contains_key("authorization"),
            "--bearer and --header 'Authorization: …' set the same header; give one of them"
        );
        let value = HeaderValue::try_from(format!("Bearer {token}"));
        headers.insert(
            "authorization",
            value.context("--bearer: the token has characters that no header can hold")?,
        );
    }
    Ok(headers)
}

fn print_curl(caller: &Caller, turn: &Turn, notes: &[String]) -> anyhow::Result<ExitCode> {
    let sent = caller.prepare(&turn.request()?)?;
    let seconds = caller.timeout().as_secs_f64();
    let (command, variables) = curl(&sent, caller.presented(), seconds);
    writeln!(std::io::stdout(), "{command}")?;
    tell(notes.iter().chain(caller.notes()))?;
    if !variables.is_empty() {
        tell([&format!("set these variables for it: {}", variables.join(", "))])?;
    }
    Ok(ExitCode::SUCCESS)
}

fn tell<'a>(notes: impl IntoIterator<Item = &'a String>) -> std::io::Result<()> {
    let mut errors = std::io::stderr().lock();
    notes.into_iter().try_for_each(|note| writeln!(errors, "rejoinder: note: {note}"))
}
