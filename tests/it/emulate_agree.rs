//! The emulator and the server agree: every request and every answer of the fixtures, and the same
//! conversation with and without a socket.

use std::sync::Arc;

use rejoinder::config::{Config, Sources};
use rejoinder::emulator::session::Pages;
use rejoinder::emulator::transcript::take_turn;
use rejoinder::emulator::verdict::{Circumstances, Verdict};
use rejoinder::emulator::{Answer, Caller, Input, Options, Session, Start};
use rejoinder::outbound::Chance;
use rejoinder::protocol::{MergeBehavior, WebhookRequest, WebhookResponse};
use rejoinder::testing::Conversation;
use rejoinder::{Param, Params, Reply, Router};
use serde_json::{Value, json};

use super::emulate::transcripts;
use crate::kit::{Request, Served, fixture, fixtures_in};

fn settings() -> Config {
    Config::load(&Sources::default()).expect("settings")
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(Box::pin(future))
}

/// An input that makes the session send what a fixture's request says.
fn input_of(request: &WebhookRequest) -> Input {
    let mut input = Input::none().tag(request.tag());
    input.query.clone_from(&request.query);
    input.parameters =
        request.session_info.as_ref().map(|session| session.parameters.clone()).unwrap_or_default();
    input.payload.clone_from(&request.payload);
    let form = request.page_info.iter().filter_map(|page| page.form_info.as_ref());
    for parameter in form.flat_map(|form| &form.parameter_info) {
        input = input.fill(&parameter.display_name, parameter.value.clone().unwrap_or_default());
    }
    input
}

#[test]
fn every_request_of_the_fixtures_gets_the_servers_own_reply() {
    let server = Served::demo();
    let url = format!("http://{}/webhook", server.address).parse().expect("a URL");
    let config = settings();
    let caller = Caller::to_url(&url, &config, Options::default()).expect("a caller");
    let tags = ["order-status", "validate-form", "gallery", "clear", "transition", "nobody"];
    let mut turns = 0;
    for name in fixtures_in("requests") {
        let request =
            WebhookRequest::parse(&fixture(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        for tag in tags {
            let input = input_of(&request).tag(tag);
            let mut session =
                Session::new(&config, Start::default(), Arc::new(Pages::default())).expect("a session");
            let mut twin = session.clone();
            let sent = twin.begin(&input).unwrap_or_else(|error| panic!("{name}: {error}")).expect("a tag");
            let body = serde_json::to_vec(&sent).expect("JSON");
            let own = server.ask(&Request::call(body));
            let reaction = block_on(take_turn(&mut session, &caller, &input, false)).expect("a turn");
            assert_eq!(reaction.failure.is_none(), own.status == 200, "{name} {tag}: {reaction:?}");
            if own.status == 200 {
                let reply = WebhookResponse::parse(&own.body).expect("a reply");
                agrees(&reply, &sent, &reaction.parameters, &format!("{name} {tag}"));
            } else {
                let before = twin.parameters();
                assert_eq!((&reaction.parameters, reaction.texts().len()), (before, 0), "{name} {tag}");
            }
            turns += 1;
        }
    }
    assert!(turns > 150, "{turns}");
}

/// The parameters after a turn are those before, with what the reply sets and without what it clears.
#[track_caller]
fn agrees(
    reply: &WebhookResponse,
    sent: &WebhookRequest,
    after: &serde_json::Map<String, Value>,
    name: &str,
) {
    let mut expected =
        sent.session_info.as_ref().map(|session| session.parameters.clone()).unwrap_or_default();
    let form = reply.page_info.iter().filter_map(|page| page.form_info.as_ref());
    let known = sent.page_info.iter().filter_map(|page| page.form_info.as_ref());
    let known: Vec<&str> = known
        .flat_map(|form| &form.parameter_info)
        .map(|parameter| parameter.display_name.as_str())
        .collect();
    let mut merge = |name: &str, value: &Value| {
        expected.retain(|known, _| !known.eq_ignore_ascii_case(name));
        if !value.is_null() {
            expected.insert(name.to_owned(), value.clone());
        }
    };
    for parameter in form.flat_map(|form| &form.parameter_info) {
        let ours = known.is_empty() || known.contains(&parameter.display_name.as_str());
        if let (Some(value), true) = (&parameter.value, ours) {
            merge(&parameter.display_name, value);
        }
    }
    for (name, value) in reply.session_info.iter().flat_map(|session| &session.parameters) {
        merge(name, value);
    }
    let lower = |parameters: &serde_json::Map<String, Value>| -> std::collections::BTreeMap<String, Value> {
        parameters.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect()
    };
    assert_eq!(lower(after), lower(&expected), "{name}");
}

#[test]
fn every_answer_of_the_fixtures_changes_the_session_as_it_says() {
    let config = settings();
    for name in fixtures_in("responses") {
        let body = fixture(&name);
        let reply = WebhookResponse::parse(&body).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut session =
            Session::new(&config, Start::default(), Arc::new(Pages::default())).expect("a session");
        let input = Input::text("a").tag("t").queued("before").parameter("size", "L").parameter("kept", 1);
        let sent = session.begin(&input).expect("an input").expect("a tag");
        let outcome = Ok(Answer::new(200, body));
        let verdict = Verdict::standard(&outcome, &Circumstances::new(&sent, &Chance::seeded(0)));
        let reaction = session.conclude(Some(&verdict), None, false);
        assert!(reaction.failure.is_none(), "{name}: {reaction:?}");
        agrees(&reply, &sent, &reaction.parameters, &name);
        let replaces = reply
            .fulfillment_response
            .as_ref()
            .is_some_and(|one| one.merge_behavior == MergeBehavior::Replace);
        let said = verdict.changes.messages.len() + usize::from(!replaces);
        assert_eq!(reaction.messages.len() + reaction.withheld.len(), said, "{name}");
        assert_eq!(reaction.texts().first() == Some(&"before"), !replaces, "{name}");
        // A target that is a name leads there, or is told to lead nowhere.
        let target = verdict.changes.target_page.as_ref().or(verdict.changes.target_flow.as_ref());
        let told = reaction.findings.iter().any(|finding| finding.code == "target_invalid");
        assert_eq!(reaction.moved, target.is_some() && !told, "{name}: {reaction:?}");
    }
}

#[derive(serde::Deserialize)]
struct Order {
    order_id: u64,
}

rejoinder::param!(Size: Option<String> = "size");

fn shop() -> Router {
    Router::new()
        .tag("order", async |Params(order): Params<Order>| {
            Reply::text(format!("Order {}.", order.order_id)).set("order_status", "shipped")
        })
        .tag("size", async |size: Param<Size>| match size.as_deref() {
            Some(_) => Reply::text("Thanks.").clear("size"),
            None => Reply::text("Which size?"),
        })
        .tag("quantity", async || Reply::unchanged().reject("quantity", "Too many."))
}

#[test]
fn a_conversation_is_the_same_with_and_without_a_socket() {
    let server = Served::start(|| shop().into(), &[]);
    let url = format!("http://{}/webhook", server.address);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("t.yaml");
    let text = "pages: { Form: { form: [{ name: quantity, prompt: How many? }] } }\nturns:\n  - text: a\n    tag: order\n    parameters: { order_id: 7 }\n    \
                expect: { messages: [Order 7.], parameters: { order_status: shipped } }\n  - text: b\n    tag: size\n    expect: { messages: [Which size?] }\n  \
                - text: c\n    tag: size\n    parameters: { size: L }\n    expect: { messages: [Thanks.], parameters: { size: null } }\n  \
                - text: d\n    page: Form\n    form: { quantity: 99 }\n    tag: quantity\n    expect: { messages: [Too many., How many?], form: { quantity: INVALID } }\n  \
                - text: e\n    tag: order\n    parameters: { order_id: x }\n    expect: { events: webhook.error.bad-request }\n  \
                - text: f\n    tag: nobody\n    expect: { events: webhook.error }\n";
    std::fs::write(&file, text).expect("a file");
    for talk in [
        Conversation::new(shop()),
        Conversation::new(rejoinder::Rejoinder::from(shop())),
        Conversation::at(&url),
    ] {
        let talk = talk.expect("a conversation");
        let report = block_on(talk.run_transcript(&file)).expect("a transcript");
        report.assert_passed();
        assert_eq!(report.turns.len(), 6);
    }
    let talk = Conversation::new(shop()).expect("a conversation");
    std::fs::write(&file, text.replace("Thanks.", "Thank you.")).expect("a file");
    let report = block_on(talk.run_transcript(&file)).expect("a transcript");
    assert!(!report.passed());
    let told = "FAILED     messages[0]: expected \"Thank you.\", found \"Thanks.\"";
    assert!(report.to_string().contains(told), "{report}");
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| report.assert_passed())).is_err());
}

