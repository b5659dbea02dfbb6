//! The pages, flows and intents of an agent, as far as they are known, and their forms.

use serde_json::Value;

use super::place::{END_SESSION, Place, PlaceError, START_PAGE, symbol};
use crate::emulator::turn::{DEFAULT_START_FLOW, id_of};
use crate::nearest::nearest;
use crate::protocol::names::{FlowName, IntentName, PageName};
use crate::protocol::{Message, ResponseMessage, Text};

/// What is known of an agent.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Pages {
    /// Whether there is nothing else: then other names are refused.
    pub complete: bool,
    /// Its pages, without the start pages.
    pub pages: Vec<Page>,
    /// Its flows.
    pub flows: Vec<Named>,
    /// Its intents.
    pub intents: Vec<KnownIntent>,
}

/// A thing with an id and a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The id that resource names end with.
    pub id: String,
    /// The display name.
    pub display_name: String,
}

/// An intent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownIntent {
    /// The id that resource names end with.
    pub id: String,
    /// The display name.
    pub display_name: String,
    /// Its parameters; `None` if they are not known.
    pub parameters: Option<Vec<String>>,
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Page {
    /// The display name of its flow; empty for the default start flow.
    pub flow: String,
    /// Its id; empty for one made of the display name.
    pub id: String,
    /// Its display name.
    pub display_name: String,
    /// Its form's parameters, in order.
    pub form: Vec<FormParameter>,
}

/// A parameter that a page's form collects.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct FormParameter {
    /// Its display name.
    pub display_name: String,
    /// Whether the agent asks for it.
    pub required: bool,
    /// What an optional one has when nobody gives a value.
    pub default: Option<Value>,
    /// What asks for it.
    pub prompt: Vec<ResponseMessage>,
    /// What asks again after a webhook called the value invalid; if empty, `prompt` does.
    pub invalid: Vec<ResponseMessage>,
}

impl Page {
    /// A page of the default start flow without a form.
    #[must_use]
    pub fn new(display_name: impl Into<String>) -> Self {
        Self { display_name: display_name.into(), ..Self::default() }
    }

    fn id(&self) -> String {
        if self.id.is_empty() { id_of(&self.display_name, &[], "") } else { self.id.clone() }
    }
}

impl FormParameter {
    /// A required parameter that nothing asks for.
    #[must_use]
    pub fn required(display_name: impl Into<String>) -> Self {
        Self { display_name: display_name.into(), required: true, ..Self::default() }
    }
}

/// A text of one variant as a message.
pub(crate) fn text_message(text: impl Into<String>) -> ResponseMessage {
    ResponseMessage {
        message: Some(Message::Text(Text { text: vec![text.into()], ..Text::default() })),
        ..ResponseMessage::default()
    }
}

const DEFAULT_FLOW: &str = "Default Start Flow";

impl Pages {
    /// The form of a page; `None` if the page is not known.
    pub(super) fn form(&self, place: &Place) -> Option<&[FormParameter]> {
        self.known(place).map(|page| page.form.as_slice())
    }

    fn known(&self, place: &Place) -> Option<&Page> {
        self.pages.iter().find(|page| {
            same(self.flow_of(page), &place.flow)
                && (page.id() == place.page_id || same(&page.display_name, &place.page))
        })
    }

