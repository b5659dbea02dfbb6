//! Test cases: conversations that were recorded.

use serde::{Deserialize, Deserializer};

use super::exported::{exported, null_as_default};
use crate::protocol::Struct;

exported! {
    /// A conversation that was recorded, to be compared with later ones.
    pub struct TestCase {
        /// Its id.
        name: String,
        /// What people call it.
        display_name: String,
        /// Words to group it by, such as `#orders`.
        tags: Vec<String>,
        /// What its author says about it.
        notes: String,
        /// The language of the conversation, where turns do not say.
        language_code: String,
        /// Where it starts, and which parameters are compared.
        test_config: TestConfig,
        /// The conversation.
        test_case_conversation_turns: Vec<TestTurn>,
    }
    beside {
        /// The file that it is from.
        file: String,
    }
}

exported! {
    /// Where a test case starts, and what is compared.
    pub struct TestConfig {
        /// The flow, by display name; the start flow where it is not said.
        flow: String,
        /// The page, by display name, `Start Page` for the flow's own.
        page: String,
        /// The parameters that are compared, such as `$flow.order_id`.
        tracking_parameters: Vec<String>,
    }
}

exported! {
    /// One turn: what the user did and what the agent answered then.
    pub struct TestTurn {
        /// What the user did.
        user_input: TestInput,
        /// What the agent answered then.
        virtual_agent_output: RecordedOutput,
    }
}

exported! {
    /// What the user of a test case did.
    pub struct TestInput {
        /// What was said, pressed or raised.
        input: TestInputValue,
        /// Parameters that were set before; names are plain, or references such as `$flow.X`.
        injected_parameters: Struct,
        /// Whether webhooks were called.
        is_webhook_enabled: bool,
        /// Whether the mood was analysed.
        enable_sentiment_analysis: bool,
    }
}

/// What was said, pressed or raised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TestInputValue {
    /// Nothing.
    #[default]
    Nothing,
    /// Text, in a language that may be empty.
    Text {
        /// What was said.
        text: String,
        /// Its language.
        language_code: String,
    },
    /// An event.
    Event {
        /// Its name.
        event: String,
    },
    /// Keys of a telephone.
    Dtmf {
        /// The keys.
        digits: String,
        /// The key that ended them, if one did.
        finish_digit: String,
    },
}

/// The members of an input as they are written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawInput {
    text: Option<RawText>,
    event: Option<RawEvent>,
    dtmf: Option<RawDtmf>,
    #[serde(deserialize_with = "null_as_default")]
    language_code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawText {
    text: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawEvent {
    event: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawDtmf {
    digits: String,
    finish_digit: String,
}

impl<'de> Deserialize<'de> for TestInputValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let RawInput { text, event, dtmf, language_code } = RawInput::deserialize(deserializer)?;
        Ok(match (text, event, dtmf) {
            (Some(RawText { text }), ..) => Self::Text { text, language_code },
            (None, Some(RawEvent { event }), _) => Self::Event { event },
            (None, None, Some(RawDtmf { digits, finish_digit })) => Self::Dtmf { digits, finish_digit },
            (None, None, None) => Self::Nothing,
        })
    }
}

exported! {
    /// What the agent answered when the test case was recorded.
    pub struct RecordedOutput {
        /// The session parameters after the turn.
        session_parameters: Struct,
        /// The intent that matched, by display name; empty when none did or none was recorded.
        triggered_intent: Named,
        /// The page on which the turn ended.
        current_page: TestPage,
        /// What was said; each entry is one response, of whose variants one was said.
        text_responses: Vec<Variants>,
    }
}

exported! {
    /// Something by its display name.
    pub struct Named {
        /// The display name; empty for nothing.
        name: String,
    }
}

exported! {
    /// Texts of which one was said.
    pub struct Variants {
        /// The texts.
        text: Vec<String>,
    }
}

exported! {
    /// A page, in a recording.
    pub struct TestPage {
        /// The page, by display name; `Start Page` and `End Session` are no pages of the package.
        name: String,
        /// Its flow, by display name.
        flow: String,
    }
}
