//! Where the conversation is, what the user did, and in which language.

use std::fmt::Display;
use std::ops::Deref;
use std::str::FromStr;

use super::{FromCall, Needs, OptionalFromCall, Rejection};
use crate::error::Result;
use crate::fulfillment::Call;
use crate::protocol::names::{FlowName, NameError, PageName, SessionName};
use crate::protocol::{IntentInfo, LanguageInfo, Query, ResponseMessage, SentimentAnalysisResult};

/// Declares a text that is empty when the request does not have it.
macro_rules! text_input {
    ($(#[$meta:meta])* $name:ident, $read:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(pub String);

        impl FromCall for $name {
            async fn from_call(call: &Call) -> Result<Self> {
                Ok(Self(call.envelope().$read().into_owned()))
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

text_input!(
    /// The fulfillment's tag.
    Tag,
    tag
);

/// The languages of the turn.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Language {
    /// As the caller of the agent wrote it, such as `en` or `pt-BR`; empty if the request has none.
    pub code: String,
    /// What the agent detected, if it did.
    pub detected: Option<LanguageInfo>,
}

impl FromCall for Language {
    async fn from_call(call: &Call) -> Result<Self> {
        let detected = call.envelope().language_info().map_err(Rejection::from)?;
        Ok(Self { code: call.envelope().language_code().into_owned(), detected })
    }
}

/// Declares an input that is a resource's name, absent when its field is empty.
macro_rules! name_input {
    ($(#[$meta:meta])* $input:ident($name:ty), $wanted:literal, $field:literal, $read:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $input(pub $name);

        impl Deref for $input {
            type Target = $name;

            fn deref(&self) -> &$name {
                &self.0
            }
        }

        impl FromCall for $input {
            async fn from_call(call: &Call) -> Result<Self> {
                let absent = Rejection::Absent { wanted: $wanted, field: $field };
                Ok(Self::optional_from_call(call).await?.ok_or(absent)?)
            }

            fn needs(needs: &mut Needs) {
                needs.conversation($wanted);
            }
        }

        impl OptionalFromCall for $input {
            async fn optional_from_call(call: &Call) -> Result<Option<Self>> {
                Ok(parse_name($field, &call.envelope().$read())?.map(Self))
            }
        }
    };
}

fn parse_name<N: FromStr<Err = NameError>>(
    field: &'static str,
    name: &str,
) -> std::result::Result<Option<N>, Rejection> {
    if name.is_empty() {
        return Ok(None);
    }
    name.parse().map(Some).map_err(|error| Rejection::Name { field, error })
}

name_input!(
    /// The session: project, location, agent, environment and session id.
    Session(SessionName), "a session", "sessionInfo.session", session
);

/// The current page.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// Its name; the page may be symbolic, such as `START_PAGE`.
    pub name: PageName,
    /// Its display name; empty in some requests.
    pub display_name: String,
}

impl FromCall for Page {
    async fn from_call(call: &Call) -> Result<Self> {
        let absent = Rejection::Absent { wanted: "a page", field: "pageInfo.currentPage" };
        Ok(Self::optional_from_call(call).await?.ok_or(absent)?)
    }

    fn needs(needs: &mut Needs) {
        needs.conversation("a page");
    }
}

impl OptionalFromCall for Page {
    async fn optional_from_call(call: &Call) -> Result<Option<Self>> {
        let envelope = call.envelope();
        let name = parse_name("pageInfo.currentPage", &envelope.current_page())?;
        Ok(name.map(|name| Self { name, display_name: envelope.page_display_name().into_owned() }))
    }
}

/// The flow of the current page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow(pub FlowName);

impl Deref for Flow {
    type Target = FlowName;

    fn deref(&self) -> &FlowName {
        &self.0
    }
}

impl FromCall for Flow {
    async fn from_call(call: &Call) -> Result<Self> {
        Ok(Self(Page::from_call(call).await?.name.flow_name()))
    }

    fn needs(needs: &mut Needs) {
        needs.conversation("a page");
    }
}

impl OptionalFromCall for Flow {
    async fn optional_from_call(call: &Call) -> Result<Option<Self>> {
        Ok(Page::optional_from_call(call).await?.map(|page| Self(page.name.flow_name())))
    }
}

/// Declares an input that is a message of the request.
macro_rules! message_input {
    ($(#[$meta:meta])* $input:ident($message:ty), $wanted:literal, $field:literal, $read:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $input(pub $message);

        impl Deref for $input {
            type Target = $message;

            fn deref(&self) -> &$message {
                &self.0
            }
        }

        impl FromCall for $input {
            async fn from_call(call: &Call) -> Result<Self> {
                let absent = Rejection::Absent { wanted: $wanted, field: $field };
                Ok(Self::optional_from_call(call).await?.ok_or(absent)?)
            }

            fn needs(needs: &mut Needs) {
                needs.conversation($wanted);
            }
        }

        impl OptionalFromCall for $input {
            async fn optional_from_call(call: &Call) -> Result<Option<Self>> {
                Ok(call.envelope().$read().map_err(Rejection::from)?.map(Self))
            }
        }
    };
}

message_input!(
    /// The intent matched last.
    Intent(IntentInfo), "a matched intent", "intentInfo", intent_info
);
message_input!(
    /// How the user feels, when the agent measures it.
    Sentiment(SentimentAnalysisResult), "a sentiment", "sentimentAnalysisResult", sentiment
);

/// What the user did in this turn.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Utterance {
    /// Wrote this text.
    Text(String),
    /// Said this.
    Transcript(String),
    /// Pressed these keys of a phone.
    Dtmf(String),
    /// Nothing: this event was raised.
    Event(String),
    /// Nothing: this intent was named.
    Intent(String),
}

impl Utterance {
    /// The user's words or keys; `None` for events and named intents.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Text(words) | Self::Transcript(words) | Self::Dtmf(words) => Some(words),
            Self::Event(_) | Self::Intent(_) => None,
        }
    }
}

impl FromCall for Utterance {
    async fn from_call(call: &Call) -> Result<Self> {
        let absent = Rejection::Absent {
            wanted: "an utterance",
            field: "text, transcript, dtmfDigits, triggerEvent or triggerIntent",
        };
        Ok(Self::optional_from_call(call).await?.ok_or(absent)?)
    }

    fn needs(needs: &mut Needs) {
        needs.conversation("an utterance");
    }
}

impl OptionalFromCall for Utterance {
    async fn optional_from_call(call: &Call) -> Result<Option<Self>> {
        Ok(call.envelope().query().map(|query| match query {
            Query::Text(text) => Self::Text(text),
            Query::Transcript(text) => Self::Transcript(text),
            Query::DtmfDigits(digits) => Self::Dtmf(digits),
            Query::TriggerEvent(event) => Self::Event(event),
            Query::TriggerIntent(intent) => Self::Intent(intent),
        }))
    }
}

/// What the agent has queued for the user in this turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Messages(pub Vec<ResponseMessage>);

impl FromCall for Messages {
    async fn from_call(call: &Call) -> Result<Self> {
        Ok(Self(call.envelope().messages().map_err(Rejection::from)?))
    }
}
