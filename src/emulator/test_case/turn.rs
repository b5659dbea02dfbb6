//! One turn of a test case.

use super::judge::judge;
use super::report::{CaseTurn, Difference, DifferenceKind};
use crate::emulator::agent::{AgentInput, AgentSession, AgentTurnError, Otherwise};
use crate::emulator::counterpart::Counterpart;
use crate::emulator::package::{TestConfig, TestInputValue, TestTurn};
use crate::protocol::inspect::Finding;

/// The code of findings about what cannot be executed.
const SKIPPED: &str = "skipped";

/// Plays it, and compares what came of it with what was recorded.
pub(super) async fn play<C: Counterpart>(
    session: &mut AgentSession,
    index: usize,
    recorded: &TestTurn,
    config: &TestConfig,
    counterpart: &C,
) -> CaseTurn {
    let mut turn = CaseTurn {
        number: index + 1,
        said: said(&recorded.user_input.input),
        differences: Vec::new(),
        skipped: Vec::new(),
        notes: Vec::new(),
    };
    match Box::pin(session.play(&input(recorded), counterpart)).await {
        Ok(reaction) => {
            turn.differences = judge(&recorded.virtual_agent_output, config, session, &reaction);
            let told = |finding: &Finding| match finding.place.as_str() {
                "" => finding.message.clone(),
                place => format!("{place}: {}", finding.message),
            };
            let (skipped, notes): (Vec<&Finding>, Vec<&Finding>) =
                reaction.findings.iter().partition(|finding| finding.code == SKIPPED);
            turn.skipped = skipped.into_iter().map(told).collect();
            let failures = reaction.calls.iter().filter_map(|call| {
                let failure = call.verdict.failure.as_ref()?;
                Some(format!("{} of {}: {}: {}", call.tag, call.webhook, failure.event, failure.reason))
            });
            turn.notes = failures.chain(notes.into_iter().map(told)).collect();
        }
        Err(error) => {
            let kind = match &error {
                AgentTurnError::Call(_) => DifferenceKind::Unavailable,
                _ => DifferenceKind::Turn,
            };
            turn.differences.push(Difference {
                kind,
                about: "turn".to_owned(),
                expected: String::new(),
                found: error.to_string(),
            });
        }
    }
    turn
}

/// What the user did, with what the recording knows about it.
fn input(recorded: &TestTurn) -> AgentInput {
    let (given, output) = (&recorded.user_input, &recorded.virtual_agent_output);
    let mut input = match &given.input {
        TestInputValue::Text { text, .. } if !text.trim().is_empty() => AgentInput::text(text),
        TestInputValue::Event { event } => AgentInput::event(event),
        TestInputValue::Dtmf { digits, finish_digit } => AgentInput::dtmf(format!("{digits}{finish_digit}")),
        _ => AgentInput::silence(),
    };
    if let TestInputValue::Text { language_code, .. } = &given.input {
        input.language = Some(language_code.clone()).filter(|code| !code.is_empty());
    }
    input.parameters = given.injected_parameters.clone();
    input.webhooks = given.is_webhook_enabled;
    let intent = Some(output.triggered_intent.name.clone()).filter(|name| !name.is_empty());
    input.otherwise(Otherwise { intent, values: output.session_parameters.clone() })
}

/// What the user did, in a few words.
fn said(input: &TestInputValue) -> String {
    match input {
        TestInputValue::Text { text, .. } => format!("{text:?}"),
        TestInputValue::Event { event } => format!("event {event}"),
        TestInputValue::Dtmf { digits, .. } => format!("keys {digits}"),
        _ => "silence".to_owned(),
    }
}
