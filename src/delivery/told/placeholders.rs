//! What placeholders of templates stand for: the members of an event.
//!
//! Whoever renders a body or parameters about something that happened gives the event's envelope, as
//! rules have it; the names are those of `docs/triggers.md`.

use std::borrow::Cow;

use serde_json::Value;

use crate::delivery::rules::Kind;
use crate::nearest::nearest;
use crate::protocol::decode::same_name;
use crate::zendesk::template::{Names, Values};

/// Names, and where in the envelope their values stand: those of every rule.
const KNOWN: &[(&str, &str)] = &[
    ("account.id", "/account_id"),
    ("event.id", "/id"),
    ("event.time", "/time"),
    ("rule.id", "/rule/id"),
    ("rule.title", "/rule/title"),
    ("conversation.agent", "/detail/agent"),
    ("conversation.environment", "/detail/environment"),
    ("session.id", "/detail/id"),
    ("session.name", "/detail/session"),
];

/// Those of triggers, which are about a turn.
const TURN: &[(&str, &str)] = &[
    ("channel", "/event/channel"),
    ("flow.id", "/event/flow/id"),
    ("flow.name", "/event/flow/name"),
    ("handoff.by", "/event/by"),
    ("intent.name", "/event/intent/name"),
    ("intent.display_name", "/event/intent/display_name"),
    ("intent.confidence", "/event/intent/confidence"),
    ("input.kind", "/event/input/kind"),
    ("input.utterance", "/event/input/utterance"),
    ("invocation.id", "/event/invocation_id"),
    ("language", "/event/language"),
    ("page.name", "/event/page/name"),
    ("page.display_name", "/event/page/display_name"),
    ("reply.code", "/event/code"),
    ("reply.outcome", "/event/outcome"),
    ("reply.status", "/event/status"),
    ("reply.took_ms", "/event/took_ms"),
    ("response.id", "/event/response_id"),
    ("sentiment.score", "/event/sentiment/score"),
    ("sentiment.magnitude", "/event/sentiment/magnitude"),
    ("tag", "/event/tag"),
];

/// Those of automations, which are about what is known of a conversation.
const CONVERSATION: &[(&str, &str)] = &[
    ("conversation.started_at", "/event/started_at"),
    ("conversation.last_call_at", "/event/last_call_at"),
    ("conversation.calls", "/event/calls"),
    ("conversation.handed_off_at", "/event/handed_off_at"),
    ("conversation.failed_at", "/event/failed_at"),
];

/// What more names of triggers begin with, and where their values stand: parameters, and the metadata of a
/// handoff. What a reply sets comes before what was there.
const BELOW: &[(&str, &[&str])] = &[
    ("params.", &["/event/set/values", "/event/parameters/values"]),
    ("handoff.metadata.", &["/event/metadata/values"]),
];

/// The placeholders that rules of a kind have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known(pub(crate) Kind);

/// The placeholders of something that happened, by its envelope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OfEvent<'e>(pub(crate) &'e Value);

impl Known {
    /// Those with a name of their own; triggers have parameters and the metadata of handoffs besides.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        let own = match self.0 {
            Kind::Trigger => TURN,
            Kind::Automation => CONVERSATION,
        };
        KNOWN.iter().chain(own).map(|(name, _)| *name)
    }
}

impl Names for Known {
    fn knows(&self, name: &str) -> bool {
        let is_below =
            |(prefix, _): &(&str, _)| name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty());
        self.names().any(|known| known == name) || self.0 == Kind::Trigger && BELOW.iter().any(is_below)
    }

    fn nearest(&self, name: &str) -> Option<String> {
        nearest(name, self.names()).map(str::to_owned)
    }
}

impl Values for OfEvent<'_> {
    fn value(&self, name: &str) -> Option<Cow<'_, Value>> {
        let mut known = KNOWN.iter().chain(TURN).chain(CONVERSATION);
        if let Some((_, place)) = known.find(|(known, _)| *known == name) {
            return self.0.pointer(place).map(Cow::Borrowed);
        }
        let (rest, places) =
            BELOW.iter().find_map(|(prefix, places)| Some((name.strip_prefix(prefix)?, *places)))?;
        places.iter().find_map(|place| below(self.0.pointer(place)?, rest)).map(Cow::Borrowed)
    }
}

/// The member of this name, else what the part before a dot has below it. Case does not matter, as it
/// does not for parameters.
fn below<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let members = value.as_object()?;
    let member =
        |name: &str| members.iter().find(|(known, _)| same_name(known, name)).map(|(_, value)| value);
    member(path).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        below(member(first)?, rest)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::zendesk::template::{Form, Template};

    #[test]
    fn names_lead_into_the_event() {
        let event = json!({
            "id": "01E", "type": "rejoinder:event-type:conversation.turn", "time": "2026-11-26T00:00:00Z",
            "detail": { "id": "s\"1", "agent": "projects/p/locations/l/agents/a" },
            "event": {
                "tag": "order", "page": { "display_name": "Start" },
                "parameters": { "names": ["size", "city"], "values": { "Size": 1.0, "city": { "name": "Oslo" } } },
                "set": { "names": ["size"], "values": { "size": 2.0 } },
            },
        });
        let text = r#"{"s": "{{session.id}}", "n": {{params.size}}, "c": "{{params.city.name}}", "t": "{{tag}}/{{page.display_name}}", "none": {{params.phone}}}"#;
        let rendered = Template::parse(text, Form::Json, &Known(Kind::Trigger))
            .expect("a template")
            .render(&OfEvent(&event));
        let expected = r#"{"s": "s\"1", "n": 2, "c": "Oslo", "t": "order/Start", "none": null}"#;
        assert_eq!(rendered.as_deref(), Ok(expected));
    }

    #[test]
    fn unknown_names_are_told_with_the_nearest() {
        let of = |kind, text: &str| {
            Template::parse(text, Form::Parameter, &Known(kind)).expect_err("unknown").to_string()
        };
        let told = |text: &str| of(Kind::Trigger, text);
        let expected = "line 1, column 1: there is no placeholder `sesion.id`; did you mean `session.id`?";
        assert_eq!(told("{{sesion.id}}"), expected);
        assert_eq!(told("{{params.}}"), "line 1, column 1: there is no placeholder `params.`");
        // What is not known of a conversation, an automation cannot tell.
        for name in ["params.size", "tag", "handoff.metadata.queue"] {
            let text = of(Kind::Automation, &format!("{{{{{name}}}}}"));
            assert!(text.contains("there is no placeholder"), "{text}");
        }
    }
}
