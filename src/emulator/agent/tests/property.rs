//! Any agent, any user: no panic, no turn without end.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::written::{Asks, MAIN, Piece, Sheet, Written, agent, page};
use super::{AgentInput, AgentTurnError, Talk, act, ask, event, on, options, when};
use crate::emulator::package::check::{Finding, Served, Severity};

const FLOWS: [&str; 3] = [MAIN, "F", "G"];
const PAGES: [&str; 3] = ["A", "B", "C"];
const TAGS: [&str; 3] = ["one", "two", "three"];
const SYMBOLS: [&str; 8] = [
    "Start Page",
    "Current Page",
    "Previous Page",
    "End Flow",
    "End Flow With Failure",
    "End Flow With Cancellation",
    "End Flow With Human Escalation",
    "End Session",
];
const CONDITIONS: [&str; 10] = [
    "true",
    "$session.params.x = 1",
    "$session.params.x != null",
    "$flow.n < 3",
    "NOT ($session.params.x = 1) AND true",
    "$page.params.status = \"FINAL\"",
    "$page.params.a.status = \"UPDATED\"",
    "$sys.func.RAND() < 0.5",
    "$intent.params.p = null OR $session.params.a : e",
    "$sys.func.LEN($session.params.x) > 2",
];
const EVENTS: [&str; 7] = [
    "alarm",
    "sys.no-match-1",
    "sys.no-match-default",
    "sys.no-input-default",
    "sys.invalid-parameter",
    "webhook.error",
    "flow-failed",
];

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!(1)),
        Just(json!("$session.params.x$session.params.a")),
        Just(json!("$sys.func.ADD($flow.n, 1)")),
        Just(json!(["$session.params.x", { "y": "$flow.n" }])),
        Just(json!("$sys.func.TO_NUMBER($session.params.a)")),
    ]
}

/// What a fulfillment does.
fn doing(piece: Piece) -> impl Strategy<Value = Piece> {
    let preset = (prop_oneof![Just("x"), Just("a"), Just("$flow.n"), Just("b")], value());
    let parts = (
        prop::option::weighted(0.6, Just("said $session.params.x and $flow.n")),
        prop::collection::vec(preset, 0..3),
        prop::option::weighted(0.3, prop::sample::select(&TAGS)),
        prop::option::weighted(0.2, prop::sample::select(&CONDITIONS)),
    );
    parts.prop_map(move |(says, presets, calls, case)| {
        let mut piece = piece.clone();
        piece = says.map_or(piece.clone(), |text| piece.clone().says(text));
        piece = presets.into_iter().fold(piece, |piece, (name, value)| piece.sets(name, value));
        piece = calls.map_or(piece.clone(), |tag| piece.clone().calls(tag));
        case.map_or(piece.clone(), |case| piece.clone().cases(&[(case, "if"), ("", "else")]))
    })
}

/// And where it leads.
fn leading(piece: Piece) -> impl Strategy<Value = Piece> {
    let target = prop_oneof![
        3 => Just(None),
        3 => prop::sample::select(&PAGES).prop_map(|name| Some((true, name))),
        2 => prop::sample::select(&SYMBOLS).prop_map(|name| Some((true, name))),
        1 => prop::sample::select(&FLOWS).prop_map(|name| Some((false, name))),
    ];
    (doing(piece), target).prop_map(|(piece, target)| match target {
        None => piece,
        Some((true, page)) => piece.to(page),
        Some((false, flow)) => piece.to_flow(flow),
    })
}

fn route() -> impl Strategy<Value = Piece> {
    prop_oneof![
        prop::sample::select(&["go", "yes", "no"]).prop_flat_map(|name| leading(on(name))),
        prop::sample::select(&CONDITIONS).prop_flat_map(|condition| leading(when(condition))),
        prop::sample::select(&CONDITIONS).prop_flat_map(|condition| leading(on("go").and(condition))),
    ]
}

fn handler() -> impl Strategy<Value = Piece> {
    prop::sample::select(&EVENTS).prop_flat_map(|name| leading(event(name)))
}

fn parameter() -> impl Strategy<Value = Asks> {
    let parts = (
        prop_oneof![Just("a"), Just("b")],
        any::<(bool, bool)>(),
        doing(act()),
        prop::collection::vec(handler(), 0..2),
    );
    parts.prop_map(|(name, (required, strict), prompt, handlers)| {
        let asks = ask(name).prompt(&prompt).with("required", required);
        let asks = if strict { asks.strict() } else { asks };
        handlers.iter().fold(asks, |asks, handler| asks.reprompt(handler))
    })
}

