//! Agent exports: what is read, and what is refused within bounds.

use std::path::Path;

use rejoinder::emulator::package::{
    AgentPackage, EntityKind, Limits, PackageError, SymbolicPage, Target, TestInputValue,
};
use serde_json::json;

use crate::kit::package::{agent, files, unpack, zip};

const MINIMAL: (&str, &str) = ("agent.json", r#"{"defaultLanguageCode": "en"}"#);

fn read(bytes: Vec<u8>) -> Result<AgentPackage, PackageError> {
    AgentPackage::from_zip(bytes, &Limits::default())
}

/// The error of a package that holds these files and an `agent.json`.
fn refused(others: &[(&str, &str)]) -> String {
    let all: Vec<_> = std::iter::once(MINIMAL).chain(others.iter().copied()).collect();
    read(zip(&all)).expect_err("refused").to_string()
}

#[test]
fn an_agent_is_read_whole() {
    let package = AgentPackage::read(agent("order-status")).expect("a package");
    assert_eq!(package.display_name(), "Order status");
    assert_eq!(package.agent.languages(), ["en", "de"]);
    assert_eq!(package.agent.time_zone, "Europe/Berlin");
    assert_eq!(package.notes, []);
    let names: Vec<_> = package.flows.iter().map(|flow| flow.display_name.as_str()).collect();
    assert_eq!(names, ["Default Start Flow", "Orders"]);
    assert_eq!(package.start_flow().expect("a flow").transition_routes.len(), 4);

    let orders = package.flow("Orders").expect("a flow");
    assert_eq!(orders.pages.len(), 6);
    let groups = package.linked_groups(orders, None);
    let groups: Vec<_> = groups.iter().map(|group| group.display_name.as_str()).collect();
    assert_eq!(groups, ["Order help", "Small talk"]);
    assert_eq!(orders.transition_routes[0].target, Some(Target::Page("Collect order".to_owned())));

    let page = package.page("Orders", "Collect order").expect("a page");
    assert_eq!(page.file, "flows/Orders/pages/Collect order.json");
    let order_id = &page.form.parameters[0];
    assert_eq!((order_id.display_name.as_str(), order_id.required), ("order_id", true));
    assert_eq!(order_id.advanced_settings.dtmf_settings.max_digits, 8);
    let events: Vec<_> =
        order_id.fill_behavior.reprompt_event_handlers.iter().map(|handler| handler.event.as_str()).collect();
    assert_eq!(events, ["sys.no-match-1", "sys.no-match-default", "sys.no-input-default"]);
    assert!(page.form.parameters[1].redact);
    assert_eq!(page.transition_routes[0].condition.as_deref(), Some("$page.params.status = FINAL"));
    assert_eq!(package.entity_type(&order_id.entity_type).expect("a type").kind, EntityKind::Regexp);

    let status = package.page("Orders", "Show status").expect("a page");
    let cases = status.entry_fulfillment.cases();
    assert_eq!(cases.len(), 3);
    assert_eq!((cases[2].condition.as_str(), cases[2].case_content.len()), ("", 2));
    let goodbye = &status.transition_routes[3];
    assert_eq!(goodbye.target, Some(Target::Page("End Session".to_owned())));
    assert_eq!(SymbolicPage::of("End Session"), Some(SymbolicPage::EndSession));

    let intent = package.intent("order.status").expect("an intent");
    assert_eq!(intent.effective_priority(), 500_000);
    assert_eq!(intent.training_phrases["de"][1].text(), "wo ist meine Bestellung A-1042");
    assert_eq!(intent.training_phrases["en"][1].parts[1].parameter_id.as_deref(), Some("order_id"));
    assert_eq!(intent.parameter("order_id").expect("there").entity_type, "@order-id");
    assert!(package.intent("Default Negative Intent").expect("an intent").is_fallback);

    let reasons = package.entity_type("cancel-reason").expect("a type");
    assert_eq!(reasons.entities["de"][0].synonyms, ["zu spät", "dauert zu lange"]);
    assert_eq!(reasons.excluded_phrases["en"], ["late"]);
    assert!(package.entity_type("product").expect("a type").expands());
    assert_eq!(package.entity_type("@line-item").expect("a type").parts(), ["sys.number-integer", "product"]);

    assert!(package.webhook("Weather").expect("a webhook").is_flexible());
    let case = &package.test_cases[2];
    assert_eq!(
        (case.display_name.as_str(), case.test_config.flow.as_str()),
        ("Order shipped", "Default Start Flow")
    );
    let turn = &case.test_case_conversation_turns[2];
    assert!(
        matches!(&turn.user_input.input, TestInputValue::Text { text, language_code } if text == "Sam Example" && language_code == "en")
    );
    assert!(turn.user_input.is_webhook_enabled);
    assert_eq!(turn.virtual_agent_output.session_parameters["order_status"], json!("shipped"));
    assert_eq!(turn.virtual_agent_output.current_page.name, "Show status");
    assert_eq!(turn.virtual_agent_output.text_responses[1].text, ["Order A-1042 is on its way."]);
}

#[test]
fn every_call_is_told_with_its_place() {
    let package = AgentPackage::read(agent("order-status")).expect("a package");
    let calls: Vec<_> =
        package.calls().map(|call| format!("{} {}: {}", call.webhook, call.tag, call.place)).collect();
    assert_eq!(
        calls,
        [
            "Cancellations counter: flow Orders, page Cancel order, route if $page.params.status = FINAL",
            "Orders service validate-form: flow Orders, page Change quantity, route if $page.params.status = FINAL",
            "Orders service order-status: flow Orders, page Collect order, route if $page.params.status = FINAL",
            "Weather weather: flow Orders, page Delivery weather, route if $page.params.status = FINAL",
            "Orders service gallery: flow Orders, page Show status, route on intent order.details",
        ]
    );
    let places: Vec<_> = package.fulfillments().map(|placed| placed.place.to_string()).collect();
    for expected in [
        "flow Default Start Flow, route on intent Default Welcome Intent",
        "flow Orders, event handler webhook.error.timeout",
        "flow Orders, route group Order help, route on intent order.help",
        "flow Orders, page Collect order, entry fulfillment",
        "flow Orders, page Collect order, prompt for order_id",
        "flow Orders, page Collect order, reprompt for order_id on sys.no-match-1",
        "route group Small talk, route on intent smalltalk.thanks",
    ] {
        assert!(places.iter().any(|place| place == expected), "{expected}: {places:#?}");
    }
}

#[test]
fn a_zip_file_and_its_folder_are_one_package() {
    for name in ["order-status", "broken"] {
        let folder = AgentPackage::read(agent(name)).expect("a package");
        let files = files(&agent(name));
        let mut zipped = read(zip(&files)).expect("a package");
        zipped.path.clone_from(&folder.path);
        assert_eq!(zipped, folder);
        // Re-zipped on somebody's desk: one folder deeper, with what the system adds.
        let mut deeper: Vec<(String, Vec<u8>)> =
            files.iter().map(|(name, bytes)| (format!("export (1)/{name}"), bytes.clone())).collect();
        deeper.push(("__MACOSX/export (1)/._agent.json".to_owned(), b"\x00\x05".to_vec()));
        deeper.push(("export (1)/flows/.DS_Store".to_owned(), b"\x00".to_vec()));
        deeper.reverse();
        let mut nested = read(zip(&deeper)).expect("a package");
        nested.path.clone_from(&folder.path);
        assert_eq!(nested, folder);
        let temporary = tempfile::tempdir().expect("a folder");
        unpack(temporary.path(), &deeper);
        let mut unpacked = AgentPackage::read(temporary.path()).expect("a package");
        unpacked.path.clone_from(&folder.path);
        assert_eq!(unpacked, folder);
        let by_agent = AgentPackage::read(temporary.path().join("export (1)/agent.json")).expect("a package");
        assert_eq!(by_agent.flows, folder.flows);
    }
}

#[test]
fn display_names_win_over_file_names_and_stand_in_for_nothing() {
    let package = read(zip(&[
        MINIMAL,
        ("webhooks/Bills %2f payments.json", r#"{"genericWebService": {"uri": "https://a.example"}}"#),
        (
            "webhooks/other.json",
            r#"{"displayName": "주문", "genericWebService": {"uri": "https://a.example"}}"#,
        ),
        ("flows/F%3f/F%3f.json", r#"{"later": {"a": [1]}}"#),
        ("flows/F%3f/pages/p.json", "{}"),
    ]))
    .expect("a package");
    assert!(package.webhook("Bills / payments").is_some() && package.webhook("주문").is_some());
    assert!(package.page("F?", "p").is_some());
    assert_eq!((package.display_name().as_str(), package.start_flow()), ("", None));
}

#[test]
fn what_is_not_read_is_noted() {
    let package = read(zip(&[
        MINIMAL,
        ("README.md", "hello"),
        ("generators/G/G.json", "{"),
        ("generators/G/phrases/en.json", "{"),
        ("tools/T/T.yaml", "x"),
        ("intents/I/trainingPhrases/en.json", "{}"),
        ("flows/F/F.json", "{}"),
        ("flows/F/F (1).json", "{}"),
        ("flows/F/experiments/E.json", "{"),
    ]))
    .expect("a package");
    let notes: Vec<_> = package.notes.iter().map(|note| format!("{}: {}", note.file, note.message)).collect();
    assert_eq!(
        notes,
        [
            "README.md: it is no part of a package that is known",
            "flows/F/F.json: the folder holds another file beside it, which is not read",
            "flows/F/experiments/E.json: it is no part of a package that is known",
            "intents/I: its phrases belong to no intent",
            "generators: 2 files of a kind that is not read: it is generative",
            "tools: 1 file of a kind that is not read: it is generative",
        ]
    );
    assert_eq!(package.flows[0].display_name, "F");
}

#[test]
fn other_formats_are_told_by_their_content() {
    let folder = tempfile::tempdir().expect("a folder");
    let tell = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        AgentPackage::read(&path)
            .map(|package| package.agent.default_language_code)
            .map_err(|error| error.to_string())
    };
    // Field 1, the agent, then field 3: what a blob looks like from outside.
    let blob = b"\x0a\x08\x12\x06My bot\x1a\x02hi";
    for name in ["agent.blob", "agent.zip"] {
        let error = tell(name, blob).expect_err("refused");
        assert!(error.contains("BLOB format") && error.contains("JSON_PACKAGE"), "{error}");
    }
    assert_eq!(tell("really-a-zip.blob", &zip(&[MINIMAL])).as_deref(), Ok("en"));
    for (bytes, expected) in [
        (&b""[..], "found an empty file"),
        (b"{}", "found a JSON text"),
        (b"PK\x03\x04 and then nothing", "the ZIP file cannot be read"),
        (b"\x1f\x8b\x08\x00", "found a gzip file"),
    ] {
        let error = tell("x.zip", bytes).expect_err("refused");
        assert!(error.contains(expected) && error.contains("x.zip: "), "{error}");
    }
    let error = AgentPackage::read(folder.path().join("none.zip")).expect_err("refused").to_string();
    assert!(error.contains("none.zip: it cannot be read: "), "{error}");
    let es = zip(&[("agent.json", r#"{"googleAssistant": {}, "language": "en", "supportedLanguages": []}"#)]);
    assert!(read(es).expect_err("refused").to_string().contains("Dialogflow ES"));
}

#[test]
fn what_has_no_agent_says_what_it_has() {
    for (names, expected) in [
        (&["webhooks/w.json"][..], "found \"webhooks/w.json\" alone"),
        (&["a/b/agent.json"], "give that folder"),
        (&["a/agent.json", "b/agent.json"], "several agents"),
    ] {
        let files: Vec<_> = names.iter().map(|&name| (name, "{}")).collect();
        let error = read(zip(&files)).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
    let empty = tempfile::tempdir().expect("a folder");
    let error = AgentPackage::read(empty.path()).expect_err("refused").to_string();
    assert!(error.contains("no agent.json") && error.contains("found nothing"), "{error}");
}

#[test]
fn faults_name_the_file_and_the_place() {
    for (file, text, expected) in [
        ("flows/F/F.json", "{\n  \"transitionRoutes\": [{\"intent\": 1}]}", "in transitionRoutes[0].intent"),
        ("flows/F/F.json", "[]", "this is no flow: expected an object"),
        ("webhooks/W.json", r#"{"timeout": 5}"#, "this is no webhook: "),
        ("intents/I/I.json", r#"{"name": "a", "name": "b"}"#, "`name` stands twice"),
        ("flows/F/pages/P.json", "{}", "the flow's own file is missing; expected flows/F/F.json"),
        ("entityTypes/E/E.json", r#"{"kind": 7}"#, "this is no entity type: "),
        ("testCases/T.json", r#"{"testCaseConversationTurns": {}}"#, "this is no test case: "),
    ] {
        let error = refused(&[(file, text)]);
        assert!(error.starts_with(&format!("{file}: ")) && error.contains(expected), "{error}");
    }
    let mut files = vec![MINIMAL];
    files.extend([
        ("flows/F/F.json", r#"{"displayName": "A"}"#),
        ("flows/G/G.json", r#"{"displayName": "A"}"#),
    ]);
    let error = read(zip(&files)).expect_err("refused").to_string();
    assert_eq!(error, "flows/G/G.json: the flow \"A\" is there twice; the other one is flows/F/F.json");
    let invalid = zip(&[("agent.json", &b"{\"timeZone\": \"\xff\"}"[..])]);
    let error = read(invalid).expect_err("refused").to_string();
    assert!(error.starts_with("agent.json: this is no agent: ") && error.contains("not UTF-8"), "{error}");
}

#[test]
fn entity_types_in_a_circle_are_refused() {
    let kind = r#"{"kind": "KIND_LIST"}"#;
    let error = refused(&[
        ("entityTypes/a/a.json", kind),
        ("entityTypes/a/entities/en.json", r#"{"entities": [{"value": "@b"}]}"#),
        ("entityTypes/b/b.json", kind),
        ("entityTypes/b/entities/en.json", r#"{"entities": [{"value": "@a too"}]}"#),
    ]);
    assert_eq!(error, "entityTypes/a/a.json: the entity types refer to each other in a circle: @a → @b → @a");
}

#[test]
fn names_that_lead_out_are_refused() {
    for name in ["../x.json", "flows/../../x.json", "/etc/x.json", "C:/x.json", "a\\b.json", "a/./b.json"] {
        let error = refused(&[(name, "{}")]);
        assert!(error.contains("a name of a package may not"), "{name}: {error}");
    }
}

#[test]
fn two_entries_of_one_name_are_refused() {
    let mut bytes = zip(&[MINIMAL, ("webhooks/one.json", "{}"), ("webhooks/two.json", "{}")]);
    for at in 0..bytes.len() - 17 {
        if bytes[at..].starts_with(b"webhooks/two.json") {
            bytes[at..at + 17].copy_from_slice(b"webhooks/one.json");
        }
    }
    let error = read(bytes).expect_err("refused").to_string();
    assert!(error.contains("two of its entries bear the same name"), "{error}");
}

#[test]
fn symbolic_links_are_refused() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer
        .add_symlink("webhooks/w.json", "/etc/passwd", zip::write::SimpleFileOptions::default())
        .expect("a link");
    let bytes = writer.finish().expect("a ZIP file").into_inner();
    let error = read(bytes).expect_err("refused").to_string();
    assert!(error.contains("webhooks/w.json: this is a symbolic link"), "{error}");

    #[cfg(unix)]
    for (link, to) in [("webhooks/w.json", "/etc/passwd"), ("flows", "/"), ("flows/F", "..")] {
        let folder = tempfile::tempdir().expect("a folder");
        unpack(folder.path(), &[MINIMAL]);
        let path = folder.path().join(link);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::os::unix::fs::symlink(to, &path).expect("a link");
        let error = AgentPackage::read(folder.path()).expect_err("refused").to_string();
        assert!(error.contains(&format!("{link}: this is a symbolic link")), "{error}");
        // Beside the package, and behind what the user named, links are nobody's business.
        std::fs::remove_file(&path).expect("a link");
        std::os::unix::fs::symlink("/", folder.path().join("elsewhere")).expect("a link");
        let outside = tempfile::tempdir().expect("a folder");
        let named = outside.path().join("named");
        std::os::unix::fs::symlink(folder.path(), &named).expect("a link");
        AgentPackage::read(&named).expect("a package");
    }
}

#[test]
fn what_is_too_large_is_refused_within_bounds() {
    let limits = |change: &dyn Fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    // 32 MiB of spaces pack into 32 KiB.
    let bomb = zip(&[MINIMAL.0, "webhooks/w.json"].map(|name| (name, " ".repeat(32 << 20))));
    assert!(bomb.len() < 1 << 17);
    let error = read(bomb.clone()).expect_err("refused").to_string();
    assert_eq!(
        error,
        "agent.json: the ratio by which the file grows unpacked is larger than the limit of 200"
    );
    let dense = limits(&|limits| limits.ratio = 2_000);
    let error = AgentPackage::from_zip(bomb, &dense).expect_err("refused").to_string();
    assert_eq!(error, "agent.json: the file, unpacked, is larger than the limit of 16777216 bytes");

    let text = format!(r#"{{"description": "{}"}}"#, "x".repeat(600));
    let two = zip(&[MINIMAL, ("flows/F/F.json", &*text), ("flows/G/G.json", &*text)]);
    for (limits, expected) in [
        (
            limits(&|limits| limits.total_bytes = 1_000),
            "flows/G/G.json: what the files of the package are together is larger than the limit of 1000 bytes",
        ),
        (
            limits(&|limits| limits.file_bytes = 500),
            "flows/F/F.json: the file, unpacked, is larger than the limit of 500 bytes",
        ),
        (
            limits(&|limits| limits.entries = 2),
            "the number of files and folders is larger than the limit of 2",
        ),
        (
            limits(&|limits| limits.values = 3),
            "flows/F/F.json: the number of JSON values in the package is larger than the limit of 3",
        ),
        (limits(&|limits| limits.archive_bytes = 100), "the ZIP file is larger than the limit of 100 bytes"),
    ] {
        let error = AgentPackage::from_zip(two.clone(), &limits).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.zip");
        std::fs::write(&path, &two).expect("a file");
        let error = AgentPackage::read_with(&path, &limits).expect_err("refused").to_string();
        assert!(error.contains(expected) && error.contains("a.zip: "), "{error}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    unpack(folder.path(), &[MINIMAL, ("flows/F/F.json", &*text), ("flows/G/G.json", &*text)]);
    for (limits, expected) in [
        (
            limits(&|limits| limits.total_bytes = 1_000),
            "what the files of the package are together is larger",
        ),
        (
            limits(&|limits| limits.file_bytes = 500),
            "flows/F/F.json: the file is larger than the limit of 500 bytes",
        ),
        (limits(&|limits| limits.entries = 2), "the number of files and folders"),
    ] {
        let error = AgentPackage::read_with(folder.path(), &limits).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!(r#"{{"form": {}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
    let error = refused(&[("flows/F/F.json", "{}"), ("flows/F/pages/P.json", &deep)]);
    assert!(error.contains("nested more than 100 levels deep"), "{error}");
    let cases = format!(
        r#"{{"entryFulfillment": {{"conditionalCases": [{}{}]}}}}"#,
        r#"{"cases": [{"caseContent": [{"additionalCases": "#.repeat(40),
        "}]}]}".repeat(40)
    );
    assert!(
        refused(&[("flows/F/F.json", "{}"), ("flows/F/pages/P.json", &cases)])
            .contains("P.json: this is no page")
    );
}

#[test]
fn a_folder_with_other_things_beside_the_package_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    unpack(path, &[MINIMAL, ("node_modules/a/index.js", "x"), (".git/config", "x"), ("LICENSE", "x")]);
    let package = AgentPackage::read(path).expect("a package");
    let notes: Vec<_> = package.notes.iter().map(|note| note.file.as_str()).collect();
    assert_eq!(notes, ["LICENSE"]);
    assert_eq!(package.path, Path::new(path));
}
