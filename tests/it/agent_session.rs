//! The order-status agent, executed without the platform: its own test cases against the demo, turn by turn.

use std::sync::Arc;

use rejoinder::config::{Config, Sources};
use rejoinder::emulator::agent::{
    Agent, AgentInput, AgentOptions, AgentReaction, AgentSession, MatchType, Otherwise,
};
use rejoinder::emulator::package::{AgentPackage, TestCase, TestInputValue};
use rejoinder::emulator::{Caller, Options, Start};
use rejoinder::protocol::decode::same_name;

use crate::kit::Served;
use crate::kit::package::agent as fixture;

struct Talk {
    session: AgentSession,
    webhook: Caller,
    runtime: tokio::runtime::Runtime,
}

impl Talk {
    fn new(agent: &Arc<Agent>, server: &Served, start: Start) -> Self {
        let config = Config::load(&Sources::default()).expect("settings");
        let url = format!("http://{}/webhook", server.address).parse().expect("a URL");
        Self {
            session: AgentSession::new(Arc::clone(agent), start).expect("a start"),
            webhook: Caller::to_url(&url, &config, Options::default()).expect("a caller"),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
        }
    }

    #[track_caller]
    fn play(&mut self, input: &AgentInput) -> AgentReaction {
        let played = self.runtime.block_on(Box::pin(self.session.play(input, &self.webhook)));
        played.unwrap_or_else(|error| panic!("{error}"))
    }
}

fn agent() -> Arc<Agent> {
    let package = AgentPackage::read(fixture("order-status")).expect("a package");
    let agent = Agent::new(package, AgentOptions::default()).expect("an agent");
    assert_eq!(agent.findings(), []);
    Arc::new(agent)
}

/// Plays a recorded conversation, and compares each turn with what the platform is said to have done.
fn replay(case: &TestCase, talk: &mut Talk) {
    for (at, turn) in case.test_case_conversation_turns.iter().enumerate() {
        let output = &turn.virtual_agent_output;
        let TestInputValue::Text { text, .. } = &turn.user_input.input else { panic!("a text") };
        let intent = output.triggered_intent.name.clone();
        let otherwise = Otherwise {
            intent: Some(intent).filter(|name| !name.is_empty()),
            values: output.session_parameters.clone(),
        };
        let mut input = AgentInput::text(text.as_str()).otherwise(otherwise);
        input.webhooks = turn.user_input.is_webhook_enabled;
        // What a recording brought along for its intent; phrases with parts in them are not read here.
        let known = talk.session.agent().package().intent(&output.triggered_intent.name);
        for parameter in known.into_iter().flat_map(|intent| &intent.parameters) {
            let new = |name: &str| talk.session.value(name).is_none();
            let value = output.session_parameters.iter().find(|(name, _)| same_name(name, &parameter.id));
            if let Some((name, value)) = value.filter(|(name, _)| new(name)) {
                input = input.matching(&output.triggered_intent.name).value(name, value.clone());
            }
        }
        let reaction = talk.play(&input);
        let name = format!("{}, turn {}: {:#?}", case.display_name, at + 1, reaction.trail);
        let page = (&output.current_page.flow, &output.current_page.name);
        assert_eq!((&reaction.place.flow, &reaction.place.page), page, "{name}");
        let said = reaction.messages.iter().filter(|message| message.said.kind == "text");
        let said: Vec<_> = said.collect();
        assert_eq!(said.len(), output.text_responses.len(), "{name}");
        for (said, recorded) in said.iter().zip(&output.text_responses) {
            assert!(
                recorded.text.iter().any(|text| said.variants.contains(text)),
                "{said:?} {recorded:?}\n{name}"
            );
        }
        for (parameter, value) in &output.session_parameters {
            assert_eq!(reaction.parameter(parameter), Some(value), "{parameter} in {name}");
        }
    }
}

#[test]
fn the_order_status_agent_plays_its_test_cases_in_both_languages() {
    let server = Served::demo();
    let agent = agent();
    // The other one needs what only `rejoinder replay` knows.
    let cases = agent.package().test_cases.iter();
    let cases: Vec<_> = cases.filter(|case| case.test_config.tracking_parameters.is_empty()).collect();
    assert_eq!(cases.len(), 2);
    for case in cases {
        let start = Start { language: case.language_code.clone(), ..Start::default() };
        replay(case, &mut Talk::new(&agent, &server, start));
    }
}

#[test]
fn a_call_that_fails_is_handled_as_the_agent_says() {
    let server = Served::demo();
    let agent = agent();
    let mut talk = Talk::new(&agent, &server, Start::default());
    let url = "http://127.0.0.1:1/webhook".parse().expect("a URL");
    let config = Config::load(&Sources::default()).expect("settings");
    talk.webhook = Caller::to_url(&url, &config, Options::default()).expect("a caller");
    let reaction = talk.play(&AgentInput::text("?").matching("order.status").value("order_id", "A-1042"));
    assert_eq!((reaction.match_type, reaction.place.page.as_str()), (MatchType::Intent, "Collect order"));
    let reaction = talk.play(&AgentInput::text("Sam"));
    let failure = reaction.calls[0].verdict.failure.as_ref().expect("a failure");
    assert_eq!(failure.event, "webhook.error.not-found");
    assert!(reaction.trail.iter().any(|step| step.rule == "E-54"), "{:#?}", reaction.trail);
}
