//! What is said and set at one place.

use serde_json::json;

use super::written::{agent, page};
use super::{AgentInput, Talk, act, ask, codes, event, on, said, when};
use crate::emulator::Start;
use crate::protocol::ResponseType;

fn text(text: &str, language: &str) -> serde_json::Value {
    json!({ "text": { "text": [text] }, "languageCode": language })
}

#[test]
fn e39_presets_are_done_one_after_the_other_before_anything_is_said_or_called() {
    let route = on("go")
        .says("$session.params.b of $flow.n")
        .calls("look")
        .sets("$flow.n", 1)
        .sets("$flow.n", "$sys.func.ADD($flow.n, 1)")
        .sets("$session.params.b", "b$flow.n")
        .sets("gone", json!(null));
    let mut talk = agent().route(route).talk();
    let reaction = talk.turn(&AgentInput::text("go").parameter("gone", 1));
    assert_eq!(said(&reaction), ["b2 of 2"]);
    let session = reaction.calls[0].request.session_info.as_ref().expect("a session");
    assert_eq!(session.parameters.get("b"), Some(&json!("b2")));
    assert_eq!((session.parameters.get("$flow.n"), session.parameters.get("gone")), (Some(&json!(2)), None));
}

#[test]
fn e40_cases_see_the_state_at_the_beginning_of_the_fulfillment() {
    let route = on("go")
        .sets("n", "$sys.func.ADD($session.params.n, 1)")
        .cases(&[("$session.params.n = 1", "it was one"), ("", "it was not")])
        .calls("look");
    let mut talk =
        agent().route(route).talk().answering("look", json!({ "sessionInfo": { "parameters": { "n": 1 } } }));
    assert_eq!(said(&talk.turn(&AgentInput::text("go").parameter("n", 1))), ["it was one"]);
}

#[test]
fn e41_plain_texts_see_the_presets_cases_the_answer_and_what_is_open_is_tried_at_the_end() {
    let route = on("go")
        .sets("a", "preset")
        .says("$session.params.a, $session.params.b")
        .cases(&[("true", "$session.params.a")])
        .calls("look");
    let mut talk = agent()
        .route(route)
        .talk()
        .answering("look", json!({ "sessionInfo": { "parameters": { "a": "answer", "b": "open" } } }));
    let reaction = talk.turn(&AgentInput::text("go"));
    assert_eq!(said(&reaction), ["preset, open", "answer"]);
    let shown = serde_json::to_value(&reaction.calls[0].request.messages).expect("JSON");
    assert_eq!(shown[0]["text"]["text"], json!(["preset, $session.params.b"]));
    assert_eq!(shown[1]["text"]["text"], json!(["preset"]));
}

#[test]
fn e42_plain_messages_come_before_conditional_ones_and_the_first_case_that_holds_wins() {
    let inner = json!({ "cases": [{ "condition": "false" }, { "caseContent": [{ "message": text("inner", "en") }] }] });
    let chain = json!({ "cases": [
        { "condition": "$session.params.x = 9", "caseContent": [{ "message": text("never", "en") }] },
        { "condition": "true", "caseContent": [{ "message": text("outer", "en") }, { "additionalCases": inner },
            { "message": text("outer again", "en") }] },
        { "caseContent": [{ "message": text("else", "en") }] },
    ] });
    let mut talk =
        agent().route(on("go").cases(&[("true", "first chain")]).chain(chain).says("plain")).talk();
    assert_eq!(talk.say("go"), ["plain", "first chain", "outer", "inner", "outer again"]);
}

#[test]
fn e43_messages_are_in_the_language_of_the_session_its_root_or_the_default_one() {
    let route = when("true")
        .sends(text("oi", "pt-br"))
        .sends(text("olá", "pt"))
        .sends(text("hello", "en"))
        .chain(json!({ "cases": [{ "caseContent": [
            { "message": text("bom", "pt") }, { "message": text("good", "en") }] }] }));
    let written = agent().route(route);
    for (language, expected) in [
        ("pt-BR", ["oi", "bom"]),
        ("pt-PT", ["olá", "bom"]),
        ("pt", ["olá", "bom"]),
        ("de", ["hello", "good"]),
        ("", ["hello", "good"]),
    ] {
        let start = Start { language: language.to_owned(), ..Start::default() };
        assert_eq!(Talk::with(&written, start).raise("any"), expected, "{language}");
    }
    let mut input = AgentInput::event("any");
    input.language = Some("pt".to_owned());
    assert_eq!(said(&written.talk().turn(&input)), ["olá", "bom"]);
}

#[test]
fn e44_messages_for_a_channel_are_said_on_it_alone_and_then_no_others() {
    let on_channel = |said: &str, channel: &str| json!({ "text": { "text": [said] }, "languageCode": "en", "channel": channel });
    let written =
        agent().route(when("true").says("for all").sends(on_channel("for phones", "PHONE")).calls("look"));
    let answer = json!({ "fulfillmentResponse": { "messages": [
        { "text": { "text": ["webhook"] } }, { "channel": "PHONE", "text": { "text": ["webhook, phones"] } }] } });
    for (channel, expected, withheld) in [
        ("", vec!["for all", "webhook"], 1),
        ("PHONE", vec!["for phones", "webhook", "webhook, phones"], 0),
        ("CHAT", vec!["for all", "webhook"], 1),
    ] {
        let start = Start { channel: channel.to_owned(), ..Start::default() };
        let reaction =
            Talk::with(&written, start).answering("look", answer.clone()).turn(&AgentInput::event("any"));
        assert_eq!(
            (said(&reaction), reaction.withheld.len()),
            (expected.into_iter().map(str::to_owned).collect(), withheld)
        );
    }
}

#[test]
fn e45_the_first_variant_is_said_or_the_one_that_the_seed_draws() {
    let variants = json!({ "text": { "text": ["a $session.params.x", "b", "c"] }, "languageCode": "en" });
    let written = agent().route(when("true").sends(variants));
    let reaction = written.talk().turn(&AgentInput::event("any").parameter("x", 1));
    assert_eq!(said(&reaction), ["a 1"]);
    assert_eq!(reaction.messages[0].variants, ["a 1", "b", "c"]);
    let drawn = |seed| {
        let mut talk = Talk::with(&written, Start { seed, ..Start::default() });
        (0..20).flat_map(|_| talk.raise("any")).collect::<Vec<_>>()
    };
    assert_eq!(drawn(7), drawn(7));
    assert!(drawn(7).iter().any(|said| said == "b") && drawn(7).iter().any(|said| said == "c"));
}

#[test]
fn e46_a_request_shows_what_is_queued_with_the_prompt_that_made_it() {
    let sheet =
        page().entry(&act().says("entry")).ask(ask("size").prompt(&act().says("prompt").calls("look")));
    let mut talk = agent().route(on("go").says("route").to("Form")).page("Form", sheet).talk();
    let reaction = talk.turn(&AgentInput::text("go"));
    let types: Vec<_> =
        reaction.calls[0].request.messages.iter().map(|message| &message.response_type).collect();
    assert_eq!(
        types,
        [&ResponseType::HandlerPrompt, &ResponseType::EntryPrompt, &ResponseType::ParameterPrompt]
    );
    assert!(codes(&reaction).is_empty());
    let mut ended = agent().event(event("bye").says("bye").to("End Session")).talk();
    let reaction = ended.turn(&AgentInput::event("bye"));
    let kinds: Vec<_> = reaction.messages.iter().map(|message| message.said.kind).collect();
    assert_eq!(kinds, ["text", "endInteraction"]);
}
