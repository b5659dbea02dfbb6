//! One test a rule of `docs/emulator-understanding.md`, named after its number.

use jiff::Zoned;
use serde_json::{Value, json};

use super::*;
use crate::emulator::package::{
    DtmfSettings, Entity, EntityKind, EntityType, Intent, IntentParameter, PhrasePart, TrainingPhrase,
};

/// An intent whose phrases write parameters as `{id:text}`; `id[]` is a list.
fn intent(name: &str, parameters: &[(&str, &str)], phrases: &[&str]) -> Intent {
    let parameter = |(id, entity_type): &(&str, &str)| IntentParameter {
        id: id.trim_end_matches("[]").to_owned(),
        is_list: id.ends_with("[]"),
        entity_type: (*entity_type).to_owned(),
        ..IntentParameter::default()
    };
    let phrases = phrases.iter().map(|text| phrase(text)).collect();
    Intent {
        display_name: name.to_owned(),
        parameters: parameters.iter().map(parameter).collect(),
        training_phrases: [("en".to_owned(), phrases)].into(),
        ..Intent::default()
    }
}

fn phrase(text: &str) -> TrainingPhrase {
    let part = |parameter_id: Option<&str>, text: &str| PhrasePart {
        parameter_id: parameter_id.map(str::to_owned),
        text: text.to_owned(),
    };
    let mut phrase = TrainingPhrase::default();
    for piece in text.split_inclusive('}') {
        let (before, gap) = piece.split_once('{').unwrap_or((piece, ""));
        phrase.parts.push(part(None, before));
        if let Some((id, text)) = gap.trim_end_matches('}').split_once(':') {
            phrase.parts.push(part(Some(id), text));
        }
    }
    phrase
}

fn entity_type(name: &str, kind: EntityKind, values: &[(&str, &[&str])]) -> EntityType {
    let entity = |(value, synonyms): &(&str, &[&str])| Entity {
        value: (*value).to_owned(),
        synonyms: synonyms.iter().map(|synonym| (*synonym).to_owned()).collect(),
        ..Entity::default()
    };
    let entities = [("en".to_owned(), values.iter().map(entity).collect())].into();
    EntityType { display_name: name.to_owned(), kind, entities, ..EntityType::default() }
}

fn with_priority(mut intent: Intent, priority: i64) -> Intent {
    intent.priority = priority;
    intent
}

fn size() -> EntityType {
    entity_type("size", EntityKind::Map, &[("S", &["small", "tiny"]), ("L", &["large"])])
}

/// An agent, and what is asked of it.
#[derive(Default)]
struct Asking {
    package: AgentPackage,
    scope: Vec<&'static str>,
    prompted: Option<(&'static str, &'static str)>,
    others: Vec<(&'static str, &'static str)>,
    known: Option<&'static str>,
    languages: Vec<&'static str>,
    prefer_intents: bool,
    expand: bool,
    dtmf: DtmfSettings,
}

impl Asking {
    fn new(intents: Vec<Intent>, entity_types: Vec<EntityType>) -> Self {
        let package = AgentPackage { intents, entity_types, ..AgentPackage::default() };
        let names = package.intents.iter().map(|intent| &*intent.display_name.clone().leak());
        Self { scope: names.collect(), languages: vec!["en"], package, ..Self::default() }
    }

    fn prompting(mut self, name: &'static str, entity_type: &'static str) -> Self {
        self.prompted = Some((name, entity_type));
        self
    }

    fn heard(&self, said: Utterance<'_>) -> Heard {
        let asked = |(name, entity_type): &(&'static str, &'static str)| Asked {
            name: name.trim_end_matches("[]"),
            entity_type,
            is_list: name.ends_with("[]"),
            dtmf: &self.dtmf,
        };
        let now: Zoned = "2026-11-26T03:25:00[Europe/Berlin]".parse().expect("a time");
        let others: Vec<Asked<'_>> = self.others.iter().map(asked).collect();
        let (understanding, _) = Understanding::of(&self.package);
        understanding.hear(&Question {
            said,
            languages: &self.languages,
            intents: &self.scope,
            known: self.known,
            prompted: self.prompted.as_ref().map(asked),
            others: &others,
            prefer_intents: self.prefer_intents,
            expand: self.expand,
            now: &now,
        })
    }

