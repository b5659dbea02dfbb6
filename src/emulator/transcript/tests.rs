//! What is read, what is refused and where, what is written back.

use std::path::Path;

use serde_json::{Value, json};

use super::*;

fn faults(text: &str) -> Vec<String> {
    let error = Transcript::parse(text).expect_err(text);
    error.faults().iter().map(ToString::to_string).collect()
}

#[test]
fn everything_wrong_is_told_with_its_place_and_the_fix() {
    let text = "nmae: x\nseed: -1\nturns:\n  - txt: a\n  - text: no\n    dtmf: 12\n    tag: ''\n    expect:\n      mesages: []\n      \
                latency: soon\n      events: [webhook.error.time-out]\n      form: { a: full }\n      messages:\n        - { equal: a }\n        - 1\n        \
                - matches: '('\n";
    assert_eq!(
        faults(text),
        [
            "1:1: unknown key \"nmae\"; did you mean \"name\"?",
            "2:7: seed: expected a whole number of 0 or more, found -1",
            "4:5: turns[0]: unknown key \"txt\"; did you mean \"text\"?",
            "4:5: turns[0]: nothing happens in this turn: expected one of text, transcript, dtmf, event, intent, tag",
            "6:11: turns[1].dtmf: expected a text; quote what YAML takes for something else, found 12",
            "7:10: turns[1].tag: expected a text that is not empty",
            "9:7: turns[1].expect: unknown key \"mesages\"; did you mean \"messages\"?",
            "10:16: turns[1].expect.latency: expected a time such as 500ms or 2s, found \"soon\"",
            "11:15: turns[1].expect.events: the platform has no event \"webhook.error.time-out\"; did you mean \"webhook.error.timeout\"?",
            "12:18: turns[1].expect.form.a: expected one of EMPTY, INVALID, FILLED, found \"full\"; did you mean \"FILLED\"?",
            "14:11: turns[1].expect.messages[0]: expected at least one of equals, contains, matches, kind, content",
            "14:13: turns[1].expect.messages[0]: unknown key \"equal\"; did you mean \"equals\"?",
            "15:11: turns[1].expect.messages[1]: expected a text, or a mapping with equals, contains, matches, kind, content, found a number",
            "16:20: turns[1].expect.messages[2].matches: \"(\" is no regular expression: unclosed group",
        ]
    );
}

#[test]
fn what_is_no_yaml_or_too_much_is_refused() {
    for (text, told) in [
        ("turns: [", "1:8: this is no YAML: unclosed bracket '['"),
        ("turns: []\nturns: []", "2:1: this is no YAML: duplicate mapping key: turns"),
        ("- a", "1:1: expected a mapping, found a list"),
        ("", "1:1: expected a mapping, found nothing"),
        ("name: x", "1:1: expected `turns`, the list of what happens"),
        ("turns: {}", "1:8: turns: expected a list, found a mapping"),
        ("turns: []\n---\nturns: []", "3:1: this is no YAML: multiple YAML documents detected"),
        ("turns: [{text: a, text: b}]", "1:19: this is no YAML: duplicate mapping key: text"),
        ("turns: []\nparameters: {a: .nan}", "2:17: this is no YAML: non-finite float"),
        ("turns: [{tag: t, same_turn: true}]", "1:9: turns[0]: same_turn: a further call"),
        ("turns: [{text: a, event: b}]", "1:9: turns[0]: `text` and `event` exclude each other"),
        ("turns: [{intent: {parameters: {}}}]", "1:18: turns[0].intent: expected a `name`"),
        ("turns: !tagged []", "1:16: this is no YAML: unsupported tag `!tagged`"),
    ] {
        let found = faults(text);
        assert!(found[0].starts_with(told), "{text}: expected {told}, found {found:?}");
    }
    let many = "turns:\n".to_owned() + &"  - text: a\n".repeat(MOST_TURNS + 1);
    assert_eq!(faults(&many), ["1002:5: turns: expected at most 1000 turns, found 1001"]);
    let bad = "turns:\n".to_owned() + &"  - {}\n".repeat(500);
    assert_eq!(faults(&bad).len(), 50);
    let deep = format!("turns: []\nparameters: {{a: {}{}}}", "[".repeat(200), "]".repeat(200));
    assert!(
        faults(&deep)[0].contains("this is more than a transcript may hold: budget breached"),
        "{:?}",
        faults(&deep)
    );
    let bomb = (1..20).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| {
        let before = format!("*a{}", n - 1);
        text + &format!("a{n}: &a{n} [{before}, {before}, {before}, {before}]\n")
    });
    assert!(
        faults(&bomb)[0].contains("this is more than a transcript may hold: alias replay"),
        "{:?}",
        faults(&bomb)
    );
    let large = format!("turns: []\nname: {}", "x".repeat(LARGEST));
    let error = Transcript::parse(&large).expect_err("too large");
    assert_eq!(error.to_string(), "the transcript is larger than 1048576 bytes, the largest transcript");
    let error = Transcript::read("/nowhere/x.yaml").expect_err("no file");
    assert!(error.to_string().starts_with("cannot read /nowhere/x.yaml: "), "{error}");
}

