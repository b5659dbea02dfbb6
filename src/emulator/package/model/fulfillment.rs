//! Fulfillment: what the agent says and does at one place.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::AgentMessage;
use super::exported::exported;

exported! {
    /// What the agent says and does at one place.
    pub struct Fulfillment {
        /// What it says, in every language; each entry is one response.
        messages: Vec<AgentMessage>,
        /// The webhook that is called, by display name.
        webhook: Option<String>,
        /// What tells the webhook which of its handlers is meant.
        tag: String,
        /// Whether queued messages go out before the webhook has answered.
        return_partial_responses: bool,
        /// The parameters that are set before anything is said or called, in order.
        set_parameter_actions: Vec<SetParameterAction>,
        /// Messages under conditions: a list of if/else chains.
        conditional_cases: Vec<ConditionalCases>,
        /// Whether a generated answer is tried first.
        enable_generative_fallback: bool,
        /// Generators that run, and the parameters that take what they make.
        generators: Vec<GeneratorSettings>,
    }
}

exported! {
    /// A parameter that is set, the platform's *preset*.
    pub struct SetParameterAction {
        /// Its name: plain or `$session.params.X` for the session, `$flow.X` for the flow.
        parameter: String,
        /// Its value, in which texts may hold references and functions; null removes it.
        value: Value,
    }
}

exported! {
    /// An if/else chain: the first case that holds is taken.
    pub struct ConditionalCases {
        /// The cases, in order.
        cases: Vec<Case>,
    }
}

exported! {
    /// One case of a chain.
    pub struct Case {
        /// The condition, as it is written; empty for "else".
        condition: String,
        /// What is said when it holds, in order.
        case_content: Vec<CaseContent>,
    }
}

exported! {
    /// A generator that runs.
    pub struct GeneratorSettings {
        /// The generator, by display name.
        generator: String,
        /// The parameter that takes what it makes, such as `$request.generative.summary`.
        output_parameter: String,
    }
}

/// A part of a case.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum CaseContent {
    /// A message.
    Message(Box<AgentMessage>),
    /// A chain within the case.
    AdditionalCases(ConditionalCases),
}

impl<'de> Deserialize<'de> for CaseContent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Content {
            message: Option<AgentMessage>,
            additional_cases: Option<ConditionalCases>,
        }
        let Content { message, additional_cases } = Content::deserialize(deserializer)?;
        match (message, additional_cases) {
            (Some(message), None) => Ok(Self::Message(Box::new(message))),
            (None, cases) => Ok(Self::AdditionalCases(cases.unwrap_or_default())),
            (Some(_), Some(_)) => Err(D::Error::custom("`message` and `additionalCases` exclude each other")),
        }
    }
}

impl Fulfillment {
    /// Whether nothing at all is said or done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The display name of the webhook that is called, if one is.
    #[must_use]
    pub fn called_webhook(&self) -> Option<&str> {
        self.webhook.as_deref().filter(|name| !name.is_empty())
    }

    /// Every case of every chain, chains within cases included.
    #[must_use]
    pub fn cases(&self) -> Vec<&Case> {
        let mut found = Vec::new();
        // The depth is that of the JSON text, which is bounded.
        let mut open: Vec<_> = self.conditional_cases.iter().rev().collect();
        while let Some(chain) = open.pop() {
            for case in &chain.cases {
                found.push(case);
                open.extend(case.case_content.iter().filter_map(|content| match content {
                    CaseContent::AdditionalCases(inner) => Some(inner),
                    CaseContent::Message(_) => None,
                }));
            }
        }
        found
    }

    /// Every message, those under conditions included.
    #[must_use]
    pub fn all_messages(&self) -> Vec<&AgentMessage> {
        let contents = self.cases().into_iter().flat_map(|case| &case.case_content);
        let conditional = contents.filter_map(|content| match content {
            CaseContent::Message(message) => Some(&**message),
            CaseContent::AdditionalCases(_) => None,
        });
        self.messages.iter().chain(conditional).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::protocol::Message;

    fn parse(value: Value) -> Fulfillment {
        serde_json::from_value(value).expect("a fulfillment")
    }

    #[test]
    fn every_member_is_read_and_others_are_passed_over() {
        let read = parse(json!({
            "messages": [{"text": {"text": ["a", "b"]}, "languageCode": "en", "channel": "DF_MESSENGER"}],
            "webhook": "Orders", "tag": "order-status", "returnPartialResponses": true,
            "setParameterActions": [{"parameter": "$flow.n", "value": 1}, {"parameter": "size", "value": null}, {"parameter": "x"}],
            "conditionalCases": [{"cases": [
                {"condition": "$session.params.age >= 21", "caseContent": [{"message": {"text": {"text": ["Ok"]}, "languageCode": "en"}}]},
                {"caseContent": [{"additionalCases": {"cases": [{"condition": "true"}]}}]}]}],
            "enableGenerativeFallback": true,
            "generators": [{"generator": "Sum", "outputParameter": "$request.generative.sum"}],
            "nextActionOverride": {}, "advancedSettings": {"dtmfSettings": {}},
        }));
        assert_eq!(read.called_webhook(), Some("Orders"));
        assert_eq!((read.tag.as_str(), read.return_partial_responses), ("order-status", true));
        assert_eq!(read.messages[0].language_code, "en");
        assert_eq!(read.messages[0].message.channel, "DF_MESSENGER");
        assert!(
            matches!(&read.messages[0].message.message, Some(Message::Text(text)) if text.text == ["a", "b"])
        );
        assert!(read.messages[0].message.unknown.is_empty());
        assert_eq!(read.set_parameter_actions[0].value, json!(1));
        assert!(read.set_parameter_actions[1..].iter().all(|action| action.value.is_null()));
        let conditions: Vec<_> = read.cases().iter().map(|case| case.condition.as_str()).collect();
        assert_eq!(conditions, ["$session.params.age >= 21", "", "true"]);
        assert_eq!(read.all_messages().len(), 2);
        assert!(read.enable_generative_fallback && !read.is_empty());
    }

    #[test]
    fn null_is_nothing() {
        let members =
            json!({"messages": null, "webhook": null, "tag": null, "conditionalCases": [{"cases": null}]});
        let read = parse(members);
        assert_eq!(read, parse(json!({"conditionalCases": [{}]})));
        assert!(parse(json!({"webhook": ""})).called_webhook().is_none());
        assert!(parse(json!({"generators": [], "messages": []})).is_empty());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for wrong in [
            json!({"messages": [{"text": {"text": []}, "payload": {}}]}),
            json!({"messages": [{"languageCode": 1}]}),
            json!({"messages": {}}),
            json!({"tag": 1}),
            json!({"conditionalCases": [{"cases": [{"caseContent": [{"message": {}, "additionalCases": {}}]}]}]}),
        ] {
            assert!(serde_json::from_value::<Fulfillment>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