    fn flow_of<'p>(&self, page: &'p Page) -> &'p str {
        if page.flow.is_empty() { DEFAULT_FLOW } else { &page.flow }
    }

    /// The start page of a flow that is named by its id, display name or whole name.
    pub(super) fn start_of(&self, flow: &str) -> Result<Place, PlaceError> {
        let named = |id: &str, name: &str| Place {
            flow_id: id.to_owned(),
            flow: name.to_owned(),
            page_id: START_PAGE.to_owned(),
            page: "Start Page".to_owned(),
        };
        let (flow, whole) = match flow.starts_with("projects/") {
            true => (flow.parse::<FlowName>()?.flow, true),
            false => (flow.to_owned(), false),
        };
        if flow.is_empty() || same(&flow, DEFAULT_FLOW) || flow == DEFAULT_START_FLOW {
            return Ok(named(DEFAULT_START_FLOW, DEFAULT_FLOW));
        }
        let known = self.flows.iter().find(|known| known.id == flow || same(&known.display_name, &flow));
        if let Some(known) = known {
            return Ok(named(&known.id, &known.display_name));
        }
        let id = id_of(&flow, &[], "");
        // A flow that only pages mention.
        let mentioned = self.pages.iter().map(|page| page.flow.as_str());
        let mentioned = mentioned.into_iter().find(|name| same(name, &flow) || id_of(name, &[], "") == flow);
        match mentioned.filter(|name| !name.is_empty()) {
            Some(name) => Ok(named(&id, name)),
            None if self.complete => Err(PlaceError::UnknownFlow {
                nearest: nearest(&flow, self.flows.iter().map(|known| known.display_name.as_str()))
                    .map(str::to_owned),
                name: flow,
            }),
            None if whole => Ok(named(&flow, &flow)),
            None => Ok(named(&id, &flow)),
        }
    }

    /// A page that is named by its display name, id or whole name, seen from `here`.
    pub(super) fn page(&self, name: &str, here: &Place) -> Result<Place, PlaceError> {
        if name.starts_with("projects/") {
            let PageName { flow, page, .. } = name.parse()?;
            let start = self.start_of(&flow)?;
            return match self.page_of(&page, start) {
                Ok(place) => Ok(place),
                Err(_) if self.complete && symbol(&page).is_none() => Err(self.unknown_page(&page)),
                Err(start) => Ok(Place { page: page.clone(), page_id: page, ..start }),
            };
        }
        let start = Place { page_id: START_PAGE.to_owned(), page: "Start Page".to_owned(), ..here.clone() };
        let start = match self.page_of(name, start) {
            Ok(place) => return Ok(place),
            Err(start) => start,
        };
        let elsewhere: Vec<&Page> = self
            .pages
            .iter()
            .filter(|page| same(&page.display_name, name) || (!page.id.is_empty() && page.id == name))
            .collect();
        match elsewhere.as_slice() {
            [page] => {
                let start = self.start_of(self.flow_of(page))?;
                Ok(Place { page: page.display_name.clone(), page_id: page.id(), ..start })
            }
            [] if self.complete && symbol(name).is_none() => Err(self.unknown_page(name)),
            [] => Ok(Place { page: name.to_owned(), page_id: id_of(name, &[], ""), ..start }),
            several => Err(PlaceError::Ambiguous {
                name: name.to_owned(),
                flows: several.iter().map(|page| self.flow_of(page).to_owned()).collect(),
            }),
        }
    }

    fn unknown_page(&self, name: &str) -> PlaceError {
        let near = nearest(name, self.pages.iter().map(|page| page.display_name.as_str()));
        PlaceError::UnknownPage { name: name.to_owned(), nearest: near.map(str::to_owned) }
    }

    /// A page of the flow whose start page this is; the start page back if there is none.
    fn page_of(&self, name: &str, start: Place) -> Result<Place, Place> {
        let found = self.pages.iter().find(|page| {
            same(self.flow_of(page), &start.flow) && (same(&page.display_name, name) || page.id() == name)
        });
        if let Some(page) = found {
            return Ok(Place { page: page.display_name.clone(), page_id: page.id(), ..start });
        }
        match symbol(name) {
            Some(START_PAGE) => Ok(start),
            Some(END_SESSION) => {
                Ok(Place { page: "End Session".to_owned(), page_id: END_SESSION.to_owned(), ..start })
            }
            _ => Err(start),
        }
    }

    /// An intent by its display name, id or whole name.
    pub(super) fn intent(&self, name: &str) -> Result<KnownIntent, PlaceError> {
        let id = match name.starts_with("projects/") {
            true => name.parse::<IntentName>()?.intent,
            false => name.to_owned(),
        };
        let known = self.intents.iter().find(|known| known.id == id || same(&known.display_name, &id));
        match known {
            Some(known) => Ok(known.clone()),
            None if self.complete => Err(PlaceError::UnknownIntent {
                nearest: nearest(&id, self.intents.iter().map(|known| known.display_name.as_str()))
                    .map(str::to_owned),
                name: id,
            }),
            None if id != name => Ok(KnownIntent { display_name: id.clone(), id, parameters: None }),
            None => {
                let id = id_of(&id, &["Default Welcome Intent"], DEFAULT_START_FLOW);
                Ok(KnownIntent { id, display_name: name.to_owned(), parameters: None })
            }
        }
    }
}

/// Whether two display names are one: nobody should have to match their letter case.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || one.to_lowercase() == other.to_lowercase()
}
