//! A request, checked once and read on demand.

use std::borrow::Cow;

use bytes::Bytes;
use bytestring::ByteString;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::decode::{self, DecodeError};
use super::field::MessageType;
use super::json::{Fault, Span, strict};
use super::schema::Slot;
use super::walk::{Found, Member, walk};
use super::{
    IntentInfo, LanguageInfo, PageInfo, ParameterInfo, ParseError, Query, ResponseMessage,
    SentimentAnalysisResult, WebhookRequest, build, schema_of, text_of,
};

/// A webhook request as it arrived: checked in one pass, decoded only where it is read.
///
/// Checked on arrival: grammar, UTF-8, at most 100 levels of nesting, numbers within a double,
/// and the types, duplicates and groups of every field that the platform defines. Duplicate names
/// and lone surrogates inside other values are refused when those values are read.
#[derive(Debug)]
pub struct Envelope {
    text: ByteString,
    found: Found,
    /// Whether a parameter that is the text of a number is read as one where one is wanted.
    loose: bool,
}

impl Envelope {
    /// Checks `body` and remembers where its fields stand.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn parse(body: &Bytes) -> Result<Self, ParseError> {
        let text = text_of(body)?;
        let mut found = Found::default();
        walk(&text, schema_of::<WebhookRequest>(), &mut found)
            .map_err(|fault| ParseError::new(&text, fault))?;
        Ok(Self { text, found, loose: false })
    }

    /// The same request, its parameters read as they come out of a query: everything there is text,
    /// so a number is wanted as well as a text.
    #[must_use]
    pub(crate) fn read_loosely(self) -> Self {
        Self { loose: true, ..self }
    }

    /// The body as it arrived.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        self.text.as_bytes()
    }

    /// `fulfillmentInfo.tag`; empty if absent.
    #[must_use]
    pub fn tag(&self) -> Cow<'_, str> {
        self.string(Slot::Tag)
    }

    /// The tag as a part of the body, which it keeps.
    pub(crate) fn shared_tag(&self) -> ByteString {
        match self.tag() {
            Cow::Borrowed(tag) => self.text.slice_ref(tag),
            Cow::Owned(tag) => tag.into(),
        }
    }

    /// `detectIntentResponseId`; empty if absent.
    #[must_use]
    pub fn detect_intent_response_id(&self) -> Cow<'_, str> {
        self.string(Slot::DetectIntentResponseId)
    }

    /// `sessionInfo.session`; empty if absent.
    #[must_use]
    pub fn session(&self) -> Cow<'_, str> {
        self.string(Slot::Session)
    }

    /// `languageCode`; empty if absent.
    #[must_use]
    pub fn language_code(&self) -> Cow<'_, str> {
        self.string(Slot::LanguageCode)
    }

    /// `pageInfo.currentPage`; empty if absent.
    #[must_use]
    pub fn current_page(&self) -> Cow<'_, str> {
        self.string(Slot::CurrentPage)
    }

    /// `pageInfo.displayName`; empty if absent.
    #[must_use]
    pub fn page_display_name(&self) -> Cow<'_, str> {
        self.string(Slot::PageDisplayName)
    }

    /// What the user did, if the request says so.
    #[must_use]
    pub fn query(&self) -> Option<Query> {
        let member: (Slot, fn(String) -> Query) = [
            (Slot::Text, Query::Text as fn(String) -> Query),
            (Slot::TriggerIntent, Query::TriggerIntent),
            (Slot::Transcript, Query::Transcript),
            (Slot::TriggerEvent, Query::TriggerEvent),
            (Slot::DtmfDigits, Query::DtmfDigits),
        ]
        .into_iter()
        .find(|(slot, _)| self.found.slot(*slot).is_some())?;
        Some(member.1(self.string(member.0).into_owned()))
    }

    /// One session parameter; names are compared without regard to case, as on the platform.
    ///
    /// # Errors
    ///
    /// If the request holds that name twice.
    pub fn parameter(&self, name: &str) -> Result<Option<RawValue<'_>>, DecodeError> {
        decode::member(&self.text, &self.found.parameters, name)
            .map(|value| value.map(|value| self.raw(value)))
    }

    /// The session parameters as a `T`, its field names compared without regard to case.
    ///
    /// # Errors
    ///
    /// The first parameter that is missing, doubled or of another type.
    pub fn parameters<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode::from_members(&self.text, &self.found.parameters, self.loose)
    }

    /// The session parameters' names and values, in the order they came.
    pub fn parameter_values(&self) -> impl Iterator<Item = (Cow<'_, str>, RawValue<'_>)> {
        self.found.parameters.iter().map(|Member { name, value }| {
            let name = strict::decode(&self.text, *name).unwrap_or_default();
            (name, self.raw(*value))
        })
    }

    /// `payload`: what the integration or the API caller passed along.
    #[must_use]
    pub fn payload(&self) -> Option<RawValue<'_>> {
        self.found.slot(Slot::Payload).map(|span| self.raw(span))
    }

    /// The form parameters of the page.
    ///
    /// # Errors
    ///
    /// Duplicate names or lone surrogates in them, as in the readers below.
    pub fn form_parameters(&self) -> Result<Option<Vec<ParameterInfo>>, ParseError> {
        self.list(Slot::FormParameters)
    }

    /// `messages`: what the agent has queued for the user.
    ///
    /// # Errors
    ///
    /// See [`form_parameters`](Self::form_parameters).
    pub fn messages(&self) -> Result<Vec<ResponseMessage>, ParseError> {
        self.list(Slot::Messages).map(Option::unwrap_or_default)
    }

    /// `messages` as they stand in the request, if they do.
    pub(crate) fn messages_text(&self) -> Option<&str> {
        self.found.slot(Slot::Messages).map(|span| span.of(&self.text))
    }

    /// `intentInfo`, if an intent has matched.
    ///
    /// # Errors
    ///
    /// See [`form_parameters`](Self::form_parameters).
    pub fn intent_info(&self) -> Result<Option<IntentInfo>, ParseError> {
        self.message_at(Slot::IntentInfo)
    }

    /// `pageInfo`.
    ///
    /// # Errors
    ///
    /// See [`form_parameters`](Self::form_parameters).
    pub fn page_info(&self) -> Result<Option<PageInfo>, ParseError> {
        self.message_at(Slot::PageInfo)
    }

    /// `sentimentAnalysisResult`, if the agent measures it.
    ///
    /// # Errors
    ///
    /// See [`form_parameters`](Self::form_parameters).
    pub fn sentiment(&self) -> Result<Option<SentimentAnalysisResult>, ParseError> {
        self.message_at(Slot::Sentiment)
    }

    /// `languageInfo`, if the platform sent it.
    ///
    /// # Errors
    ///
    /// See [`form_parameters`](Self::form_parameters).
    pub fn language_info(&self) -> Result<Option<LanguageInfo>, ParseError> {
        self.message_at(Slot::LanguageInfo)
    }

    /// The whole message, unknown fields included.
    ///
    /// # Errors
    ///
    /// See [`form_parameters`](Self::form_parameters).
    pub fn whole(&self) -> Result<WebhookRequest, ParseError> {
        let all = Span { start: 0, end: self.text.len() as u32 };
        self.read(all, build)
    }

    fn raw(&self, span: Span) -> RawValue<'_> {
        RawValue { text: span.of(&self.text), loose: self.loose }
    }

    fn message_at<M: MessageType>(&self, slot: Slot) -> Result<Option<M>, ParseError> {
        self.found.slot(slot).map(|span| self.read(span, build)).transpose()
    }

    fn list<M: MessageType>(&self, slot: Slot) -> Result<Option<Vec<M>>, ParseError> {
        let Some(span) = self.found.slot(slot) else {
            return Ok(None);
        };
        self.read(span, super::build_list).map(Some)
    }

    /// Looks into every corner of a span, then builds from it.
    fn read<T>(&self, span: Span, build: fn(&str) -> Result<T, Fault>) -> Result<T, ParseError> {
        let part = span.of(&self.text);
        strict::check(part).and_then(|()| build(part)).map_err(|fault| {
            let (reason, offset) = fault.into_parts();
            ParseError::new(&self.text, Fault::new(reason, offset + span.start as usize))
        })
    }

    fn string(&self, slot: Slot) -> Cow<'_, str> {
        let text = self.found.text(slot);
        // The walk has decoded it once, so it decodes.
        text.map(|text| strict::decode(&self.text, text).unwrap_or_default()).unwrap_or_default()
    }
}

/// A JSON value as it stands in a request, decoded when it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawValue<'a> {
    text: &'a str,
    loose: bool,
}

impl<'a> RawValue<'a> {
    /// One that is read as it is written.
    pub(super) fn strict(text: &'a str) -> Self {
        Self { text, loose: false }
    }

    /// Its JSON text.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.text
    }

    /// Decodes it the way the platform means it: see [`decode`].
    ///
    /// # Errors
    ///
    /// If it is no `T`; the error names the member, what was found and what was expected.
    pub fn decode<T: serde::Deserialize<'a>>(self) -> Result<T, DecodeError> {
        if self.loose { decode::from_loose_text(self.text) } else { decode::from_text(self.text) }
    }

    /// It as a tree.
    ///
    /// # Errors
    ///
    /// Duplicate names or lone surrogates in it.
    pub fn to_value(self) -> Result<Value, DecodeError> {
        self.decode()
    }
}
