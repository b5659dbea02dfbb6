//! `rejoinder check --agent`: an exported agent against what is served here.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::config::Config;
use crate::emulator::package::AgentPackage;
use crate::emulator::package::check::{CheckedTag, Report, Served, Severity};
use crate::server::Built;

/// How the report is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// The exit code for an agent that was not compared: its package or the configuration cannot be read.
const NOT_COMPARED: u8 = 2;

/// Prints the report; the exit code is 1 if something in it counts as a failure.
pub(super) fn run(path: &Path, config: anyhow::Result<Config>, format: Format, strict: bool) -> ExitCode {
    // Not 1: that says that something was found.
    compare(path, config, format, strict).unwrap_or_else(|error| {
        eprintln!("rejoinder: {error:#}");
        ExitCode::from(NOT_COMPARED)
    })
}

fn compare(
    path: &Path,
    config: anyhow::Result<Config>,
    format: Format,
    strict: bool,
) -> anyhow::Result<ExitCode> {
    let package = AgentPackage::read(path)?;
    let config = config?;
    let Built { fulfillment, faults, .. } = crate::server::everything(&config)?;
    for note in &package.notes {
        let colon = if note.file.is_empty() { "" } else { ": " };
        eprintln!("rejoinder: note: {}{colon}{}", shown(&note.file), note.message);
    }
    for fault in &faults {
        eprintln!("rejoinder: {fault}");
    }
    if config.demo && config.file.is_none() {
        eprintln!(
            "rejoinder: note: there is no configuration file; the agent is compared with the demo's tags"
        );
    }
    let report = package.check(&Served::of(&fulfillment, &config));
    let mut out = io::stdout().lock();
    match format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
        Format::Text => write(&mut out, &package.display_name(), &report)?,
    }
    let failed = !report.passes() || (strict && report.count(Severity::Warning) > 0) || !faults.is_empty();
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn write(out: &mut impl Write, agent: &str, report: &Report) -> io::Result<()> {
    let calls: usize = report.tags.iter().map(|tag| tag.called_from.len()).sum();
    let webhooks = plural(report.webhooks.len(), "webhook");
    writeln!(out, "agent {}: {webhooks}, {}", shown(agent), plural(calls, "call"))?;
    self::webhooks(out, report)?;
    findings(out, report)
}

/// Each webhook, its tags below it.
fn webhooks(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let mut tags: BTreeMap<&str, Vec<&CheckedTag>> = BTreeMap::new();
    for tag in &report.tags {
        tags.entry(&tag.webhook).or_default().push(tag);
    }
    for webhook in &report.webhooks {
        let kind = webhook.kind.to_ascii_lowercase();
        writeln!(out, "\nwebhook {} ({kind}) {}", shown(&webhook.display_name), shown(&webhook.uri))?;
        for tag in tags.remove(webhook.display_name.as_str()).unwrap_or_default() {
            self::tag(out, tag)?;
        }
    }
    // Those that the package lacks.
    for (webhook, tags) in tags {
        writeln!(out, "\nwebhook {} (not in the agent)", shown(webhook))?;
        tags.into_iter().try_for_each(|tag| self::tag(out, tag))?;
    }
    Ok(())
}

fn tag(out: &mut impl Write, tag: &CheckedTag) -> io::Result<()> {
    let served = match tag.served {
        Some(true) => "served here",
        Some(false) => "served by nobody",
        None => "not ours to serve",
    };
    let name = if tag.tag.is_empty() { "(no tag)" } else { &tag.tag };
    writeln!(out, "  {}: {served}", shown(name))?;
    tag.called_from.iter().try_for_each(|place| writeln!(out, "    {}", shown(place)))
}

fn findings(out: &mut impl Write, report: &Report) -> io::Result<()> {
    for finding in &report.findings {
        writeln!(out, "\n{}: {} [{}]", finding.severity, shown(&finding.place), finding.code)?;
        writeln!(out, "  {}", shown(&finding.message))?;
        writeln!(out, "  fix: {}", shown(&finding.fix))?;
    }
    let count = |severity, word| plural(report.count(severity), word);
    writeln!(
        out,
        "\n{}, {}, {}",
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
        count(Severity::Note, "note")
    )
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// What others wrote, without what a terminal would take for a command.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}
