//! Turns by the platform's rules.

use serde_json::json;

use std::time::Duration;

use super::*;
use crate::config::Sources;
use crate::emulator::Answer;
use crate::emulator::Verdict;
use crate::emulator::verdict::Circumstances;

const AGENT: &str = "projects/p/locations/global/agents/a";

fn config() -> Config {
    let environment = vec![("REJOINDER_AGENT__NAME".to_owned(), AGENT.to_owned())];
    Config::load(&Sources { environment, ..Sources::default() }).expect("settings")
}

fn orders() -> Pages {
    let parameter = |name: &str, prompt: &str| FormParameter {
        prompt: vec![text_message(prompt)],
        ..FormParameter::required(name)
    };
    let mut quantity = parameter("quantity", "How many of $session.params.size?");
    quantity.invalid = vec![text_message("That is too many.")];
    let form = vec![parameter("size", "Which size?"), quantity];
    let page = |flow: &str, name: &str| Page { flow: flow.to_owned(), ..Page::new(name) };
    Pages {
        pages: vec![
            Page { form, ..page("Orders", "Details") },
            page("Orders", "Confirm"),
            page("", "Welcome"),
        ],
        ..Pages::default()
    }
}

struct Talk(Session);

impl Talk {
    fn new(start: Start) -> Self {
        Self(Session::new(&config(), start, Arc::new(orders())).expect("a session"))
    }

    fn request(&mut self, input: &Input) -> Value {
        let request = self.0.begin(input).expect("an input").expect("a tag");
        serde_json::to_value(request).expect("JSON")
    }

    /// A turn whose call is answered with this.
    fn turn(&mut self, input: &Input, answer: &Value) -> Reaction {
        let request = self.0.begin(input).expect("an input").expect("a tag");
        let answer = Ok(Answer::new(200, answer.to_string()));
        let verdict = Verdict::standard(&answer, &Circumstances::new(&request, &Chance::seeded(0)));
        self.0.conclude(Some(&verdict), None, false)
    }

    fn at(&self) -> (&str, &str) {
        (&self.0.here.place.flow, &self.0.here.place.page)
    }
}

fn target(page: &str) -> Value {
    json!({ "targetPage": format!("{AGENT}/flows/Orders/pages/{page}") })
}

#[test]
fn parameters_are_merged_and_nulls_remove() {
    let mut talk = Talk::new(Start {
        parameters: json!({ "Size": "S", "gone": null }).as_object().expect("an object").clone(),
        ..Start::default()
    });
    let answer = json!({ "sessionInfo": { "parameters": { "size": "L", "color": "red", "none": null } } });
    let reaction = talk.turn(&Input::text("a").tag("t").parameter("order", 1), &answer);
    assert_eq!(json!(reaction.parameters), json!({ "Size": "L", "color": "red", "order": 1 }));
    let request = talk.request(&Input::text("b").tag("t").parameter("COLOR", Value::Null));
    assert_eq!(request["sessionInfo"]["parameters"], json!({ "Size": "L", "order": 1 }));
}

#[test]
fn a_session_is_one_and_each_turn_has_an_id_of_its_own() {
    let mut talk = Talk::new(Start { environment: Some("e1".to_owned()), ..Start::default() });
    let first = talk.request(&Input::text("a").tag("t"));
    let again = talk.request(&Input::none().tag("u").in_same_turn());
    let second = talk.request(&Input::dtmf("12").tag("t"));
    let session = first["sessionInfo"]["session"].as_str().expect("text");
    assert!(session.starts_with(&format!("{AGENT}/environments/e1/sessions/")), "{session}");
    assert_eq!(second["sessionInfo"]["session"], session);
    assert_eq!(first["detectIntentResponseId"], again["detectIntentResponseId"]);
    assert_ne!(first["detectIntentResponseId"], second["detectIntentResponseId"]);
    assert_eq!((&again["text"], &second["dtmfDigits"]), (&json!("a"), &json!("12")));
    let mut fresh = Talk::new(Start::default());
    assert_eq!(fresh.0.begin(&Input::none().tag("t").in_same_turn()), Err(SessionError::NoTurn));
}

