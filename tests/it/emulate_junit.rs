//! `JUnit` XML of `rejoinder emulate`, read back by a parser.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::emulate::emulate_in;

/// An element: its name, its attributes, its text.
type Element = (String, Vec<(String, String)>, String);

/// Every element.
fn elements(xml: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut found: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(start) => {
                let name = start.name().as_ref().to_owned();
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.expect("an attribute");
                    let value = quick_xml::escape::unescape(&attribute.value).expect("escaped").into_owned();
                    (attribute.key.as_ref().to_owned(), value)
                });
                open.push(found.len());
                found.push((name, attributes.collect(), String::new()));
            }
            Event::Text(text) => {
                if let Some(at) = open.last() {
                    found[*at].2 += &*text;
                }
            }
            Event::GeneralRef(reference) => {
                let text = format!("&{};", &*reference);
                let text = quick_xml::escape::unescape(&text).expect("a reference").into_owned();
                if let Some(at) = open.last() {
                    found[*at].2 += &text;
                }
            }
            Event::End(_) => drop(open.pop()),
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn ci_reads_a_suite_a_transcript_and_a_case_a_turn() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write(
        "good.yaml",
        "name: Good & <well>\nturns:\n  - text: \"a \\e[0m \\\"quoted\\\"\"\n    tag: counter\n",
    );
    write(
        "bad.yaml",
        "pages: { P: { form: [a] } }\nturns:\n  - tag: counter\n    expect: { parameters: { count: \"<x>\" }, page: Q }\n  - tag: counter\n    page: P\n    form: { b: 1 }\n  - text: last\n",
    );
    let ended = emulate_in(folder.path(), &["good.yaml", "bad.yaml", "--format", "junit"], "");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let elements = elements(&ended.out);
    let get = |name: &str| -> Vec<_> { elements.iter().filter(|(element, ..)| element == name).collect() };
    let attribute = |element: &Element, name: &str| {
        element.1.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let suites = get("testsuite");
    let counts = |element| ["tests", "failures", "errors", "skipped"].map(|name| attribute(element, name));
    assert_eq!(counts(get("testsuites")[0]), ["4", "1", "1", "1"]);
    assert_eq!(counts(suites[0]), ["1", "0", "0", "0"]);
    assert_eq!(counts(suites[1]), ["3", "1", "1", "1"]);
    assert_eq!(
        (attribute(suites[0], "name"), attribute(suites[1], "name")),
        ("Good & <well>".to_owned(), "bad".to_owned())
    );
    let cases = get("testcase");
    assert_eq!(attribute(cases[0], "name"), "1: a \u{fffd}[0m \"quoted\" [counter]");
    assert_eq!(attribute(cases[1], "line"), "3");
    let failure = get("failure")[0];
    assert_eq!(
        failure.2,
        "parameters.count: expected \"<x>\", found 2\npage: expected \"Q\", found \"Start Page\""
    );
    assert!(attribute(get("error")[0], "message").contains("has no parameter \"b\""));
    assert_eq!(get("skipped").len(), 1);
    assert_eq!(get("system-out").len(), 4);
}