    /// `intent {"parameter": value}`, `form {…}` or `no match`.
    fn says(&self, text: &str) -> String {
        shown(&self.heard(Utterance::Text(text)).meaning)
    }

    fn presses(&self, digits: &str) -> String {
        shown(&self.heard(Utterance::Dtmf(digits)).meaning)
    }

    fn value(&self, text: &str) -> Option<Value> {
        match self.heard(Utterance::Text(text)).meaning {
            Meaning::Filled(mut values) => values.pop().map(|one| one.value),
            _ => None,
        }
    }

    fn codes(&self) -> Vec<&'static str> {
        Understanding::of(&self.package).1.iter().map(|finding| finding.code).collect()
    }
}

fn shown(meaning: &Meaning) -> String {
    let (what, values) = match meaning {
        Meaning::Filled(values) => ("form", values),
        Meaning::Intent { intent, parameters } if parameters.is_empty() => return intent.clone(),
        Meaning::Intent { intent, parameters } => (intent.as_str(), parameters),
        Meaning::NoMatch => return "no match".to_owned(),
    };
    let values: serde_json::Map<String, Value> =
        values.iter().map(|one| (one.name.clone(), one.value.clone())).collect();
    format!("{what} {}", json!(values))
}

#[test]
fn u1_letter_case_spaces_and_stops_mean_nothing() {
    let asking = Asking::new(vec![intent("order", &[], &["Where is my order?", "STRASSE"])], Vec::new());
    for text in ["where is my order", " Where  is\tMY order! ", "straße"] {
        assert_eq!(asking.says(text), "order", "{text}");
    }
    assert_eq!(asking.says("where is my orders"), "no match");
}