#[test]
fn an_intent_stays_the_last_matched_one() {
    let mut talk = Talk::new(Start::default());
    let mut input = Input::text("two pizzas").matching("order.pizza").tag("t");
    let intent = input.intent.as_mut().expect("there");
    intent.parameters.insert("count".to_owned(), json!(2));
    intent.confidence = Some(0.75);
    let request = talk.request(&input);
    let expected = json!({ "lastMatchedIntent": format!("{AGENT}/intents/order-pizza"), "displayName": "order.pizza",
        "confidence": 0.75, "parameters": { "count": { "originalValue": "2", "resolvedValue": 2 } } });
    assert_eq!(request["intentInfo"], expected);
    assert_eq!(request["sessionInfo"]["parameters"], json!({ "count": 2 }));
    assert_eq!(talk.request(&Input::text("b").tag("t"))["intentInfo"], expected);
    let named = talk.request(&Input::intent("help").tag("t"));
    assert_eq!(named["triggerIntent"], format!("{AGENT}/intents/help"));
}

#[test]
fn messages_are_appended_or_replaced() {
    let say = |how: &str| json!({ "fulfillmentResponse": { "mergeBehavior": how, "messages": [{ "text": { "text": ["webhook"] } }] } });
    let mut talk = Talk::new(Start::default());
    let input = Input::text("a").tag("t").queued("agent");
    assert_eq!(talk.request(&input)["messages"], json!([{ "text": { "text": ["agent"] } }]));
    assert_eq!(talk.turn(&input, &say("APPEND")).texts(), ["agent", "webhook"]);
    let again = Input::none().tag("u").in_same_turn();
    assert_eq!(talk.request(&again)["messages"].as_array().map(Vec::len), Some(2));
    assert_eq!(talk.turn(&again, &say("MERGE_BEHAVIOR_UNSPECIFIED")).texts(), ["webhook"]);
    let replaced = talk.turn(&input, &say("REPLACE"));
    assert_eq!((replaced.texts(), replaced.replaced), (vec!["webhook"], 1));
}

#[test]
fn messages_of_other_channels_are_withheld() {
    let answer = json!({ "fulfillmentResponse": { "messages": [
        { "text": { "text": ["all"] } }, { "text": { "text": ["one"] }, "channel": "DF_MESSENGER" }] } });
    let mut talk = Talk::new(Start::default());
    let reaction = talk.turn(&Input::text("a").tag("t"), &answer);
    assert_eq!((reaction.texts(), reaction.withheld.len()), (vec!["all"], 1));
    let mut talk = Talk::new(Start { channel: "DF_MESSENGER".to_owned(), ..Start::default() });
    assert_eq!(talk.turn(&Input::text("a").tag("t"), &answer).texts(), ["all", "one"]);
}

#[test]
fn a_form_is_asked_for_until_it_is_filled() {
    let mut talk = Talk::new(Start::default());
    let nothing = json!({});
    let entered = talk.turn(&Input::text("order").page("Details").tag("t"), &nothing);
    assert_eq!((talk.at(), entered.texts()), (("Orders", "Details"), vec!["Which size?"]));
    let size = talk.turn(&Input::text("L").fill("size", "L").tag("t"), &nothing);
    assert_eq!(size.texts(), ["How many of L?"]);
    let states = |reaction: &Reaction| {
        reaction.form.iter().map(|field| (field.state.as_str(), field.just_collected)).collect::<Vec<_>>()
    };
    assert_eq!(states(&size), [("FILLED", true), ("EMPTY", false)]);

    let refuse = json!({ "pageInfo": { "formInfo": { "parameterInfo": [
        { "displayName": "quantity", "required": true, "state": "INVALID" }] } },
        "sessionInfo": { "parameters": { "quantity": null } } });
    let request = talk.request(&Input::text("99").fill("quantity", 99).tag("t"));
    assert_eq!(
        request["pageInfo"]["formInfo"]["parameterInfo"],
        json!([
            { "displayName": "size", "required": true, "state": "FILLED", "value": "L" },
            { "displayName": "quantity", "required": true, "state": "FILLED", "value": 99, "justCollected": true },
        ])
    );
    assert_eq!(request["sessionInfo"]["parameters"], json!({ "quantity": 99, "size": "L" }));
    let refused = talk.turn(&Input::text("99").fill("quantity", 99).tag("t"), &refuse);
    assert_eq!(refused.texts(), ["That is too many."]);
    assert_eq!(refused.events, ["sys.invalid-parameter"]);
    assert_eq!(states(&refused), [("FILLED", false), ("INVALID", true)]);
    assert_eq!(refused.form[1].value, Value::Null);
    let asked = talk.turn(&Input::text("what?").tag("t"), &nothing);
    assert_eq!(
        (asked.texts(), states(&asked)),
        (vec!["How many of L?"], vec![("FILLED", false), ("INVALID", false)])
    );
    let filled = talk.turn(&Input::text("2").fill("quantity", 2).tag("t"), &nothing);
    assert!(filled.texts().is_empty(), "{filled:?}");

    let error = talk.0.begin(&Input::text("x").fill("colour", "red")).expect_err("not in the form");
    assert_eq!(
        error.to_string(),
        "the form of the page \"Details\" has no parameter \"colour\"; it has size, quantity"
    );
}

