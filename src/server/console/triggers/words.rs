//! How fields, operators and conditions are read by people.

use crate::console::triggers::form::FieldChoice;
use crate::delivery::rules::Kind;
use crate::delivery::told::placeholders::Known;
use crate::zendesk::rule::{Condition, Operator, PARAMS, Type, fields};
use crate::zendesk::template::text_of;

/// `params.order_id is A-1`.
pub(super) fn condition(one: &Condition) -> String {
    let operator = operator(one.operator);
    match one.operator.takes_value() {
        true => format!("{} {operator} {}", one.field, text_of(&one.value)),
        false => format!("{} {operator}", one.field),
    }
}

/// As it is read.
pub(super) fn operator(operator: Operator) -> String {
    match operator {
        Operator::Present => "is present".to_owned(),
        Operator::NotPresent => "is not present".to_owned(),
        Operator::Changed => "is changed by the reply".to_owned(),
        Operator::NotChanged => "is not changed by the reply".to_owned(),
        other => other.as_str().replace('_', " "),
    }
}

/// Every operator, as it is written and as it is read.
pub(super) fn operators() -> Vec<(&'static str, String)> {
    let all = Operator::WORDS.iter().filter_map(|word| Some((*word, Operator::of_word(word)?)));
    all.map(|(word, known)| (word, operator(known))).collect()
}

/// The fields to choose from.
pub(super) fn choices(kind: Kind) -> Vec<FieldChoice> {
    let choice = |name: &'static str, text: &str, of: Type| FieldChoice {
        name,
        text: text.to_owned(),
        operators: of.operators().iter().map(|one| one.as_str()).collect::<Vec<_>>().join(" "),
        choices: match of {
            Type::Word(words) | Type::Words(words) => words,
            Type::Text | Type::Number | Type::Minutes | Type::Any => &[],
        },
        help: help(name),
    };
    let mut all: Vec<_> = fields(kind).iter().map(|(name, of)| choice(name, name, *of)).collect();
    if kind == Kind::Trigger {
        all.push(choice(PARAMS, "params.…", Type::Any));
    }
    all
}

fn help(field: &str) -> &'static str {
    match field {
        "tag" => "the tag",
        "intent" => "the intent matched last: display name, or whole name",
        "page" => "the current page: display name, id, or whole name",
        "flow" => "its flow: id, or whole name",
        "agent" => "the agent: id, or whole name",
        "environment" => "the environment’s id; draft where the session names none",
        "session" => "the session: id, or whole name",
        "channel" => "of the request’s payload, or of the first message that is for one",
        "language" => "the language code",
        "input" => "what the user did",
        "sentiment" => "the score, from -1 (bad) to 1 (good)",
        "outcome" => "what came of the call, such as replied or apologised",
        "failure" => "the code of a failure, also of one that the agent did not hear of",
        "status" => "the HTTP status of the answer",
        "message" => "the kinds of messages that are said",
        "minutes_since_last_call" => "since the session’s last call",
        "minutes_since_handoff" => "since it was first handed over to a person",
        "minutes_since_failure" => "since a call of it failed last",
        "calls" => "how many calls it had",
        "state" => "whether the conversation is over",
        PARAMS => "a session parameter as the reply sets it, else as it was; city.name looks into it",
        _ => "",
    }
}

/// The placeholders to choose from.
pub(super) fn placeholders(kind: Kind) -> Vec<String> {
    let below: &[&str] = match kind {
        Kind::Trigger => &["params.NAME", "handoff.metadata.NAME"],
        Kind::Automation => &[],
    };
    let mut all: Vec<String> = Known(kind).names().chain(below.iter().copied()).map(str::to_owned).collect();
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_says_what_it_is_and_takes_some_operators() {
        for kind in [Kind::Trigger, Kind::Automation] {
            for choice in choices(kind) {
                assert!(!choice.help.is_empty() && !choice.operators.is_empty(), "{choice:?}");
            }
        }
        assert_eq!(operators().len(), Operator::WORDS.len());
        let known = placeholders(Kind::Trigger);
        assert!(known.iter().any(|name| name == "params.NAME") && known.contains(&"tag".to_owned()));
        assert!(!placeholders(Kind::Automation).iter().any(|name| name.starts_with("params")));
    }
}
