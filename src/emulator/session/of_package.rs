//! What an export says of pages, flows, intents and prompts.

use serde_json::Value;

use super::pages::{FormParameter, KnownIntent, Named, Page, Pages};
use crate::emulator::package::{self, AgentMessage, AgentPackage};
use crate::protocol::ResponseMessage;

impl Pages {
    /// Everything that a session needs of `package`; prompts are those of `language`, or of its root
    /// language, or of the agent's default language. Nothing else is there then.
    #[must_use]
    pub fn of_package(package: &AgentPackage, language: &str) -> Self {
        let default = package.agent.default_language_code.as_str();
        let language = if language.is_empty() { default } else { language };
        let languages = [language, language.split(['-', '_']).next().unwrap_or_default(), default];
        let pages = package.flows.iter().flat_map(|flow| {
            flow.pages.iter().map(move |page| Page {
                flow: flow.display_name.clone(),
                id: page.name.clone(),
                form: page.form.parameters.iter().map(|one| form_parameter(one, &languages)).collect(),
                ..Page::new(&page.display_name)
            })
        });
        let flow = |flow: &package::Flow| Named {
            id: if flow.name.is_empty() { flow.display_name.clone() } else { flow.name.clone() },
            display_name: flow.display_name.clone(),
        };
        let intent = |intent: &package::Intent| KnownIntent {
            id: intent.name.clone(),
            display_name: intent.display_name.clone(),
            parameters: Some(intent.parameters.iter().map(|parameter| parameter.id.clone()).collect()),
        };
        Self {
            complete: true,
            pages: pages.collect(),
            flows: package.flows.iter().map(flow).collect(),
            intents: package.intents.iter().map(intent).collect(),
        }
    }
}

fn form_parameter(parameter: &package::FormParameter, languages: &[&str]) -> FormParameter {
    let behavior = &parameter.fill_behavior;
    let mut handlers = behavior.reprompt_event_handlers.iter();
    let invalid = handlers.find(|handler| handler.event == "sys.invalid-parameter");
    let invalid = invalid.map(|handler| handler.trigger_fulfillment.messages.as_slice());
    FormParameter {
        display_name: parameter.display_name.clone(),
        required: parameter.required,
        default: Some(parameter.default_value.clone()).filter(|value| *value != Value::Null),
        prompt: said(&behavior.initial_prompt_fulfillment.messages, languages),
        invalid: said(invalid.unwrap_or_default(), languages),
    }
}

/// The messages of the first of these languages that has some.
fn said(messages: &[AgentMessage], languages: &[&str]) -> Vec<ResponseMessage> {
    let of = |language: &str| -> Vec<ResponseMessage> {
        let is = |message: &&AgentMessage| {
            message.language_code.is_empty() || message.language_code.eq_ignore_ascii_case(language)
        };
        messages.iter().filter(is).map(|message| message.message.clone()).collect()
    };
    languages.iter().map(|language| of(language)).find(|messages| !messages.is_empty()).unwrap_or_default()
}
