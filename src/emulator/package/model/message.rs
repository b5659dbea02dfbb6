//! A message of the agent, in one of its languages.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::protocol::{ResponseMessage, Struct};

/// A message of the agent, in one of its languages.
///
/// An export keeps all languages in one list.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AgentMessage {
    /// The language it is in, such as `en` or `pt-br`; empty when it is not said.
    pub language_code: String,
    /// The message.
    pub message: ResponseMessage,
}

impl<'de> Deserialize<'de> for AgentMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut message = Struct::deserialize(deserializer)?;
        let language_code = match message.remove("languageCode") {
            Some(serde_json::Value::String(code)) => code,
            None | Some(serde_json::Value::Null) => String::new(),
            Some(_) => return Err(D::Error::custom("`languageCode` must be text")),
        };
        let message = serde_json::from_value(message.into()).map_err(D::Error::custom)?;
        Ok(Self { language_code, message })
    }
}
