//! A call in words: what was sent, what was answered, what the agent does.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::Value;

use super::super::inspect::short;
use crate::emulator::verdict::{Changes, Failure};
use crate::emulator::{Called, Times};
use crate::excerpt::excerpt;

/// The longest body shown, in bytes; `--json` shows all of it.
const LONGEST: usize = 4000;

pub(super) fn write(out: &mut impl Write, called: &Called) -> io::Result<()> {
    let sent = &called.sent;
    writeln!(out, "{} {}", sent.method(), sent.url())?;
    for (name, value) in sent.headers() {
        writeln!(out, "  {name}: {value}")?;
    }
    body(out, sent.body().map_or(&[][..], |body| body))?;
    match &called.outcome {
        Ok(answer) => {
            writeln!(out, "\n{} in {}", answer.status, times(&called.times))?;
            for (name, value) in called.answer_headers() {
                writeln!(out, "  {name}: {}", printable(&value))?;
            }
            body(out, &answer.body)?;
        }
        Err(error) => writeln!(out, "\nNo answer in {}: {error}", times(&called.times))?,
    }
    writeln!(out)?;
    match &called.verdict.failure {
        None => {
            writeln!(out, "The agent goes on")?;
            changes(out, &called.verdict.changes)?;
        }
        Some(failure) => raised(out, failure)?,
    }
    for finding in &called.verdict.findings {
        let place = if finding.place.is_empty() { "the whole" } else { &finding.place };
        line(out, "finding", &format!("{place}: {} [{}]", finding.message, finding.code))?;
    }
    called.notes.iter().try_for_each(|note| line(out, "note", note))
}

fn raised(out: &mut impl Write, failure: &Failure) -> io::Result<()> {
    writeln!(out, "The agent raises {}", failure.event)?;
    line(out, "why", &format!("{} [{}]", failure.reason, failure.code))?;
    line(out, "to mend it", &failure.hint)?;
    let status = serde_json::to_string(&failure.status).unwrap_or_default();
    line(out, "webhookStatuses", &status)
}

fn changes(out: &mut impl Write, changes: &Changes) -> io::Result<()> {
    let says = if changes.replaces_queued { "says instead" } else { "says" };
    for message in &changes.messages {
        let mut text = match (&message.said, message.kind) {
            (Some(said), "text") => said.clone(),
            (Some(said), kind) => format!("{kind}: {said}"),
            (None, "text") => "nothing: the text has no variants".to_owned(),
            (None, kind) => format!("{kind}: {}", short(&message.content)),
        };
        if message.variants > 1 {
            text.push_str(&format!(" (one of {} variants)", message.variants));
        }
        if !message.channel.is_empty() {
            text.push_str(&format!(" (for {})", message.channel));
        }
        line(out, says, &text)?;
    }
    for (name, value) in &changes.set {
        line(out, "sets", &format!("{name} = {}", short(value)))?;
    }
    for name in &changes.cleared {
        line(out, "clears", name)?;
    }
    for form in &changes.form {
        let value = if form.value.is_null() { String::new() } else { format!(" = {}", short(&form.value)) };
        let state = form.state.as_deref().unwrap_or("as it was");
        let asked = if form.asked_again { "; asks again, with sys.invalid-parameter" } else { "" };
        let required = if form.required { "required" } else { "optional" };
        line(out, "form", &format!("{}{value} ({required}, {state}){asked}", form.name))?;
    }
    for (name, target) in [("goes to page", &changes.target_page), ("goes to flow", &changes.target_flow)] {
        target.iter().try_for_each(|target| line(out, name, target))?;
    }
    if let Some(payload) = &changes.payload {
        line(out, "payload", &short(&Value::Object(payload.clone())))?;
    }
    if *changes == Changes::default() {
        line(out, "changes", "nothing")?;
    }
    Ok(())
}

fn line(out: &mut impl Write, name: &str, text: &str) -> io::Result<()> {
    for (index, text) in text.lines().enumerate() {
        let name = if index == 0 { name } else { "" };
        writeln!(out, "{name:<15} {}", printable(text))?;
    }
    Ok(())
}

/// A text of others, without what would command a terminal.
fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() && c != '\t' && c != '\n' { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}

fn body(out: &mut impl Write, body: &[u8]) -> io::Result<()> {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(value) => serde_json::to_string_pretty(&value).unwrap_or_default(),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    printable(&excerpt(&text, LONGEST)).lines().try_for_each(|line| writeln!(out, "  {line}"))
}

fn times(times: &Times) -> String {
    let parts = [
        ("credentials", times.credentials),
        ("connecting", times.connect),
        ("waiting", times.answer),
        ("reading", times.body),
    ];
    let parts = parts.iter().filter_map(|(name, time)| time.map(|time| format!("{name} {}", ms(time))));
    match parts.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => ms(times.total),
        parts => format!("{} ({parts})", ms(times.total)),
    }
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