#[test]
fn a_conversation_is_held_turn_by_turn() {
    let mut talk = Conversation::new(shop()).expect("a conversation");
    let asked = block_on(talk.turn(Input::text("Hi").tag("size"))).expect("a turn");
    assert_eq!(asked.texts(), ["Which size?"]);
    let done = block_on(talk.turn(Input::text("L").tag("size").parameter("size", "L"))).expect("a turn");
    assert_eq!((done.texts(), talk.parameters().len()), (vec!["Thanks."], 0));
    let mut start = Start::default();
    start.parameters.insert("order_id".to_owned(), json!(3));
    let mut talk = talk.begin(start).expect("a start");
    let order = block_on(talk.turn(Input::text("x").tag("order"))).expect("a turn");
    assert_eq!(order.texts(), ["Order 3."]);
    assert!(order.latency.is_some());
    for wrong in [
        Conversation::at("nowhere"),
        Conversation::at("http://"),
        Conversation::new(Router::new().tag("", async || "x")),
    ] {
        assert!(wrong.is_err());
    }
}

#[test]
fn a_conversation_knows_an_agents_pages() {
    let export = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/agents/order-status");
    let talk = Conversation::new(shop()).and_then(|talk| talk.agent(export));
    let mut talk = talk.expect("a conversation");
    let turn =
        block_on(talk.turn(
            Input::text("99").flow("Orders").page("Change quantity").fill("quantity", 99).tag("quantity"),
        ));
    assert_eq!(turn.expect("a turn").texts(), ["Too many.", "Please choose another number."]);
    let wrong = block_on(talk.turn(Input::text("x").page("Change quantiti")));
    let error = wrong.expect_err("no such page").to_string();
    assert_eq!(error, "the agent has no page \"Change quantiti\"; did you mean \"Change quantity\"?");
}

#[test]
fn the_fixtures_play_from_tests() {
    let server = Served::demo();
    let talk = Conversation::at(&format!("http://{}/webhook", server.address)).expect("a conversation");
    let report = block_on(talk.run_transcript(transcripts().join("order.yaml"))).expect("a transcript");
    report.assert_passed();
}
