//! What is said in a turn: chosen, put together, and sent at its end.

use serde_json::{Map, Value};

use super::Turn;
use crate::emulator::Counterpart;
use crate::emulator::agent::plan::{Say, Saying};
use crate::emulator::agent::{Source, Uttered, same_language};
use crate::emulator::session::text_message;
use crate::emulator::verdict::Said;
use crate::flexible::{Document, Problem, Scope, Template};
use crate::outbound::Chance;
use crate::protocol::{EndInteraction, Message, ResponseMessage, ResponseType};

/// The most messages of a turn.
const MOST: usize = 1000;

/// What waits to be said.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Vec<Waiting>,
}

/// A message that waits.
#[derive(Debug)]
struct Waiting {
    what: What,
    origin: Source,
    place: String,
    channel: String,
}

#[derive(Debug)]
enum What {
    /// Variants of a text, and which one is said.
    Texts(Vec<Template>, usize),
    Other(Document),
    /// What a webhook or the platform said, as it is.
    Said(Box<Said>),
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// A webhook says something else instead.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }
}

impl What {
    /// Puts in what has a value by now.
    fn settle(&mut self, scope: &Scope<'_>, problems: &mut Vec<Problem>) {
        match self {
            Self::Texts(variants, _) => {
                variants.iter_mut().for_each(|variant| *variant = variant.settle(scope, problems));
            }
            Self::Other(document) => *document = document.settle(scope, problems),
            Self::Said(_) => {}
        }
    }

    /// The message and its variants. What has no value stays as it is written.
    fn message(&self, scope: &Scope<'_>) -> Option<(ResponseMessage, Vec<String>)> {
        let mut problems = Vec::new();
        match self {
            Self::Texts(variants, chosen) => {
                let texts: Vec<String> =
                    variants.iter().map(|variant| variant.render(scope, &mut problems)).collect();
                Some((text_message(texts.get(*chosen)?.as_str()), texts))
            }
            Self::Other(document) => {
                let whole = document.text(scope, &mut problems)?;
                Some((serde_json::from_value(whole).ok()?, Vec::new()))
            }
            Self::Said(said) => {
                let whole = Map::from_iter([(said.kind.to_owned(), said.content.clone())]);
                Some((serde_json::from_value(Value::Object(whole)).ok()?, Vec::new()))
            }
        }
    }
}

