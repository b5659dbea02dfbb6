//! `rejoinder call`: one call, as Dialogflow makes it, and what the agent would do then.

mod many;
mod resource;
mod text;
mod turn;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use super::token::AgentArgs;
use crate::config::{Config, Sources};
use crate::emulator::{Caller, Options, Turn, curl};
use crate::outbound::{HeaderMap, HeaderName, HeaderValue, Url};

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("called").required(true).args(["url", "webhook"])))]
pub(super) struct Call {
    /// The address of a standard webhook, http:// and this machine included.
    #[arg(value_parser = address)]
    url: Option<Url>,
    /// A Dialogflow `Webhook` resource to call instead, as the REST API or an agent export has it.
    #[arg(long, value_name = "FILE")]
    webhook: Option<PathBuf>,
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
    agent_args: AgentArgs,
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
                    "`rejoinder token URL --issuer {}` prints such a token for the webhook's own URL",
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
        let mut options = Options::default();
        options.to.clone_from(&self.to);
        options.headers = self.given()?;
        options.timeout = self.timeout;
        options.ca_certs = self.ca_certs()?;
        options.service_agent = match &self.issuer {
            Some(folder) => Some(self.agent_args.agent(folder, config, self.url.as_ref(), None)?),
            None => {
                ensure!(
                    !self.agent_args.is_given(),
                    "--project-number and --audience say what --issuer signs"
                );
                None
            }
        };
        options.concurrency = usize::from(self.concurrency);
        options.seed = self.seed;
        let mut agent = config.agent.name.clone();
        let mut environment = self.turn.environment.clone();
        let caller = match (&self.webhook, &self.url) {
            (Some(file), _) => {
                let mut webhook = resource::read(file)?;
                if let Some((owner, _)) = webhook.name.split_once("/webhooks/") {
                    owner.clone_into(&mut agent);
                }
                if let Some(named) = &self.turn.environment {
                    let found = resource::environment(config, named, &webhook)?;
                    environment = Some(found.id);
                    match found.webhook {
                        Some(overridden) => webhook = overridden,
                        None => notes.push(found.note),
                    }
                }
                Caller::new(&webhook, config, options).with_context(|| file.display().to_string())?
            }
            (None, Some(url)) => Caller::to_url(url, config, options)?,
            (None, None) => bail!("nothing says what to call; expected a URL or --webhook FILE"),
        };
        let turn = self.turn.turn(&agent, environment)?;
        turn.request()?;
        Ok((caller, turn))
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
        let mut headers: HeaderMap = self.headers.iter().cloned().collect();
        if let Some(token) = &self.bearer {
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

pub(super) fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text)
        .map_err(|error| format!("{error}; expected http://HOST/PATH or https://HOST/PATH"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("expected http://HOST/PATH or https://HOST/PATH".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("expected a URL without user and password; they belong in --header".to_owned());
    }
    Ok(url)
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("expected 'Name: value'")?;
    let name = name.trim().parse().map_err(|_| "expected letters, digits and dashes before the colon")?;
    let value = value.trim().parse().map_err(|_| "the value has characters that no header can hold")?;
    Ok((name, value))
}

fn timeout(text: &str) -> Result<Duration, String> {
    let expected = || format!("expected a time from 1ms to 30s, such as 5s, found {text:?}");
    let time = humantime::parse_duration(text).map_err(|_| expected())?;
    let range = Duration::from_millis(1)..=Duration::from_secs(30);
    range.contains(&time).then_some(time).ok_or_else(expected)
}
