//! `--agent`: the test cases that an agent's export has recorded.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{bail, ensure};
use futures_util::{StreamExt as _, stream};

use super::{count, junit};
use crate::cli::bar::bar;
use crate::cli::call::environment_id;
use crate::cli::emulate::{Format, Resources, Side, Webhooks};
use crate::cli::execution::Execution;
use crate::config::Sources;
use crate::emulator::agent::Agent;
use crate::emulator::package::{AgentPackage, TestCase};
use crate::emulator::session::{Start, meant};
use crate::emulator::test_case::{self, CaseOutcome, CaseReport};
use crate::emulator::transcript::printable;
use crate::nearest::nearest;
use crate::outbound::{HeaderName, HeaderValue, Url};

/// Which test cases, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Cases {
    /// Only the test case of this display name; repeatable.
    #[arg(long = "test-case", value_name = "NAME", requires = "agent")]
    names: Vec<String>,
    /// Texts that differ from the recording fail a test case, too.
    #[arg(long, requires = "agent")]
    strict: bool,
    /// Also call flexible webhooks that are not served here, at their own addresses.
    #[arg(long, requires = "agent")]
    external: bool,
    /// The environment's id or display name.
    #[arg(long, value_name = "NAME", requires = "agent")]
    environment: Option<String>,
    /// How many test cases may be under way at once.
    #[arg(long, value_name = "C", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// How the results of test cases are written.
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    format: Format,
    #[command(flatten)]
    execution: Execution,
}

/// Where the webhooks are.
#[derive(Debug)]
pub(super) struct Place<'p> {
    pub(super) server: Option<&'p Url>,
    pub(super) headers: &'p [(HeaderName, HeaderValue)],
    pub(super) config: Option<PathBuf>,
}

impl Cases {
    /// Plays them; the exit code is 1 if one failed.
    pub(super) fn run(&self, export: &Path, place: Place<'_>) -> anyhow::Result<ExitCode> {
        let package = AgentPackage::read(export)?;
        for note in &package.notes {
            eprintln!("rejoinder: note: {}: {}", printable(&note.file), printable(&note.message));
        }
        let cases = self.chosen(&package)?;
        let sources = Sources { file: place.config, demo_without_file: true, ..Sources::of_process() };
        let side = Side::start(&sources, place.server, place.headers, None)?;
        let environment = self.environment.as_deref();
        let id = environment.map(|named| environment_id(&side.config, named)).transpose()?;
        let agent = Arc::new(self.execution.agent(package.clone(), &side.config)?);
        let resources = Resources::Package(Box::new(package));
        let webhooks =
            Webhooks::new(&side.config, &side.target, resources, self.environment.clone(), 0, self.external);
        let start = Start { environment: id, ..Start::default() };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let reports = runtime.block_on(Box::pin(self.play(&agent, &cases, &start, &webhooks)));
        self.tell(&agent.package().display_name(), &reports)?;
        let failed = |report: &CaseReport| match &report.outcome {
            CaseOutcome::Failed => true,
            CaseOutcome::TextsDiffer => self.strict,
            _ => false,
        };
        Ok(if reports.iter().any(failed) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    fn chosen(&self, package: &AgentPackage) -> anyhow::Result<Vec<TestCase>> {
        ensure!(!package.test_cases.is_empty(), "the agent's export holds no test cases");
        if self.names.is_empty() {
            return Ok(package.test_cases.clone());
        }
        let mut chosen = Vec::new();
        for name in &self.names {
            let is_meant = |case: &&TestCase| case.display_name == *name || case.name == *name;
            let before = chosen.len();
            chosen.extend(package.test_cases.iter().filter(is_meant).cloned());
            if chosen.len() == before {
                let near = nearest(name, package.test_cases.iter().map(|case| case.display_name.as_str()));
                bail!("the agent has no test case {name:?}{}", meant(near));
            }
        }
        Ok(chosen)
    }

    /// Many at once; the reports are in the order of the export.
    async fn play(
        &self,
        agent: &Arc<Agent>,
        cases: &[TestCase],
        start: &Start,
        webhooks: &Webhooks,
    ) -> Vec<CaseReport> {
        let bar = bar(cases.len(), "test cases");
        let one = |index: usize| async move {
            (index, Box::pin(test_case::play(agent, &cases[index], start, webhooks)).await)
        };
        let mut under_way = stream::iter(0..cases.len())
            .map(|index| Box::pin(one(index)))
            .buffer_unordered(self.concurrency.into());
        let (mut reports, mut failed) = (Vec::with_capacity(cases.len()), 0);
        while let Some((index, report)) = under_way.next().await {
            failed += usize::from(report.outcome == CaseOutcome::Failed);
            bar.inc(1);
            bar.set_message(format!("{failed} failed"));
            reports.push((index, report));
        }
        bar.finish_and_clear();
        reports.sort_by_key(|(index, _)| *index);
        reports.into_iter().map(|(_, report)| report).collect()
    }

    fn tell(&self, agent: &str, reports: &[CaseReport]) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        match self.format {
            Format::Junit => out.write_all(&junit::xml(agent, reports, self.strict)?)?,
            Format::Plain => {
                for report in reports {
                    let lines = report.to_string();
                    lines.lines().try_for_each(|line| writeln!(out, "{}", printable(line)))?;
                }
                writeln!(out, "\n{}", summary(reports))?;
            }
        }
        Ok(out.flush()?)
    }
}

/// How many came to what.
fn summary(reports: &[CaseReport]) -> String {
    let of = |is: fn(&CaseOutcome) -> bool| reports.iter().filter(|report| is(&report.outcome)).count();
    let parts = [
        (of(|outcome| *outcome == CaseOutcome::Passed), "passed"),
        (of(|outcome| *outcome == CaseOutcome::TextsDiffer), "passed but for texts"),
        (of(|outcome| *outcome == CaseOutcome::Failed), "failed"),
        (of(|outcome| matches!(outcome, CaseOutcome::Skipped(_))), "skipped"),
    ];
    let parts = parts.iter().enumerate().filter(|(index, (number, _))| *index == 0 || *number > 0);
    let parts: Vec<String> = parts.map(|(_, (number, what))| format!("{number} {what}")).collect();
    format!("{}: {}", count(reports.len(), "test case"), parts.join(", "))
}