fn sheet(is_page: bool) -> impl Strategy<Value = Sheet> {
    let parts = (
        doing(act()),
        prop::collection::vec(parameter(), 0..2),
        prop::collection::vec(route(), 0..4),
        prop::collection::vec(handler(), 0..3),
    );
    parts.prop_map(move |(entry, form, routes, handlers)| {
        let mut sheet = page();
        if is_page {
            sheet = form.into_iter().take(1).fold(sheet.entry(&entry), Sheet::ask);
        }
        sheet = routes.iter().fold(sheet, Sheet::route);
        handlers.iter().fold(sheet, Sheet::event)
    })
}

fn written() -> impl Strategy<Value = Written> {
    let flow = || (sheet(false), prop::collection::vec(sheet(true), 3));
    prop::collection::vec(flow(), 3).prop_map(|flows| {
        let mut written = agent();
        for (name, (own, pages)) in FLOWS.iter().zip(flows) {
            written = written.flow_with(name, |_| own);
            for (page, sheet) in PAGES.iter().zip(pages) {
                written = written.page_of(name, page, sheet);
            }
        }
        written
    })
}

fn answer() -> impl Strategy<Value = (u16, Value)> {
    let there = "projects/example-project/locations/global/agents/example-agent/flows";
    let form = json!([{ "displayName": "a", "required": true, "state": "INVALID" }]);
    let filled = json!([{ "displayName": "a", "value": "filled" }]);
    prop_oneof![
        Just((200, json!({}))),
        Just((500, json!({}))),
        Just((200, json!({ "sessionInfo": { "parameters": { "x": "xxx", "a": null } } }))),
        Just((200, json!({ "pageInfo": { "formInfo": { "parameterInfo": form } } }))),
        Just((200, json!({ "pageInfo": { "formInfo": { "parameterInfo": filled } } }))),
        Just((200, json!({ "targetPage": format!("{there}/F/pages/A") }))),
        Just((200, json!({ "targetPage": format!("{there}/F/pages/PREVIOUS_PAGE") }))),
        Just((200, json!({ "targetFlow": format!("{there}/G") }))),
        Just((200, json!({ "targetPage": format!("{there}/X/pages/Y") }))),
        Just((
            200,
            json!({ "fulfillmentResponse": { "mergeBehavior": "REPLACE",
            "messages": [{ "text": { "text": ["instead"] } }] } })
        )),
    ]
}

fn input() -> impl Strategy<Value = AgentInput> {
    prop_oneof![
        4 => prop::sample::select(&["go", "yes", "no", "hm", "", "$session.params.x"]).prop_map(AgentInput::text),
        1 => Just(AgentInput::event("alarm")),
        1 => Just(AgentInput::silence()),
        1 => Just(AgentInput::dtmf("1#")),
        1 => Just(AgentInput::intent("go")),
        1 => Just(AgentInput::text("hm").value("a", json!(["v"]))),
        1 => Just(AgentInput::event("none").parameter("x", 1)),
        1 => ".{0,300}".prop_map(AgentInput::text),
    ]
}

fn survive(mut talk: Talk, inputs: &[AgentInput]) {
    for input in inputs {
        let before = talk.session.state();
        match talk.try_turn(input) {
            Ok(reaction) => {
                assert!(reaction.messages.len() <= 1000);
                assert!(reaction.calls.len() <= 1000 && reaction.trail.len() <= 5000);
                serde_json::to_string(&talk.session.state()).expect("JSON");
            }
            Err(error) => {
                match &error {
                    AgentTurnError::Cycle { trail } => assert!(!trail.is_empty() && trail.len() <= 100),
                    AgentTurnError::TooManyTransitions { limit, trail } => assert!(trail.len() == limit + 1),
                    AgentTurnError::Input(_) => {}
                    AgentTurnError::Call(_) => panic!("{error}"),
                }
                assert!(!error.to_string().is_empty());
                assert_eq!(talk.session.state(), before);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_agent_that_check_accepts_runs_within_its_bounds(
        written in written(),
        answers in prop::collection::vec(answer(), 3),
        inputs in prop::collection::vec(input(), 1..12),
        settings in any::<(bool, bool, bool)>(),
    ) {
        // Nobody serves the tags here, and the handlers are anyhow; everything else is as it should be.
        const ANYHOW: [&str; 2] = ["tag_unserved", "error_handler_calls_webhook"];
        let report = written.package().check(&Served::default());
        let is_wrong = |one: &&Finding| one.severity == Severity::Error && !ANYHOW.contains(&one.code);
        let wrong = report.findings.iter().find(is_wrong);
        prop_assert!(wrong.is_none(), "{wrong:?}");
        let mut talk = options(&written, |options| {
            (options.conditions_on_events, options.enter_previous_page, options.prefer_intents) = settings;
        });
        talk.webhooks.0 = TAGS.iter().map(|tag| (*tag).to_owned()).zip(answers).collect();
        survive(talk, &inputs);
    }
}
