//! Test cases: conversations that an agent's export has recorded, held again.
//!
//! [`play`] gives an executed agent what the user said then, and compares page and flow, intent, tracked
//! parameters and texts with what was recorded. Where a text is no phrase of an intent in scope, the
//! recorded turn says which intent it was, or what the asked parameter got. Texts are compared apart: an
//! agent is often edited after its test cases were recorded.

mod judge;
mod report;
mod turn;

use std::sync::Arc;
use std::time::Instant;

use super::agent::{Agent, AgentSession};
use super::counterpart::Counterpart;
use super::package::{TestCase, TestInputValue};
use super::session::Start;

pub use report::{CaseOutcome, CaseReport, CaseTurn, Difference, DifferenceKind};

/// The most turns of a test case that are played.
pub const MOST_TURNS: usize = 1000;

/// Plays a test case from its beginning to its end, or to the first turn that is not as it was recorded.
///
/// `start` is what the session begins with, but for flow, page and language, which the test case says.
pub async fn play<C: Counterpart>(
    agent: &Arc<Agent>,
    case: &TestCase,
    start: &Start,
    counterpart: &C,
) -> CaseReport {
    let begun = Instant::now();
    let mut report = CaseReport::new(case);
    let start = Start {
        flow: named(&case.test_config.flow),
        page: named(&case.test_config.page),
        language: language(case).unwrap_or_else(|| start.language.clone()),
        ..start.clone()
    };
    let mut session = match AgentSession::new(Arc::clone(agent), start) {
        Ok(session) => session,
        Err(error) => {
            report.outcome = CaseOutcome::Skipped(format!("it begins where nothing is: {error}"));
            return report;
        }
    };
    let mut inexecutable = Vec::new();
    for (index, recorded) in case.test_case_conversation_turns.iter().take(MOST_TURNS).enumerate() {
        let turn = Box::pin(turn::play(&mut session, index, recorded, &case.test_config, counterpart)).await;
        inexecutable.extend(turn.inexecutable());
        let goes_on = turn.goes_on();
        report.turns.push(turn);
        if !goes_on {
            break;
        }
    }
    report.left = case.test_case_conversation_turns.len() - report.turns.len();
    report.outcome = CaseOutcome::of(&report.turns, &inexecutable);
    report.took = begun.elapsed();
    report
}

fn named(name: &str) -> Option<String> {
    Some(name.to_owned()).filter(|name| !name.is_empty())
}

/// The language that the case, or else its first turn, says.
fn language(case: &TestCase) -> Option<String> {
    let of_turns = case.test_case_conversation_turns.iter().filter_map(|turn| match &turn.user_input.input {
        TestInputValue::Text { language_code, .. } => named(language_code),
        _ => None,
    });
    named(&case.language_code).or_else(|| of_turns.into_iter().next())
}