#[test]
fn a_webhook_fills_and_unasks_parameters() {
    let mut talk = Talk::new(Start::default());
    let fill = json!({ "pageInfo": { "formInfo": { "parameterInfo": [
        { "displayName": "size", "value": "M" }, { "displayName": "unknown", "value": 1 }] } } });
    let reaction = talk.turn(&Input::text("a").page("Details").tag("t"), &fill);
    assert_eq!(reaction.texts(), ["How many of M?"]);
    assert_eq!(reaction.parameter("size"), Some(&json!("M")));
    assert_eq!(reaction.parameter("unknown"), None);
}

#[test]
fn leaving_a_page_forgets_its_form_and_the_session_fills_it_again() {
    let mut talk = Talk::new(Start::default());
    let input = Input::text("a").flow("Orders").page("Details").tag("t").fill("size", "L");
    talk.turn(&input, &target("Confirm"));
    assert_eq!(talk.at(), ("Orders", "Confirm"));
    assert!(talk.0.form().is_empty());
    let back = talk.turn(&Input::text("b").tag("t"), &target("Details"));
    assert_eq!(back.texts(), ["How many of L?"]);
    assert_eq!((back.form[0].state, back.form[0].just_collected), (FieldState::Filled, false));
    // Nulled by the agent, it is asked for again, also where the form stands.
    let asked = talk.turn(&Input::text("c").tag("t").parameter("size", Value::Null), &json!({}));
    assert_eq!(asked.texts(), ["Which size?"]);
    // Nulled by the webhook alone, the form stays as it is.
    talk.turn(&Input::text("L").fill("size", "L").tag("t"), &json!({}));
    let kept =
        talk.turn(&Input::text("d").tag("t"), &json!({ "sessionInfo": { "parameters": { "size": null } } }));
    assert_eq!((kept.parameter("size"), kept.form[0].state), (None, FieldState::Filled));
}

#[test]
fn symbolic_targets_move_as_they_say() {
    let mut talk = Talk::new(Start::default());
    let turn = |talk: &mut Talk, page: &str| talk.turn(&Input::text("x").tag("t"), &target(page));
    talk.turn(&Input::text("a").page("Details").tag("t").fill("size", "L"), &target("Confirm"));
    turn(&mut talk, "PREVIOUS_PAGE");
    assert_eq!((talk.at(), talk.0.form()[0].state), (("Orders", "Details"), FieldState::Filled));
    turn(&mut talk, "CURRENT_PAGE");
    assert_eq!(talk.at(), ("Orders", "Details"));
    turn(&mut talk, "START_PAGE");
    assert_eq!(talk.at(), ("Orders", "Start Page"));
    // The default flow called this one.
    let failed = turn(&mut talk, "END_FLOW_WITH_FAILURE");
    assert_eq!(
        (talk.at(), failed.events),
        (("Default Start Flow", "Start Page"), vec!["flow-failed".to_owned()])
    );
    let ended = turn(&mut talk, "END_FLOW");
    assert_eq!((talk.at().1, ended.parameter("size")), ("End Session", Some(&json!("L"))));
    let next = talk.request(&Input::text("again").tag("t"));
    assert_eq!(next["sessionInfo"].get("parameters"), None);
    assert_eq!(
        (talk.at(), &next["pageInfo"]["displayName"]),
        (("Default Start Flow", "Start Page"), &json!("Start Page"))
    );
}