impl<C: Counterpart> Turn<'_, C> {
    /// The messages of these that are for the language and channel of the turn (E-43, E-44).
    pub(super) fn audible<'s>(&self, says: impl Iterator<Item = &'s Say> + Clone) -> Vec<&'s Say> {
        let of = |language: &String| -> Vec<&'s Say> {
            says.clone()
                .filter(|say| say.language.is_empty() || same_language(&say.language, language))
                .collect()
        };
        let found = self.languages.iter().map(of).find(|says| !says.is_empty()).unwrap_or_default();
        let channel = &self.session.start.channel;
        let named = !channel.is_empty() && found.iter().any(|say| say.channel == *channel);
        let wanted = if named { channel.as_str() } else { "" };
        found.into_iter().filter(|say| say.channel == wanted).collect()
    }

    /// Queues a message; its references are resolved later.
    pub(super) fn say(&mut self, say: &Say, origin: Source, place: &str) {
        let what = match &say.saying {
            Saying::Texts(variants) => What::Texts(variants.clone(), self.choose(variants.len())),
            Saying::Other(document) => What::Other(document.clone()),
        };
        self.queue(Waiting { what, origin, place: place.to_owned(), channel: say.channel.clone() });
    }

    /// Queues what a webhook said.
    pub(super) fn say_as_is(&mut self, said: &Said, place: &str) {
        let (what, channel) = (What::Said(Box::new(said.clone())), said.channel.clone());
        self.queue(Waiting { what, origin: Source::Webhook, place: place.to_owned(), channel });
    }

    /// Queues the platform's own message at the end of a session.
    pub(super) fn say_goodbye(&mut self) {
        let message = Message::EndInteraction(EndInteraction::default());
        let sent = ResponseMessage { message: Some(message), ..ResponseMessage::default() };
        if let Some(said) = Said::of(&sent, &Chance::seeded(0)) {
            let what = What::Said(Box::new(said));
            let (origin, place) = (Source::Platform, "end of the session".to_owned());
            self.queue(Waiting { what, origin, place, channel: String::new() });
        }
    }

    fn queue(&mut self, waiting: Waiting) {
        if self.queue.len() < MOST {
            self.queue.waiting.push(waiting);
        } else {
            self.note("too_many_messages", &waiting.place, format!("a turn has at most {MOST} messages"));
        }
    }

    /// Which of so many variants is said: the first one, unless there is a seed (E-45).
    fn choose(&self, variants: usize) -> usize {
        if self.session.start.seed == 0 {
            return 0;
        }
        let drawn = self.world.chance.fraction() * variants as f64;
        (drawn as usize).min(variants.saturating_sub(1))
    }

    /// Resolves the references of what is queued from the `from`th message on.
    pub(super) fn settle(&mut self, from: usize) {
        let mut problems = Vec::new();
        let mut queue = std::mem::take(&mut self.queue);
        let view = self.view();
        let scope = self.scope(&view);
        for waiting in queue.waiting.iter_mut().skip(from) {
            let mut met = Vec::new();
            waiting.what.settle(&scope, &mut met);
            problems.extend(met.into_iter().map(|problem| (waiting.place.clone(), problem)));
        }
        self.queue = queue;
        for (place, problem) in problems {
            // What has no value yet is tried again at the end.
            if !matches!(problem, Problem::Unresolved { .. }) {
                self.problems(&[problem], &place);
            }
        }
    }

    /// What is queued, as a request shows it.
    pub(super) fn queued(&self) -> Vec<ResponseMessage> {
        let view = self.view();
        let scope = self.scope(&view);
        let message = |waiting: &Waiting| {
            let (message, _) = waiting.what.message(&scope)?;
            let response_type = match waiting.origin {
                Source::Entry => ResponseType::EntryPrompt,
                Source::Prompt | Source::Reprompt => ResponseType::ParameterPrompt,
                Source::Route | Source::Event => ResponseType::HandlerPrompt,
                Source::Webhook | Source::Platform => ResponseType::Unspecified,
            };
            Some(ResponseMessage { response_type, channel: waiting.channel.clone(), ..message })
        };
        self.queue.waiting.iter().filter_map(message).collect()
    }

    /// What the user gets, and what is for other channels. What had no value is tried once more (E-41).
    pub(super) fn uttered(&mut self) -> (Vec<Uttered>, Vec<Uttered>) {
        let queue = std::mem::take(&mut self.queue);
        let (mut messages, mut withheld, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        let view = self.view();
        let scope = self.scope(&view);
        for mut waiting in queue.waiting {
            let mut met = Vec::new();
            waiting.what.settle(&scope, &mut met);
            problems.extend(met.into_iter().map(|problem| (waiting.place.clone(), problem)));
            let Some((message, variants)) = waiting.what.message(&scope) else {
                problems.push((waiting.place, Problem::TooLong { limit: crate::flexible::LARGEST_DOCUMENT }));
                continue;
            };
            let Some(said) = (match waiting.what {
                What::Said(said) => Some(*said),
                _ => Said::of(&message, &Chance::seeded(0)),
            }) else {
                continue;
            };
            let is_heard = waiting.origin != Source::Webhook
                || said.channel.is_empty()
                || said.channel == self.session.start.channel;
            let variants = if variants.is_empty() { of_webhook(&said) } else { variants };
            let uttered = Uttered { said, origin: waiting.origin, place: waiting.place, variants };
            if is_heard { messages.push(uttered) } else { withheld.push(uttered) }
        }
        for (place, problem) in problems {
            self.problems(&[problem], &place);
        }
        (messages, withheld)
    }
}

/// The variants of a text that a webhook sent.
fn of_webhook(said: &Said) -> Vec<String> {
    let variants = said.content.get("text").and_then(Value::as_array).filter(|_| said.kind == "text");
    match variants {
        Some(variants) => variants.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None => said.said.iter().cloned().collect(),
    }
}
