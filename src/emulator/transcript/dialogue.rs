//! A conversation as a dialogue, for people.

use std::fmt::{self, Display, Formatter};

use serde_json::Value;

use super::play::{Outcome, Played, Report};
use crate::emulator::session::{Input, Reaction, Spoken};
use crate::excerpt::excerpt;
use crate::protocol::Query;

/// A turn as a dialogue: the user's line, what the agent says, what is set, where the conversation goes,
/// and which expectations were not met.
#[derive(Debug, Clone, Copy)]
pub struct Dialogue<'p>(pub &'p Played);

/// The longest text shown in full, in bytes.
const LONGEST: usize = 2000;
/// The longest value shown in full, in bytes.
const LONGEST_VALUE: usize = 200;

impl Display for Dialogue<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Played { step, outcome, .. } = self.0;
        user(f, &step.input)?;
        match outcome {
            Outcome::Reacted(reaction, wrong) => {
                reaction.fmt(f)?;
                wrong.iter().try_for_each(|wrong| line(f, "FAILED", &wrong.to_string()))
            }
            Outcome::Failed(error) => line(f, "FAILED", &format!("the turn could not be played: {error}")),
            Outcome::Skipped => line(f, "skipped", "a turn before could not be played"),
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "== {}", title(&self.name, self.environment.as_deref()))?;
        for played in &self.turns {
            writeln!(f, "\n{}", Dialogue(played).to_string().trim_end())?;
        }
        writeln!(f, "\n{}", summary(self))
    }
}

/// The transcript's name, and its environment.
pub(crate) fn title(name: &str, environment: Option<&str>) -> String {
    let name = printable(name);
    match environment {
        Some(environment) => format!("{name} [{}]", printable(environment)),
        None => name,
    }
}

/// How many turns passed, and where the others stand.
pub(crate) fn summary(report: &Report) -> String {
    let turns = report.turns.len();
    let failed: Vec<&Played> = report.turns.iter().filter(|played| !played.passed()).collect();
    if failed.is_empty() {
        return format!("ok: {turns} {}", if turns == 1 { "turn" } else { "turns" });
    }
    let file = report.file.as_deref().map(|file| file.display().to_string()).unwrap_or_default();
    let places = failed.iter().map(|played| match played.step.line {
        0 => "?".to_owned(),
        line => line.to_string(),
    });
    let places = places.collect::<Vec<_>>().join(", ");
    format!("FAILED: {} of {turns} turns; {file} line {places}", failed.len())
}

fn user(f: &mut Formatter<'_>, input: &Input) -> fmt::Result {
    match &input.query {
        Some(Query::Text(text)) => line(f, "user", text)?,
        Some(Query::Transcript(text)) => line(f, "user", &format!("(spoken) {text}"))?,
        Some(Query::DtmfDigits(digits)) => line(f, "user", &format!("(keys) {digits}"))?,
        Some(Query::TriggerEvent(event)) => line(f, "event", event)?,
        _ => {}
    }
    if let Some(intent) = &input.intent {
        line(f, "intent", &intent.name)?;
    }
    for (name, value) in &input.parameters {
        match value {
            Value::Null => line(f, "agent sets", &format!("{name} to nothing"))?,
            value => line(f, "agent sets", &format!("{name} = {}", short(value)))?,
        }
    }
    for (name, value) in &input.fills {
        line(f, "user fills", &format!("{name} = {}", short(value)))?;
    }
    if let Some(tag) = &input.tag {
        line(f, "calls", tag)?;
    }
    Ok(())
}

impl Display for Reaction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(meaning) = &self.meaning {
            line(f, "meant", meaning)?;
        }
        self.calls.iter().try_for_each(|call| line(f, "calls", call))?;
        if let Some(failure) = &self.failure {
            line(f, "event", failure.event)?;
            line(f, "why", &format!("{} [{}]", failure.reason, failure.code))?;
            line(f, "to mend it", &failure.hint)?;
        }
        for event in self.events.iter().skip(usize::from(self.failure.is_some())) {
            line(f, "event", event)?;
        }
        if self.replaced > 0 {
            line(
                f,
                "note",
                &format!("the answer replaces {} queued before it", counted(self.replaced, "message")),
            )?;
        }
        for spoken in &self.messages {
            line(f, "agent", &said(spoken))?;
        }
        for spoken in &self.withheld {
            let channel = &spoken.said.channel;
            line(f, "note", &format!("not said here, but in the channel {channel}: {}", said(spoken)))?;
        }
        for (name, value) in &self.set {
            line(f, "sets", &format!("{name} = {}", short(value)))?;
        }
        for name in &self.cleared {
            line(f, "clears", name)?;
        }
        for field in self.form.iter().filter(|field| field.state.as_str() == "INVALID") {
            line(f, "form", &format!("{} is INVALID", field.name))?;
        }
        if let Some(payload) = &self.payload {
            line(f, "payload", &short(&Value::Object(payload.clone())))?;
        }
        if self.moved {
            line(f, "goes to", &self.place.to_string())?;
        }
        for finding in &self.findings {
            let place = if finding.place.is_empty() { "the answer" } else { &finding.place };
            line(f, "finding", &format!("{place}: {} [{}]", finding.message, finding.code))?;
        }
        self.notes.iter().try_for_each(|note| line(f, "note", note))
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn said(spoken: &Spoken) -> String {
    match (&spoken.said.said, spoken.said.kind) {
        (Some(said), "text") => said.clone(),
        (Some(said), kind) => format!("({kind}) {said}"),
        (None, kind) => format!("({kind}) {}", short(&spoken.said.content)),
    }
}

/// A value on one line, cut where it gets long.
pub(crate) fn short(value: &Value) -> String {
    excerpt(&value.to_string(), LONGEST_VALUE).into_owned()
}

fn line(f: &mut Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    let text = excerpt(text, LONGEST);
    if text.is_empty() {
        return writeln!(f, "{name}");
    }
    for (index, text) in text.lines().enumerate() {
        let name = if index == 0 { name } else { "" };
        writeln!(f, "{}", format!("{name:<11}{}", printable(text)).trim_end())?;
    }
    Ok(())
}

/// A text of others, without what would command a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}