#[test]
fn yaml_takes_words_for_what_they_are() {
    let text = "turns:\n  - text: no\n    parameters: { a: yes, b: 1.0, c: '1', d: null, e: ~, f: 2020-01-01, g: on, h: true, i: 0o17 }\n";
    let transcript = Transcript::parse(text).expect("a transcript");
    assert_eq!(transcript.turns[0].input.query, Some(crate::protocol::Query::Text("no".to_owned())));
    assert_eq!(
        json!(transcript.turns[0].input.parameters),
        json!({ "a": "yes", "b": 1.0, "c": "1", "d": null, "e": null, "f": "2020-01-01", "g": "on", "h": true, "i": 15 })
    );
    assert_eq!(transcript.turns[0].line, 2);
}

/// Every transcript among the fixtures.
fn fixtures() -> Vec<Transcript> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/transcripts");
    let files = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let yaml = files.filter(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    yaml.map(|file| Transcript::read(&file).unwrap_or_else(|error| panic!("{error}"))).collect()
}

#[test]
fn what_is_written_reads_as_the_same() {
    let nasty = [
        "no",
        "1",
        "~",
        " x ",
        "a: b #c",
        "it's \"",
        "-",
        "é\u{1f600}",
        "a\nb\n",
        "\ttab",
        "*x",
        "&y",
        "!z",
        "2020-01-01",
        "word ".repeat(60).as_str(),
        "",
        "0x1f",
        "null",
        "{a}",
        "\u{7f}\u{1b}[0m",
        "\u{2028}",
    ]
    .map(str::to_owned);
    let mut own = Transcript { name: "nasty".to_owned(), ..Transcript::default() };
    for text in &nasty {
        let mut step = Step {
            input: Input::text(text).tag("t").parameter(format!("k{text}"), text.as_str()),
            ..Step::default()
        };
        step.input.queued = vec![text.clone()];
        step.expect.messages = Some(Messages::All(vec![MessageExpect::equals(text)]));
        step.expect.form =
            vec![(format!("z{text}"), "FILLED".to_owned()), ("a".to_owned(), "EMPTY".to_owned())];
        own.turns.push(step);
    }
    let all = fixtures();
    assert!(all.len() >= 6);
    for transcript in all.iter().chain([&own]) {
        let yaml = transcript.to_yaml();
        let again = Transcript::parse(&yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
        assert_eq!(again.to_yaml(), yaml);
        assert_eq!(again.turns.len(), transcript.turns.len());
        for (one, other) in again.turns.iter().zip(&transcript.turns) {
            assert_eq!(one.input, other.input, "{yaml}");
            assert_eq!(one.expect.form, other.expect.form);
            assert_eq!(one.expect.parameters, other.expect.parameters);
        }
        assert_eq!((&again.start, &again.pages), (&transcript.start, &transcript.pages), "{yaml}");
    }
}

/// The JSON that a YAML text is.
fn json_of(text: &str) -> Value {
    node::Node::parse(text).expect("YAML").json()
}

#[test]
fn the_schema_and_the_parser_judge_alike() {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.enable_format_assertions();
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    compiler.add_resource("transcript.json", schema).expect("a resource");
    let compiled = compiler.compile("transcript.json", &mut schemas).expect("a schema");
    let judge = |text: &str| {
        let by_schema = schemas.validate(&json_of(text), compiled).is_ok();
        let by_parser = Transcript::parse(text);
        assert_eq!(by_schema, by_parser.is_ok(), "{text}: the parser says {:?}", by_parser.err());
        by_schema
    };
    for transcript in fixtures() {
        assert!(judge(&transcript.to_yaml()));
        let file = transcript.file.expect("a file");
        assert!(judge(&std::fs::read_to_string(file).expect("a file")));
    }
    // Every key with every kind of value: nearly all of them are wrong.
    let values = [
        "x",
        "''",
        "1",
        "-1",
        "1.5",
        "true",
        "null",
        "[]",
        "[x]",
        "[1]",
        "{}",
        "{a: 1}",
        "{a: null}",
        "{a: EMPTY}",
        "{name: x}",
        "{equals: x}",
        "5s",
        "webhook.error",
        "[webhook.errr]",
        "{name: ''}",
        "[{name: x}]",
        "{'': {}}",
    ];
    let (mut right, mut wrong) = (0, 0);
    let mut each = |text: &str| if judge(text) { right += 1 } else { wrong += 1 };
    for value in values {
        for key in read::TRANSCRIPT.iter().filter(|key| **key != "turns").chain(&["other"]) {
            each(&format!("{{turns: [], {key}: {value}}}"));
        }
        each(&format!("{{turns: {value}}}"));
        for key in read::PAGE.iter().chain(&["other"]) {
            each(&format!("{{turns: [], pages: {{P: {{{key}: {value}}}}}}}"));
        }
        for key in read::FORM_PARAMETER.iter().chain(&["other"]) {
            let name = if *key == "name" { "" } else { "name: x, " };
            each(&format!("{{turns: [], pages: {{P: {{form: [{{{name}{key}: {value}}}]}}}}}}"));
        }
        for key in read::TURN.iter().chain(&["other"]) {
            each(&format!("{{turns: [{{text: a}}, {{{key}: {value}}}]}}"));
            for before in ["text: a", "tag: t", "intent: i", "tag: t, text: a"] {
                if !before.contains(&format!("{key}:")) {
                    each(&format!("{{turns: [{{text: a}}, {{{before}, {key}: {value}}}]}}"));
                }
            }
        }
        for key in read::INTENT.iter().chain(&["other"]) {
            each(&format!("{{turns: [{{intent: {{{key}: {value}}}}}]}}"));
        }
        for key in read_expect::EXPECT.iter().chain(&["other"]) {
            each(&format!("{{turns: [{{tag: t, expect: {{{key}: {value}}}}}]}}"));
        }
        for key in read_expect::MESSAGE.iter().chain(&["other"]) {
            each(&format!("{{turns: [{{tag: t, expect: {{messages: {{{key}: {value}}}}}}}]}}"));
        }
    }
    assert!(right > 200 && wrong > 1000, "{right} right, {wrong} wrong");
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_strange_to_be_read(text in "\\PC{0,200}", at in 0usize..2000, length in 0usize..40) {
        let _ = Transcript::parse(&text);
        let mut fixture = fixtures().remove(at % 6).to_yaml();
        // A piece replaced by something else, between characters.
        let cuts: Vec<usize> = fixture.char_indices().map(|(at, _)| at).collect();
        let start = cuts[at % cuts.len()];
        let end = cuts[(at % cuts.len() + length).min(cuts.len() - 1)].max(start);
        fixture.replace_range(start..end, &text);
        let _ = Transcript::parse(&fixture);
    }
}
