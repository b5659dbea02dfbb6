//! Who may send.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Receive, Secret, ZendeskSource};
use crate::zendesk::event::Event;

/// All sources, by their names.
#[derive(Debug)]
pub(super) struct Sources(HashMap<String, Source>);

/// One of them.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: Arc<str>,
    pub(super) secrets: Vec<Secret>,
    pub(super) freshness: Duration,
    pub(super) allows_test_secret: bool,
    pub(super) fan_out: bool,
    actors: Vec<String>,
    actor_ids: Vec<String>,
}

impl Sources {
    pub(super) fn new(settings: &Receive) -> Self {
        let sources = settings.zendesk.iter().map(|source| (source.name.clone(), Source::of(source)));
        Self(sources.collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&Source> {
        self.0.get(name)
    }
}

impl Source {
    fn of(settings: &ZendeskSource) -> Self {
        Self {
            name: settings.name.as_str().into(),
            secrets: settings.secrets.clone(),
            freshness: settings.freshness,
            allows_test_secret: settings.allow_test_secret,
            fan_out: settings.fan_out,
            actors: settings.ignore_actors.clone(),
            actor_ids: settings.ignore_actor_ids.clone(),
        }
    }

    /// Whether it was done by somebody who is left out.
    pub(super) fn ignores(&self, event: &Event) -> bool {
        if self.actors.is_empty() && self.actor_ids.is_empty() {
            return false;
        }
        let Some(actor) = event.actor() else { return false };
        let kind = actor.kind.is_some_and(|kind| self.actors.iter().any(|word| kind.is(word)));
        kind || actor.id.is_some_and(|id| self.actor_ids.iter().any(|known| id == *known.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_are_left_out_by_their_kind_or_their_id() {
        let source = Source {
            name: "support".into(),
            secrets: Vec::new(),
            freshness: Duration::ZERO,
            allows_test_secret: false,
            fan_out: false,
            actors: vec!["system".to_owned()],
            actor_ids: vec!["-1".to_owned(), "17".to_owned()],
        };
        for (body, ignored) in [
            (r#"{"event":{"actor":{"id":"zd:answerBot","type":"SYSTEM"}}}"#, true),
            (r#"{"event":{"actor":{"id":17,"type":"end_user"}}}"#, true),
            (r#"{"event":{"actor":{"id":18,"type":"end_user"}}}"#, false),
            (r#"{"event":{"comment":{"author":{"id":"17"}}},"detail":{"actor_id":"18"}}"#, true),
            (r#"{"event":{},"detail":{"actor_id":-1}}"#, true),
            (r#"{"event":{},"detail":{"actor_id":"18"}}"#, false),
            ("{}", false),
        ] {
            let event = Event::parse(body.as_bytes()).expect("an event");
            assert_eq!(source.ignores(&event), ignored, "{body}");
            let everybody = Source {
                actors: Vec::new(),
                actor_ids: Vec::new(),
                name: "all".into(),
                secrets: Vec::new(),
                ..source
            };
            assert!(!everybody.ignores(&event), "{body}");
        }
    }
}
