//! `JUnit` XML of test cases: a suite for the agent, a case each.

use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::cli::emulate::legal;
use crate::emulator::test_case::{CaseOutcome, CaseReport, Difference, DifferenceKind};

/// The document.
pub(super) fn xml(agent: &str, reports: &[CaseReport], strict: bool) -> anyhow::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let agent = legal(agent);
    for (element, name) in [("testsuites", "rejoinder replay"), ("testsuite", agent.as_str())] {
        let mut start = counts(element, reports, strict);
        start.push_attribute(("name", name));
        writer.write_event(Event::Start(start))?;
    }
    for report in reports {
        case(&mut writer, &agent, report, strict)?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
    writer.write_event(Event::End(BytesEnd::new("testsuites")))?;
    let mut xml = writer.into_inner();
    xml.push(b'\n');
    Ok(xml)
}

fn has_failed(report: &CaseReport, strict: bool) -> bool {
    match &report.outcome {
        CaseOutcome::Failed => true,
        CaseOutcome::TextsDiffer => strict,
        _ => false,
    }
}

fn counts(element: &'static str, reports: &[CaseReport], strict: bool) -> BytesStart<'static> {
    let failed = reports.iter().filter(|report| has_failed(report, strict)).count();
    let skipped = reports.iter().filter(|report| matches!(report.outcome, CaseOutcome::Skipped(_))).count();
    let mut start = BytesStart::new(element);
    let time: Duration = reports.iter().map(|report| report.took).sum();
    for (name, value) in [
        ("tests", reports.len().to_string()),
        ("failures", failed.to_string()),
        ("errors", "0".to_owned()),
        ("skipped", skipped.to_string()),
        ("time", seconds(time)),
    ] {
        start.push_attribute((name, value.as_str()));
    }
    start
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

fn case(writer: &mut Writer<Vec<u8>>, agent: &str, report: &CaseReport, strict: bool) -> anyhow::Result<()> {
    let mut start = BytesStart::new("testcase");
    for (name, value) in [
        ("name", legal(&report.name)),
        ("classname", agent.to_owned()),
        ("file", legal(&report.file)),
        ("time", seconds(report.took)),
    ] {
        start.push_attribute((name, value.as_str()));
    }
    writer.write_event(Event::Start(start))?;
    let told = match &report.outcome {
        CaseOutcome::Skipped(why) => Some(("skipped", why.clone())),
        _ if has_failed(report, strict) => Some(("failure", first(report))),
        _ => None,
    };
    if let Some((element, message)) = told {
        let mut start = BytesStart::new(element);
        start.push_attribute(("message", legal(&message).as_str()));
        writer.write_event(Event::Start(start))?;
        writer.write_event(Event::Text(BytesText::new(&legal(&report.to_string()))))?;
        writer.write_event(Event::End(BytesEnd::new(element)))?;
    } else if report.outcome == CaseOutcome::TextsDiffer {
        writer.write_event(Event::Start(BytesStart::new("system-out")))?;
        writer.write_event(Event::Text(BytesText::new(&legal(&report.to_string()))))?;
        writer.write_event(Event::End(BytesEnd::new("system-out")))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testcase")))?;
    Ok(())
}

/// What is wrong first; texts only if there is nothing else.
fn first(report: &CaseReport) -> String {
    let all = || {
        let turns = report.turns.iter();
        turns.flat_map(|turn| turn.differences.iter().map(move |difference| (turn.number, difference)))
    };
    let is_more = |(_, difference): &(usize, &Difference)| difference.kind != DifferenceKind::Text;
    let found = all().find(is_more).or_else(|| all().next());
    found.map(|(turn, difference)| format!("turn {turn}: {difference}")).unwrap_or_default()
}
