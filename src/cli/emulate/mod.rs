//! `rejoinder emulate`: conversations of many turns, from transcripts or at a prompt.

mod command;
mod complete;
mod interactive;
mod junit;
mod lines;
mod recorded;
mod server;
mod setting;
mod side;
mod target;
mod webhooks;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};

use super::call::{address, header};
use crate::cli::execution::Execution;
use crate::config::{Config, Sources};
use crate::emulator::transcript::Transcript;
use crate::outbound::{HeaderName, HeaderValue, Url};
use server::Local;
use setting::Setting;

pub(super) use junit::legal;
pub(super) use side::Side;
pub(super) use webhooks::{Resources, Webhooks};

#[derive(Debug, clap::Args)]
pub(super) struct Emulate {
    /// Transcripts to play; without any, a prompt is opened, or lines are read from standard input.
    #[arg(value_name = "TRANSCRIPT")]
    transcripts: Vec<PathBuf>,
    /// The webhook's address; without it, the configured server is started for this run alone.
    #[arg(long, value_name = "URL", value_parser = address)]
    server: Option<Url>,
    /// A header for the server of --server, such as what its caller checks want.
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header, requires = "server")]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// A token for `Authorization: Bearer` at the server of --server.
    #[arg(long, value_name = "TOKEN", requires = "server")]
    bearer: Option<String>,
    /// The agent's export, a ZIP file or a folder. It is executed, unless --tag or a turn says which tag is called:
    /// then it says its pages, forms and intents, and which webhook a tag calls.
    #[arg(long, value_name = "EXPORT", conflicts_with = "webhook")]
    agent: Option<PathBuf>,
    /// A Dialogflow `Webhook` resource that is called, at the server.
    #[arg(long, value_name = "FILE")]
    webhook: Option<PathBuf>,
    /// Also call flexible webhooks that are not served here, at their own addresses.
    #[arg(long)]
    external: bool,
    /// The configuration file; by default rejoinder.toml of the working folder, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The environment's id or display name, in place of the transcript's; repeated, everything is played in each.
    #[arg(long = "environment", value_name = "NAME")]
    environments: Vec<String>,
    /// How results are written.
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    format: Format,
    /// Write what happens into a new transcript, with what was seen as what is expected.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Make the transcript of --record of recorded calls, JSON as `rejoinder call --json` prints it; nothing is called.
    #[arg(long, value_name = "FILE", requires = "record", conflicts_with_all = ["transcripts", "server", "agent", "webhook", "environments"])]
    calls: Vec<PathBuf>,
    /// The tag that is called first at the prompt.
    #[arg(long, conflicts_with = "transcripts")]
    tag: Option<String>,
    #[command(flatten)]
    execution: Execution,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// A dialogue for people.
    Plain,
    #[value(help = "JUnit XML for CI: a suite a transcript, a case a turn")]
    Junit,
}

/// The exit code for wrong usage, and for files and settings that cannot be used.
const NOT_PLAYED: u8 = 2;

impl Emulate {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        // Not 1: that says that an expectation is not met.
        Ok(self.go().unwrap_or_else(|error| {
            eprintln!("rejoinder: {error:#}");
            ExitCode::from(NOT_PLAYED)
        }))
    }

    fn go(self) -> anyhow::Result<ExitCode> {
        let sources = Sources { file: self.config.clone(), demo_without_file: true, ..Sources::of_process() };
        if let Some(record) = &self.record {
            let exists = format!("{} is there already; --record writes new files only", record.display());
            ensure!(!record.exists(), exists);
            ensure!(self.environments.len() <= 1, "--record takes one environment at a time");
        }
        if let (false, Some(record)) = (self.calls.is_empty(), &self.record) {
            let transcript = recorded::transcript(&self.calls, &Config::load(&sources)?)?;
            return save(record, &transcript).map(|()| ExitCode::SUCCESS);
        }
        if self.transcripts.is_empty() {
            ensure!(self.environments.len() <= 1, "a prompt is in one environment; give --environment once");
            ensure!(self.format == Format::Plain, "--format junit is for transcripts; name one");
        }
        // All of them are read before the first is played.
        let mut transcripts = Vec::new();
        let mut faults = Vec::new();
        for file in &self.transcripts {
            match Transcript::read(file) {
                Ok(transcript) => transcripts.push(transcript),
                Err(error) => faults.push(error.to_string()),
            }
        }
        ensure!(faults.is_empty(), "{}", faults.join("\n"));
        let only_one = self.record.is_none() || transcripts.len() <= 1;
        ensure!(only_one, "--record takes one transcript at a time");

        let side = Side::start(&sources, self.server.as_ref(), &self.headers, self.bearer.as_deref())?;
        // Connections go on while nobody waits for them.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let setting = Setting { config: &side.config, target: &side.target, emulate: &self };
        if transcripts.is_empty() {
            let transcript = Transcript::default();
            let environment = self.environments.first().map(String::as_str);
            let stage = setting.stage(&transcript, environment)?;
            let mut served = side.local.as_ref().map(Local::tags).unwrap_or_default();
            served.extend(stage.webhooks.tags());
            let about = match &self.record {
                Some(record) => self.recorded_as(transcript, record),
                None => transcript,
            };
            let prompt = interactive::Prompt { about, runtime: &runtime, stage, served };
            prompt.run(self.tag.clone(), self.record.as_deref())
        } else {
            runtime.block_on(Box::pin(setting.play(&transcripts)))
        }
    }
}

impl Emulate {
    /// A transcript that names what it is played with, seen from the file that it is recorded into.
    fn recorded_as(&self, transcript: Transcript, record: &Path) -> Transcript {
        let beside = |file: &PathBuf| {
            let same = record.parent().is_none_or(|folder| folder.as_os_str().is_empty());
            if same { file.clone() } else { std::fs::canonicalize(file).unwrap_or_else(|_| file.clone()) }
        };
        let named = |given: &Option<PathBuf>, own: &Option<PathBuf>| {
            given.clone().or_else(|| own.as_deref().map(|file| transcript.beside(file))).as_ref().map(beside)
        };
        let agent = named(&self.agent, &transcript.agent);
        let webhook = named(&self.webhook, &transcript.webhook);
        let agent = agent.filter(|_| self.webhook.is_none());
        let webhook = webhook.filter(|_| agent.is_none());
        Transcript { agent, webhook, ..transcript }
    }
}

/// Writes a new transcript.
fn save(file: &Path, transcript: &Transcript) -> anyhow::Result<()> {
    if transcript.turns.is_empty() {
        bail!("nothing happened, so {} was not written", file.display());
    }
    let created = std::fs::File::create_new(file);
    let mut created = created.with_context(|| format!("cannot write {}", file.display()))?;
    created.write_all(transcript.to_yaml().as_bytes())?;
    let turns = transcript.turns.len();
    let s = if turns == 1 { "" } else { "s" };
    eprintln!("rejoinder: {turns} turn{s} written to {}", file.display());
    Ok(())
}
