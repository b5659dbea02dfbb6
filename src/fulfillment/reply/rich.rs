//! Rich content for Dialogflow Messenger: cards, lists, buttons, chips.
//!
//! It travels as a custom payload, so it does nothing on other integrations.
//!
//! ```
//! use rejoinder::Reply;
//! use rejoinder::rich::{Button, Chip, Chips, Info, RichContent};
//!
//! let content = RichContent::new()
//!     .card([
//!         Info::new("Order 42").subtitle("Shipped").into(),
//!         Button::new("Track it").link("https://shop.example/42").into(),
//!     ])
//!     .card([Chips::new([Chip::new("Thanks"), Chip::new("Help")]).into()]);
//! let reply = Reply::text("Here it is.").custom_payload(content);
//! ```

use serde::Serialize;
use serde_json::Value;

/// A stack of cards; each holds elements that are shown as one.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RichContent {
    rich_content: Vec<Vec<Element>>,
}

impl RichContent {
    /// No cards yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a card of these elements.
    #[must_use]
    pub fn card(mut self, elements: impl IntoIterator<Item = Element>) -> Self {
        self.rich_content.push(elements.into_iter().collect());
        self
    }
}

/// What a card is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Element {
    /// A title card.
    Info(Info),
    /// Lines of text under a title.
    Description(Description),
    /// A picture.
    Image(Image),
    /// A button.
    Button(Button),
    /// An entry of a list.
    List(ListItem),
    /// A line between two entries of a list.
    Divider,
    /// A title that opens to show a text.
    Accordion(Accordion),
    /// Suggestions to tap.
    Chips(Chips),
}

macro_rules! elements {
    ($($variant:ident($type:ident)),*) => { $(
        impl From<$type> for Element {
            fn from(element: $type) -> Self {
                Self::$variant(element)
            }
        }
    )* };
}

elements!(
    Info(Info),
    Description(Description),
    Image(Image),
    Button(Button),
    List(ListItem),
    Accordion(Accordion),
    Chips(Chips)
);

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Picture {
    raw_url: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Anchor {
    href: String,
}

/// An event of the agent that an element raises when it is tapped.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Event {
    event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Value>,
}

/// Declares an element: what it must have, and what it may have.
macro_rules! element {
    (
        $(#[$meta:meta])* $name:ident { $($required:ident: String,)* }
        $($option:ident)*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $( $required: String, )*
            #[serde(skip_serializing_if = "Option::is_none")]
            subtitle: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            image: Option<Picture>,
            #[serde(skip_serializing_if = "Option::is_none")]
            anchor: Option<Anchor>,
            #[serde(skip_serializing_if = "Option::is_none")]
            event: Option<Event>,
        }

        impl $name {
            /// What it always has; the rest is added by name.
            pub fn new($( $required: impl Into<String> ),*) -> Self {
                Self { $( $required: $required.into(), )* ..Self::default() }
            }

            $( element!(@$option); )*
        }
    };
    (@subtitle) => {
        /// Adds a second line.
        #[must_use]
        pub fn subtitle(mut self, subtitle: impl Into<String>) -> Self {
            self.subtitle = Some(subtitle.into());
            self
        }
    };
    (@image) => {
        /// Adds a picture, at a public address.
        #[must_use]
        pub fn image(mut self, url: impl Into<String>) -> Self {
            self.image = Some(Picture { raw_url: url.into() });
            self
        }
    };
    (@link) => {
        /// Opens this address when tapped.
        #[must_use]
        pub fn link(mut self, url: impl Into<String>) -> Self {
            self.anchor = Some(Anchor { href: url.into() });
            self
        }
    };
    (@event) => {
        /// Raises this event of the agent when tapped.
        #[must_use]
        pub fn event(mut self, event: impl Into<String>) -> Self {
            self.event = Some(Event { event: event.into(), parameters: None });
            self
        }

        /// Raises this event when tapped, with parameters (a JSON object).
        #[must_use]
        pub fn event_with(mut self, event: impl Into<String>, parameters: Value) -> Self {
            self.event = Some(Event { event: event.into(), parameters: Some(parameters) });
            self
        }
    };
}

element!(
    /// A title card that can be tapped.
    Info { title: String, }
    subtitle image link
);
element!(
    /// A button that opens an address or raises an event.
    Button { text: String, }
    link event
);
element!(
    /// An entry of a list.
    ListItem { title: String, }
    subtitle link event
);
element!(
    /// A title that opens to show a text.
    Accordion { title: String, text: String, }
    subtitle image
);
element!(
    /// A suggestion to tap: its text is sent as if the user had typed it, unless it has a link.
    Chip { text: String, }
    image link
);

/// Lines of text under a title.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Description {
    title: String,
    text: Vec<String>,
}

impl Description {
    /// These lines, all shown, under a title.
    pub fn new<T: Into<String>>(title: impl Into<String>, lines: impl IntoIterator<Item = T>) -> Self {
        Self { title: title.into(), text: lines.into_iter().map(Into::into).collect() }
    }
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    raw_url: String,
    accessibility_text: String,
}

impl Image {
    /// The picture at a public address, and what it shows, for those who cannot see it.
    pub fn new(url: impl Into<String>, accessibility_text: impl Into<String>) -> Self {
        Self { raw_url: url.into(), accessibility_text: accessibility_text.into() }
    }
}

/// Suggestions to tap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chips {
    options: Vec<Chip>,
}

impl Chips {
    /// These suggestions.
    pub fn new(options: impl IntoIterator<Item = Chip>) -> Self {
        Self { options: options.into_iter().collect() }
    }
}
