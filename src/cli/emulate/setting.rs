//! What is played: sessions for transcripts, and the run of all of them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, ensure};

use super::target::Target;
use super::webhooks::{Resources, Webhooks};
use super::{Emulate, Format, junit, save};
use crate::cli::call::environment_id;
use crate::config::Config;
use crate::emulator::Session;
use crate::emulator::agent::AgentSession;
use crate::emulator::package::AgentPackage;
use crate::emulator::session::{Pages, Start};
use crate::emulator::transcript::{Dialogue, Recorder, Report, Talk, Transcript, play, summary, title};

/// What all transcripts of a run share.
pub(super) struct Setting<'s> {
    pub(super) config: &'s Config,
    pub(super) target: &'s Target,
    pub(super) emulate: &'s Emulate,
}

/// A conversation that has not begun, and who answers in it.
pub(super) struct Stage {
    pub(super) talk: Talk,
    pub(super) start: Start,
    pub(super) webhooks: Webhooks,
}

impl Setting<'_> {
    /// The stage for this transcript.
    pub(super) fn stage(&self, transcript: &Transcript, environment: Option<&str>) -> anyhow::Result<Stage> {
        let Emulate { agent, webhook, .. } = self.emulate;
        let given = agent.is_some() || webhook.is_some();
        let beside = |file: &Option<PathBuf>| match given {
            true => None,
            false => file.as_deref().map(|file| transcript.beside(file)),
        };
        let agent = agent.clone().or_else(|| beside(&transcript.agent));
        let webhook = webhook.clone().or_else(|| beside(&transcript.webhook));
        let resources = match (&agent, &webhook) {
            (Some(agent), _) => Resources::Package(Box::new(AgentPackage::read(agent)?)),
            (None, Some(webhook)) => Resources::one(webhook)?,
            (None, None) => Resources::None,
        };
        if let Resources::Package(package) = &resources {
            for note in &package.notes {
                eprintln!("rejoinder: note: {}: {}", note.file, note.message);
            }
        }
        let mut start = transcript.start.clone();
        let named = environment.map(str::to_owned).or(start.environment);
        start.environment = named.as_deref().map(|named| environment_id(self.config, named)).transpose()?;
        // Who says what is called, executes the agent by himself.
        let told = self.emulate.tag.is_some() || transcript.says_calls();
        let talk = match &resources {
            Resources::Package(package) if !told => {
                self.executed(package, transcript, start.clone()).map(Talk::Executed)?
            }
            resources => self.told(resources, transcript, &mut start).map(Talk::Told)?,
        };
        let webhooks =
            Webhooks::new(self.config, self.target, resources, named, start.seed, self.emulate.external);
        Ok(Stage { talk, start, webhooks })
    }

    /// A session of the agent itself.
    fn executed(
        &self,
        package: &AgentPackage,
        transcript: &Transcript,
        start: Start,
    ) -> anyhow::Result<Box<AgentSession>> {
        ensure!(
            transcript.pages.pages.is_empty(),
            "the agent is executed, and has its own pages: take out `pages`, or say with `tag` what is called"
        );
        let agent = self.emulate.execution.agent(package.clone(), self.config)?;
        Ok(Box::new(AgentSession::new(Arc::new(agent), start)?))
    }

    /// A session that is told what the agent does.
    fn told(
        &self,
        resources: &Resources,
        transcript: &Transcript,
        start: &mut Start,
    ) -> anyhow::Result<Box<Session>> {
        let mut pages = transcript.pages.clone();
        if let Resources::Package(package) = resources {
            if start.language.is_empty() {
                start.language.clone_from(&package.agent.default_language_code);
            }
            let mut exported = Pages::of_package(package, &start.language);
            exported.pages.append(&mut pages.pages);
            pages = exported;
        }
        Ok(Box::new(Session::new(self.config, start.clone(), Arc::new(pages))?))
    }

    pub(super) async fn play(&self, transcripts: &[Transcript]) -> anyhow::Result<ExitCode> {
        let plain = self.emulate.format == Format::Plain;
        let environments: Vec<Option<&str>> = match self.emulate.environments.as_slice() {
            [] => vec![None],
            named => named.iter().map(|name| Some(name.as_str())).collect(),
        };
        let mut reports: Vec<Report> = Vec::new();
        for (transcript, environment) in
            transcripts.iter().flat_map(|one| environments.iter().map(move |environment| (one, *environment)))
        {
            let name = || transcript.file.as_deref().unwrap_or(Path::new("")).display().to_string();
            let Stage { mut talk, webhooks, .. } = self.stage(transcript, environment).with_context(name)?;
            let mut shown = transcript.clone();
            shown.start.environment = environment.map(str::to_owned).or(shown.start.environment);
            if plain {
                let before = if reports.is_empty() { "" } else { "\n" };
                writeln!(
                    std::io::stdout(),
                    "{before}== {}",
                    title(&shown.name, shown.start.environment.as_deref())
                )?;
            }
            let mut written = Ok(());
            let report = play(&shown, &mut talk, &webhooks, |played| {
                if plain && written.is_ok() {
                    let dialogue = Dialogue(played).to_string();
                    written = writeln!(std::io::stdout(), "\n{}", dialogue.trim_end());
                }
            });
            let report = Box::pin(report).await;
            written?;
            if plain {
                writeln!(std::io::stdout(), "\n{}", summary(&report))?;
            }
            if let Some(record) = &self.emulate.record {
                let mut recorder = Recorder::new(self.emulate.recorded_as(shown, record));
                for played in &report.turns {
                    let reaction = played.reaction();
                    let reaction = reaction.context("a turn could not be played, so nothing was recorded")?;
                    recorder.add(&played.step.input, reaction);
                }
                save(record, &recorder.finish())?;
            }
            reports.push(report);
        }
        if !plain {
            let mut out = std::io::stdout().lock();
            out.write_all(&junit::xml(&reports)?)?;
            out.flush()?;
        }
        let passed = reports.iter().all(Report::passed);
        Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
