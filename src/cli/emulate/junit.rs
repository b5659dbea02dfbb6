//! `JUnit` XML: a suite a transcript, a case a turn.

use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::emulator::transcript::{Dialogue, Outcome, Played, Report, title};
use crate::protocol::Query;

type Xml = Writer<Vec<u8>>;

/// The document.
pub(super) fn xml(reports: &[Report]) -> anyhow::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all: Vec<&Played> = reports.iter().flat_map(|report| &report.turns).collect();
    let mut suites = counts("testsuites", &all);
    suites.push_attribute(("name", "rejoinder emulate"));
    writer.write_event(Event::Start(suites))?;
    for report in reports {
        let turns: Vec<&Played> = report.turns.iter().collect();
        let mut suite = counts("testsuite", &turns);
        let title = legal(&title(&report.name, report.environment.as_deref()));
        suite.push_attribute(("name", title.as_str()));
        let file = report.file.as_deref().map(|file| file.display().to_string());
        let file = legal(&file.unwrap_or_default());
        if !file.is_empty() {
            suite.push_attribute(("file", file.as_str()));
        }
        writer.write_event(Event::Start(suite))?;
        for (index, played) in report.turns.iter().enumerate() {
            case(&mut writer, index + 1, played, &title, &file)?;
        }
        writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuites")))?;
    let mut xml = writer.into_inner();
    xml.push(b'\n');
    Ok(xml)
}

fn counts(element: &'static str, turns: &[&Played]) -> BytesStart<'static> {
    let count =
        |is: fn(&Outcome) -> bool| turns.iter().filter(|played| is(&played.outcome)).count().to_string();
    let failures = count(|outcome| matches!(outcome, Outcome::Reacted(_, wrong) if !wrong.is_empty()));
    let errors = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped));
    let tests = turns.len().to_string();
    let time = seconds(turns.iter().map(|played| played.took).sum());
    let mut start = BytesStart::new(element);
    for (name, value) in [
        ("tests", &tests),
        ("failures", &failures),
        ("errors", &errors),
        ("skipped", &skipped),
        ("time", &time),
    ] {
        start.push_attribute((name, value.as_str()));
    }
    start
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

fn case(writer: &mut Xml, number: usize, played: &Played, title: &str, file: &str) -> anyhow::Result<()> {
    let name = legal(&format!("{number}: {}", what(played)));
    let (time, line) = (seconds(played.took), played.step.line.to_string());
    let mut start = BytesStart::new("testcase");
    start.push_attribute(("name", name.as_str()));
    start.push_attribute(("classname", title));
    start.push_attribute(("time", time.as_str()));
    if !file.is_empty() {
        start.push_attribute(("file", file));
        start.push_attribute(("line", line.as_str()));
    }
    writer.write_event(Event::Start(start))?;
    match &played.outcome {
        Outcome::Reacted(_, wrong) if wrong.is_empty() => {}
        Outcome::Reacted(_, wrong) => {
            let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
            let message = wrong.first().map(String::as_str).unwrap_or_default();
            told(writer, "failure", message, &wrong.join("\n"))?;
        }
        Outcome::Failed(error) => told(writer, "error", &error.to_string(), &error.to_string())?,
        Outcome::Skipped => told(writer, "skipped", "a turn before could not be played", "")?,
    }
    writer.write_event(Event::Start(BytesStart::new("system-out")))?;
    writer.write_event(Event::Text(BytesText::new(&legal(&Dialogue(played).to_string()))))?;
    writer.write_event(Event::End(BytesEnd::new("system-out")))?;
    writer.write_event(Event::End(BytesEnd::new("testcase")))?;
    Ok(())
}

fn told(writer: &mut Xml, element: &str, message: &str, text: &str) -> anyhow::Result<()> {
    let mut start = BytesStart::new(element);
    start.push_attribute(("message", legal(message).as_str()));
    writer.write_event(Event::Start(start))?;
    writer.write_event(Event::Text(BytesText::new(&legal(text))))?;
    writer.write_event(Event::End(BytesEnd::new(element)))?;
    Ok(())
}

/// What happens in a turn, in a few words.
fn what(played: &Played) -> String {
    let input = &played.step.input;
    let user = match &input.query {
        Some(Query::Text(text) | Query::Transcript(text)) => text.clone(),
        Some(Query::DtmfDigits(digits)) => format!("keys {digits}"),
        Some(Query::TriggerEvent(event)) => format!("event {event}"),
        _ => input.intent.as_ref().map(|intent| format!("intent {}", intent.name)).unwrap_or_default(),
    };
    match &input.tag {
        Some(tag) if user.is_empty() => format!("[{tag}]"),
        Some(tag) => format!("{user} [{tag}]"),
        None => user,
    }
}

/// A text without the characters that XML cannot hold.
pub(in crate::cli) fn legal(text: &str) -> String {
    let is_legal =
        |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    text.chars().map(|c| if is_legal(c) { c } else { '\u{fffd}' }).collect()
}
