//! What an executed agent does, as what any session does.

use serde_json::Value;

use super::dialogue::short;
use crate::emulator::agent::{AgentReaction, MatchType, Source, Uttered};
use crate::emulator::session::{Origin, Place, Reaction, Spoken};

impl Reaction {
    /// Of an agent that was at `before`.
    #[must_use]
    pub fn of_agent(reaction: AgentReaction, before: &Place) -> Self {
        let meaning = meaning(&reaction);
        let failures = reaction.calls.iter().filter_map(|call| call.verdict.failure.clone());
        let failures: Vec<_> = failures.collect();
        let findings = reaction.calls.iter().flat_map(|call| call.verdict.findings.clone());
        let findings = findings.chain(reaction.findings.iter().cloned()).collect();
        Self {
            messages: reaction.messages.into_iter().filter(is_said).map(spoken).collect(),
            withheld: reaction.withheld.into_iter().map(spoken).collect(),
            replaced: 0,
            set: reaction.set,
            cleared: reaction.cleared,
            parameters: reaction.parameters,
            flow_parameters: reaction.flow_parameters,
            form: reaction.form,
            events: failures.iter().map(|failure| failure.event.to_owned()).collect(),
            failure: failures.into_iter().next(),
            moved: reaction.place != *before,
            place: reaction.place,
            payload: reaction.payloads.into_iter().next_back(),
            findings,
            notes: reaction.calls.iter().flat_map(|call| call.notes.clone()).collect(),
            latency: reaction.calls.iter().map(|call| call.latency).reduce(|one, other| one + other),
            meaning: Some(meaning),
            calls: reaction.calls.iter().map(|call| format!("{} of {}", call.tag, call.webhook)).collect(),
        }
    }
}

/// What an input was taken for, in words.
fn meaning(reaction: &AgentReaction) -> String {
    let intent = || {
        let intent = reaction.intent.as_ref()?;
        let values = intent.parameters.iter().map(|(name, value)| format!(" {name}={}", short(value)));
        Some(format!("#{}{}", intent.name, values.collect::<String>()))
    };
    let filled = || {
        let values = reaction.filled.iter().map(|(name, value)| format!("{name}={}", short(value)));
        values.collect::<Vec<_>>().join(" ")
    };
    match reaction.match_type {
        MatchType::ParameterFilling => filled(),
        MatchType::Intent | MatchType::DirectIntent => intent().unwrap_or_else(|| "an intent".to_owned()),
        MatchType::Event => "an event".to_owned(),
        MatchType::NoInput => "no input".to_owned(),
        MatchType::NoMatch => "no match".to_owned(),
    }
}

/// The platform's own message that the session is over; the page says it, too.
fn is_said(uttered: &Uttered) -> bool {
    uttered.said.kind != "endInteraction"
}

fn spoken(uttered: Uttered) -> Spoken {
    let Uttered { mut said, origin, variants, .. } = uttered;
    // Of a text's variants any may be expected.
    if let (true, Some(members)) = (said.kind == "text", said.content.as_object_mut()) {
        members.insert("text".to_owned(), variants.into_iter().map(Value::from).collect());
    }
    let origin = match origin {
        Source::Prompt | Source::Reprompt => Origin::Prompt,
        Source::Webhook => Origin::Webhook,
        _ => Origin::Agent,
    };
    Spoken { said, origin }
}