#[test]
fn pages_keep_the_names_that_transcripts_give_them() {
    let mut talk = Talk::new(Start::default());
    let input = Input::text("a").flow("My flow").page("Pick a size").tag("t");
    let page = |page: &str| json!({ "targetPage": format!("{AGENT}/flows/My-flow/pages/{page}") });
    let stays = talk.turn(&input, &page("Pick-a-size"));
    assert_eq!((talk.at(), stays.notes.len()), (("My flow", "Pick a size"), 0), "{stays:?}");
    talk.turn(&Input::text("b").tag("t"), &page("other"));
    let back = talk.turn(&Input::text("c").tag("t"), &page("Pick-a-size"));
    assert!(back.place.is_page("Pick a size") && back.place.is_page("Pick-a-size") && back.moved);
    assert_eq!(talk.at(), ("My flow", "Pick a size"));
}

#[test]
fn flows_wait_for_those_they_call() {
    let mut talk = Talk::new(Start { page: Some("Welcome".to_owned()), ..Start::default() });
    let flow = |name: &str| json!({ "targetFlow": format!("{AGENT}/flows/{name}") });
    let moved = talk.turn(&Input::text("a").tag("t"), &flow("Orders"));
    assert!(moved.moved && moved.place.is_flow("Orders") && moved.place.is_page("Start Page"), "{moved:?}");
    talk.turn(&Input::text("b").page("Details").tag("t").fill("size", "L"), &flow("Help"));
    assert_eq!(talk.at(), ("Help", "Start Page"));
    let end = json!({ "targetPage": format!("{AGENT}/flows/Help/pages/END_FLOW") });
    let back = talk.turn(&Input::text("c").tag("t"), &end);
    assert_eq!((talk.at(), back.form[0].state), (("Orders", "Details"), FieldState::Filled));
    // The agent's own way back is a return, too.
    talk.turn(&Input::text("d").page("Welcome").tag("t"), &json!({}));
    assert_eq!((talk.at(), talk.0.stack.len()), (("Default Start Flow", "Welcome"), 0));
    let notes: Vec<String> = (0..27)
        .flat_map(|number| talk.turn(&Input::text("deep").tag("t"), &flow(&format!("F{number}"))).notes)
        .collect();
    assert_eq!((talk.0.stack.len(), notes.len()), (25, 2), "{notes:?}");
}

#[test]
fn what_leads_nowhere_is_told_and_changes_nothing() {
    let complete = Pages {
        complete: true,
        flows: vec![Named { id: "o".to_owned(), display_name: "Orders".to_owned() }],
        ..orders()
    };
    let mut talk = Talk(Session::new(&config(), Start::default(), Arc::new(complete)).expect("a session"));
    for (input, told) in [
        (
            Input::text("a").page("Detials").parameter("x", 1),
            "the agent has no page \"Detials\"; did you mean \"Details\"?",
        ),
        (Input::text("a").flow("Order"), "the agent has no flow \"Order\"; did you mean \"Orders\"?"),
        (Input::intent("help"), "the agent has no intent \"help\""),
        (
            Input::text("a").page("projects/x"),
            "\"projects/x\" is no name of a page; expected projects/P/locations/L/agents/A/flows/F/pages/P",
        ),
    ] {
        assert_eq!(talk.0.begin(&input).expect_err(told).to_string(), told);
        assert!(talk.0.parameters().is_empty());
    }
    let lost = talk
        .turn(&Input::text("a").tag("t"), &json!({ "targetPage": format!("{AGENT}/flows/o/pages/nowhere") }));
    assert_eq!(lost.notes, ["targetPage leads nowhere: the agent has no page \"nowhere\""]);
    let nowhere = talk.turn(&Input::text("a").tag("t"), &json!({ "targetPage": "nowhere" }));
    assert!(!nowhere.moved && nowhere.findings.len() == 1, "{nowhere:?}");
}

#[test]
fn a_failed_call_changes_nothing_but_raises_its_event() {
    let mut talk = Talk::new(Start::default());
    let request = talk.0.begin(&Input::text("a").tag("t").queued("wait")).expect("an input").expect("a tag");
    let answer = Ok(Answer::new(503, ""));
    let verdict = Verdict::standard(&answer, &Circumstances::new(&request, &Chance::seeded(0)));
    let reaction = talk.0.conclude(Some(&verdict), Some(Duration::from_millis(3)), false);
    assert_eq!(
        (reaction.texts(), reaction.events.clone()),
        (vec!["wait"], vec!["webhook.error.unavailable".to_owned()])
    );
    assert_eq!(reaction.failure.map(|failure| failure.code), Some("unavailable"));
}