#[test]
fn u2_the_asked_parameter_comes_before_intents_and_any_text_after_them() {
    let mut asking = Asking::new(vec![intent("tiny", &[], &["tiny", "other"])], vec![size()]);
    assert_eq!(asking.says("tiny"), "tiny");
    asking = asking.prompting("size", "@size");
    assert_eq!(asking.says("tiny"), r#"form {"size":"S"}"#);
    assert_eq!(asking.says("other"), "tiny");
    asking.prefer_intents = true;
    assert_eq!(asking.says("tiny"), "tiny");
    assert_eq!(asking.says("small"), r#"form {"size":"S"}"#);
    let asking = asking.prompting("name", "@sys.any");
    assert_eq!(asking.says("tiny"), "tiny");
    assert_eq!(asking.says("Jane Doe."), r#"form {"name":"Jane Doe."}"#);
}

#[test]
fn u3_only_intents_in_scope_match() {
    let mut asking = Asking::new(vec![intent("a", &[], &["hi"]), intent("b", &[], &["bye"])], Vec::new());
    asking.scope = vec!["b", "missing"];
    assert_eq!((asking.says("hi").as_str(), asking.says("bye").as_str()), ("no match", "b"));
    let asking = Asking::new(vec![with_priority(intent("a", &[], &["hi"]), -1)], Vec::new());
    assert_eq!(asking.says("hi"), "no match");
}

#[test]
fn u4_a_phrase_matches_as_it_is_written() {
    let asking = Asking::new(
        vec![intent("order", &[("id", "@id")], &["or{id:der A-1}s", "the {unknown:x}"])],
        vec![entity_type("id", EntityKind::Regexp, &[("[A-Z]-[0-9]", &[])])],
    );
    assert_eq!(asking.says("order a-1s"), r#"order {"id":"der A-1"}"#);
    assert_eq!(asking.says("the x"), "order");
    assert_eq!(asking.codes(), ["phrase_parameter_unknown"]);
}

#[test]
fn u5_annotated_parts_vary_over_their_types() {
    let phrases = ["I want {n:3} {size:small} lamps", "to {city:Berlin}"];
    let parameters = [("n", "@sys.number-integer"), ("size", "@size"), ("city", "@sys.geo-city")];
    let asking = Asking::new(vec![intent("order", &parameters, &phrases)], vec![size()]);
    assert_eq!(asking.says("i want 12 Tiny lamps"), r#"order {"n":12,"size":"S"}"#);
    assert_eq!(asking.says("I want many small lamps"), "no match");
    assert_eq!(asking.says("to New York!"), r#"order {"city":"New York"}"#);
    let Meaning::Intent { parameters, .. } = asking.heard(Utterance::Text("I want 2 tiny lamps")).meaning
    else {
        panic!("an intent")
    };
    assert_eq!(parameters[1].original, "tiny");
}

#[test]
fn u6_a_list_has_every_part_and_others_have_the_last() {
    let phrase = "{a:small} and {a:large}";
    let one = Asking::new(vec![intent("i", &[("a", "@size")], &[phrase])], vec![size()]);
    assert_eq!(one.says("large and tiny"), r#"i {"a":"S"}"#);
    let list = Asking::new(vec![intent("i", &[("a[]", "@size")], &[phrase, "only {a:small}"])], vec![size()]);
    assert_eq!(list.says("large and tiny"), r#"i {"a":["L","S"]}"#);
    assert_eq!(list.says("only large"), r#"i {"a":["L"]}"#);
    assert_eq!(list.says("only large, small"), r#"i {"a":["L","S"]}"#);
}

#[test]
fn u7_the_closest_phrase_wins_then_priority_then_order() {
    let any = |name: &str, phrase: &str| intent(name, &[("x", "@sys.any")], &[phrase]);
    let sized = intent("sized", &[("x", "@size")], &["a {x:small} one"]);
    let written = with_priority(intent("written", &[], &["a large one"]), 1);
    let mut asking = Asking::new(vec![any("any", "a {x:thing} one"), sized, written], vec![size()]);
    assert_eq!(asking.says("a large one"), "written");
    assert_eq!(asking.says("a tiny one"), r#"sized {"x":"S"}"#);
    assert_eq!(asking.says("a red one"), r#"any {"x":"red"}"#);
    asking.package.intents = vec![any("any", "go {x:away}"), any("longer", "go to {x:B}")];
    asking.scope = vec!["any", "longer"];
    assert_eq!(asking.says("go to A"), r#"longer {"x":"A"}"#);

    let hi = |name: &str, priority| with_priority(intent(name, &[], &["hi"]), priority);
    let mut asking = Asking::new(vec![hi("a", 0), hi("b", 750_000), hi("c", 500_000)], Vec::new());
    assert_eq!(asking.says("hi"), "b");
    assert!(asking.heard(Utterance::Text("hi")).findings.is_empty());
    asking.scope = vec!["c", "a"];
    let heard = asking.heard(Utterance::Text("hi"));
    assert_eq!(shown(&heard.meaning), "c");
    assert_eq!((heard.findings[0].code, heard.findings[0].place.as_str()), ("intent_ambiguous", "intent c"));
}

#[test]
fn u8_phrases_of_the_negative_intent_force_a_no_match() {
    let mut negative = intent("negative", &[], &["never mind"]);
    negative.is_fallback = true;
    let asking = Asking::new(vec![negative, intent("a", &[], &["never mind"])], vec![size()]);
    assert_eq!(asking.says("Never mind."), "no match");
    let asking = asking.prompting("name", "@sys.any");
    assert_eq!(asking.says("never mind"), "no match");
    assert_eq!(asking.says("mind"), r#"form {"name":"mind"}"#);
}

#[test]
fn u9_a_known_intent_brings_its_parameters() {
    let mut asking =
        Asking::new(vec![intent("a", &[("size", "@size")], &["a {size:small} one"])], vec![size()]);
    (asking.known, asking.scope) = (Some("a"), Vec::new());
    assert_eq!(asking.says("a large one"), r#"a {"size":"L"}"#);
    assert_eq!(asking.says("something large"), "a");
    asking.known = Some("missing");
    assert_eq!((asking.says("x").as_str(), asking.presses("1").as_str()), ("missing", "missing"));
}

#[test]
fn u10_the_first_language_that_has_something_counts() {
    let mut order = intent("order", &[], &["my order"]);
    order.training_phrases.insert("de".to_owned(), vec![phrase("meine Bestellung")]);
    let mut asking = Asking::new(vec![order, intent("bye", &[], &["bye"])], Vec::new());
    asking.languages = vec!["de-AT", "de", "en"];
    assert_eq!(asking.says("meine Bestellung"), "order");
    assert_eq!(asking.says("my order"), "no match");
    assert_eq!(asking.says("bye"), "bye");
    asking.languages = vec!["EN_us", "en"];
    assert_eq!(asking.says("my order"), "order");
}

#[test]
fn u11_all_of_a_text_is_the_value_of_the_asked_parameter() {
    let asking = Asking::new(Vec::new(), vec![size()]).prompting("size", "@size");
    assert_eq!(asking.value("Large."), Some(json!("L")));
    assert_eq!(asking.value("a large one"), None);
    let list = Asking::new(Vec::new(), vec![size()]).prompting("size[]", "@size");
    assert_eq!(list.value("large"), Some(json!(["L"])));
    assert_eq!(list.value("large, tiny and small"), Some(json!(["L", "S", "S"])));
    assert_eq!(list.value("large and red"), None);
}

#[test]
fn u12_other_parameters_are_filled_when_nothing_else_fits() {
    let mut asking = Asking::new(Vec::new(), vec![size()]).prompting("when", "@sys.date");
    asking.others = vec![("note", "@sys.any"), ("size", "@size")];
    assert_eq!(asking.says("large"), r#"form {"size":"L"}"#);
    assert_eq!(asking.says("red"), "no match");
    assert!(asking.says("tomorrow").starts_with(r#"form {"when""#));
}

#[test]
fn u13_a_synonym_stands_for_its_value() {
    let types =
        vec![entity_type("shirt", EntityKind::Map, &[("LongSleeve", &["long arms"]), ("x\t", &["X"])])];
    let asking = Asking::new(Vec::new(), types).prompting("shirt", "@shirt");
    assert_eq!(asking.value("Long Arms"), Some(json!("LongSleeve")));
    assert_eq!(asking.value("Longsleeve"), Some(json!("LongSleeve")));
    assert_eq!(asking.value("x"), Some(json!("x\t")));
}

#[test]
fn u14_a_list_puts_values_together() {
    let values: &[(&str, &[&str])] = &[
        ("@sys.number:n @size:size", &["@sys.number:n @size:size"]),
        ("@sys.given-name:name and @sys.given-name:name", &[]),
        ("@sys.date", &["@sys.date"]),
        ("@size lamp", &[]),
        ("mail me@example.com", &[]),
    ];
    let types = vec![size(), entity_type("item", EntityKind::List, values)];
    let asking = Asking::new(Vec::new(), types).prompting("item", "@item");
    assert_eq!(asking.value("2 tiny"), Some(json!({ "n": 2, "size": "S", "original": "2 tiny" })));
    assert_eq!(
        asking.value("Nicolas and Antonio"),
        Some(json!({ "name": ["Nicolas", "Antonio"], "original": "Nicolas and Antonio" }))
    );
    assert_eq!(asking.value("2021-03-05"), Some(json!({ "year": 2021, "month": 3, "day": 5 })));
    assert_eq!(asking.value("Large lamp"), Some(json!("Large lamp")));
    assert_eq!(asking.value("mail me@example.com"), Some(json!("mail me@example.com")));
    assert_eq!(asking.value("2 red"), None);
}

#[test]
fn u15_a_regular_expression_matches_all_of_the_text() {
    let types = vec![entity_type("id", EntityKind::Regexp, &[("[A-Z]-[0-9]{4}", &[]), ("(", &[])])];
    let asking = Asking::new(Vec::new(), types).prompting("id", "@id");
    assert_eq!(asking.value("A-1042"), Some(json!("A-1042")));
    assert_eq!(asking.value("A-1042."), Some(json!("A-1042")));
    assert_eq!((asking.value("a-1042"), asking.value("it is A-1042")), (None, None));
    assert_eq!(asking.codes(), ["regexp_invalid"]);
}

#[test]
fn u16_excluded_phrases_are_no_values() {
    let mut size = size();
    size.excluded_phrases.insert("en".to_owned(), vec!["Tiny".to_owned()]);
    let asking = Asking::new(Vec::new(), vec![size]).prompting("size", "@size");
    assert_eq!((asking.value("tiny"), asking.value("small")), (None, Some(json!("S"))));
}

#[test]
fn u17_an_agent_extends_types_of_the_platform() {
    let types = vec![entity_type("sys.number-integer", EntityKind::Map, &[("0", &["none"])])];
    let asking = Asking::new(Vec::new(), types).prompting("n", "@sys.number-integer");
    assert_eq!((asking.value("None"), asking.value("7")), (Some(json!("0")), Some(json!(7))));
}

#[test]
fn u18_types_expand_only_where_it_is_asked_for() {
    let mut size = size();
    size.auto_expansion_mode = "AUTO_EXPANSION_MODE_DEFAULT".to_owned();
    let mut asking = Asking::new(vec![intent("a", &[], &["huge"])], vec![size]).prompting("size", "@size");
    assert_eq!((asking.says("giant").as_str(), asking.says("huge").as_str()), ("no match", "a"));
    asking.expand = true;
    assert_eq!(
        (asking.says("giant").as_str(), asking.says("huge").as_str()),
        (r#"form {"size":"giant"}"#, "a")
    );
}

#[test]
fn u19_types_of_the_platform_are_recognised_or_any_text() {
    let mut asking = Asking::new(Vec::new(), Vec::new());
    for (entity_type, text, value) in [
        ("@sys.number", "1,234.5", json!(1234.5)),
        ("@sys.number-sequence", "123-45", json!("12345")),
        ("@sys.phone-number", "428 6594", json!("4286594")),
        ("@sys.email", "ada@example.com", json!("ada@example.com")),
        ("@sys.zip-code", "94043", json!("94043")),
        ("@sys.time", "2 pm", json!({ "hours": 14, "minutes": 0, "seconds": 0, "nanos": 0 })),
        ("@sys.duration", "10 minutes", json!({ "amount": 10, "unit": "min" })),
        ("@sys.person", "Jane Doe", json!({ "name": "Jane Doe", "original": "Jane Doe" })),
        ("@sys.address", "123 Main St Palo Alto", json!("123 Main St Palo Alto")),
        ("@sys.new-one", "x", json!("x")),
    ] {
        asking.prompted = Some(("x", entity_type));
        assert_eq!(asking.value(text), Some(value), "{entity_type}");
    }
    asking.prompted = Some(("x", "@sys.email"));
    assert_eq!(asking.value("I forgot"), None);
    asking.package.intents = vec![intent("a", &[("x", "@sys.new-one"), ("y", "@missing")], &[])];
    assert_eq!(asking.codes(), ["system_type_unknown", "entity_type_unknown"]);
}

#[test]
fn u20_dates_are_seen_from_the_clock_in_the_session_s_language() {
    let mut asking = Asking::new(Vec::new(), Vec::new()).prompting("x", "@sys.date");
    for (language, text, (year, month, day)) in [
        ("en", "tomorrow", (2026, 11, 27)),
        ("en", "March 5th", (2027, 3, 5)),
        ("en", "3/5/2021", (2021, 3, 5)),
        ("de", "5. März 2021", (2021, 3, 5)),
        ("es-mx", "5 de marzo de 2021", (2021, 3, 5)),
        ("fr", "le 5 mars 2021", (2021, 3, 5)),
        ("pt-BR", "5 de março de 2021", (2021, 3, 5)),
    ] {
        asking.languages = vec![language, "en"];
        assert_eq!(asking.value(text), Some(json!({ "year": year, "month": month, "day": day })), "{text}");
    }
}

#[test]
fn u21_keys_mean_an_intent_or_fill_the_asked_parameter() {
    let mut bye = intent("bye", &[], &[]);
    bye.dtmf_pattern = "9".to_owned();
    let mut size = size();
    size.entities.get_mut("en").expect("values")[0].dtmf_pattern = "1".to_owned();
    let mut asking = Asking::new(vec![bye], vec![size]).prompting("size", "@size");
    assert_eq!(asking.presses("9"), "bye");
    assert_eq!(asking.presses("1"), r#"form {"size":"S"}"#);
    assert_eq!(asking.presses("2"), "no match");
    (asking.dtmf.finish_digit, asking.dtmf.max_digits) = ("#".to_owned(), 4);
    let asking = asking.prompting("n", "@sys.number-sequence");
    assert_eq!(asking.presses("1234#"), r#"form {"n":"1234"}"#);
    let heard = asking.heard(Utterance::Dtmf("12345"));
    assert_eq!((heard.meaning, heard.findings[0].code), (Meaning::NoMatch, "dtmf_too_long"));
}

#[test]
fn u22_what_is_tried_in_a_turn_is_bounded() {
    let phrase = "{x:a} b ".repeat(30) + "{n:1}";
    let parameters = [("x", "@sys.any"), ("n", "@sys.number")];
    let asking = Asking::new(vec![intent("a", &parameters, &[&phrase])], Vec::new());
    assert_eq!(asking.says(&"b ".repeat(128)), "no match");
    let values: &[(&str, &[&str])] = &[("@loop and @loop", &[]), ("@loop", &[]), ("x", &["x"])];
    let types = vec![entity_type("loop", EntityKind::List, values)];
    let asking = Asking::new(Vec::new(), types).prompting("x", "@loop");
    assert_eq!(asking.value("x and x"), Some(json!("x and x")));
    assert_eq!(asking.value(&"x and ".repeat(40)), None);
    let patterns: Vec<String> = (0..101).map(|number| format!("x{number}")).collect();
    let patterns: Vec<(&str, &[&str])> =
        patterns.iter().map(|pattern| (pattern.as_str(), &[] as &[&str])).collect();
    let types = vec![entity_type("many", EntityKind::Regexp, &patterns)];
    let asking = Asking::new(Vec::new(), types).prompting("x", "@many");
    assert_eq!((asking.value("x99"), asking.value("x100")), (Some(json!("x99")), None));
    assert_eq!(asking.codes(), ["regexp_too_many"]);
}

#[test]
fn the_rules_and_their_tests_agree() {
    let documented: Vec<&str> = include_str!("../../../../docs/emulator-understanding.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| U-")?.split(' ').next())
        .collect();
    let tested: Vec<&str> = include_str!("tests.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("fn u")?.split('_').next())
        .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    assert_eq!(documented, tested);
    assert!(documented.len() > 20);
}

proptest::proptest! {
    #[test]
    fn nothing_said_and_no_agent_is_too_strange(
        phrases in proptest::collection::vec("\\PC{0,20}(\\{x:\\PC{0,5}\\}\\PC{0,5}){0,3}", 0..4),
        values in proptest::collection::vec("(\\PC|@x|@sys.date|:a| ){0,10}", 0..4),
        text in "\\PC{0,256}",
        kind in 0..3,
    ) {
        let kind = [EntityKind::Map, EntityKind::List, EntityKind::Regexp][kind as usize].clone();
        let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
        let values: Vec<(&str, &[&str])> = values.iter().map(|value| (value.as_str(), &[] as &[&str])).collect();
        let intents = vec![intent("i", &[("x[]", "@x")], &phrases), intent("j", &[("x", "@sys.any")], &phrases)];
        let asking = Asking::new(intents, vec![entity_type("x", kind, &values)]).prompting("y[]", "@x");
        let texts = phrases.iter().copied().chain(values.iter().map(|(value, _)| *value)).chain([text.as_str()]);
        for text in texts.collect::<Vec<_>>() {
            let heard = asking.heard(Utterance::Text(text));
            if let Meaning::Intent { parameters, .. } | Meaning::Filled(parameters) = heard.meaning {
                assert!(parameters.iter().all(|one| !one.value.is_null()));
            }
            let _ = asking.heard(Utterance::Dtmf(text));
        }
    }
}
