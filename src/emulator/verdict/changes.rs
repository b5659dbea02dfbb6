//! What an answer changes about the conversation.

use serde::Serialize;
use serde_json::Value;

use super::Circumstances;
use super::said::Said;
use crate::protocol::decode::same_name;
use crate::protocol::inspect::{Finding, state_name};
use crate::protocol::names::{FlowName, PageName};
use crate::protocol::{
    MergeBehavior, ParameterInfo, ParameterState, Struct, Transition, WebhookRequest, WebhookResponse,
};

/// What an answer changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Changes {
    /// What is said, in order.
    pub messages: Vec<Said>,
    /// Whether it is said instead of what the agent has queued in this turn, rather than after it.
    pub replaces_queued: bool,
    /// The session parameters that get a value.
    pub set: Struct,
    /// The session parameters that are removed.
    pub cleared: Vec<String>,
    /// What happens to parameters of the page's form.
    pub form: Vec<FormChange>,
    /// The page to go to at once.
    pub target_page: Option<String>,
    /// The flow to go to at once.
    pub target_flow: Option<String>,
    /// What `queryResult.webhookPayloads` gets.
    pub payload: Option<Struct>,
}

/// What happens to a parameter of the page's form.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FormChange {
    /// Its display name.
    pub name: String,
    /// Its state then, such as `INVALID`; `None` if it stays as it was.
    pub state: Option<String>,
    /// The value that it gets; null if it stays as it was.
    pub value: Value,
    /// Whether the form needs it then.
    pub required: bool,
    /// Whether the agent asks for it again, with the event `sys.invalid-parameter`.
    pub asked_again: bool,
}

impl Changes {
    pub(super) fn of(
        response: &WebhookResponse,
        circumstances: &Circumstances<'_>,
        findings: &mut Vec<Finding>,
    ) -> Self {
        let mut this = Self { payload: response.payload.clone(), ..Self::default() };
        if let Some(fulfillment) = &response.fulfillment_response {
            let said = fulfillment.messages.iter().filter_map(|sent| Said::of(sent, circumstances.chance));
            this.messages = said.collect();
            this.replaces_queued = fulfillment.merge_behavior == MergeBehavior::Replace;
        }
        let form = response.page_info.iter().filter_map(|page| page.form_info.as_ref());
        for (index, parameter) in form.flat_map(|form| &form.parameter_info).enumerate() {
            let place = format!("pageInfo.formInfo.parameterInfo[{index}]");
            this.form_parameter(parameter, circumstances.request, &place, findings);
        }
        // After the form: what the session says of a parameter is said more exactly.
        if let Some(session) = &response.session_info {
            this.parameters(session.parameters.clone());
        }
        match &response.transition {
            Some(Transition::TargetPage(page)) => {
                check_target("targetPage", page, page.parse::<PageName>().err(), findings);
                this.target_page = Some(page.clone());
            }
            Some(Transition::TargetFlow(flow)) => {
                check_target("targetFlow", flow, flow.parse::<FlowName>().err(), findings);
                this.target_flow = Some(flow.clone());
            }
            None => {}
        }
        this
    }

    /// Merges parameters: null removes one.
    pub(super) fn parameters(&mut self, parameters: Struct) {
        for (name, value) in parameters {
            if value.is_null() {
                self.set.retain(|known, _| !same_name(known, &name));
                self.cleared.push(name);
            } else {
                self.set.insert(name, value);
            }
        }
    }

    fn form_parameter(
        &mut self,
        parameter: &ParameterInfo,
        request: &WebhookRequest,
        place: &str,
        findings: &mut Vec<Finding>,
    ) {
        let name = &parameter.display_name;
        let form = request.page_info.as_ref().and_then(|page| page.form_info.as_ref());
        let known =
            form.map(|form| form.parameter_info.iter().find(|one| same_name(&one.display_name, name)));
        let mut found = |code, message: &str| {
            findings.push(Finding { code, place: place.to_owned(), message: message.to_owned() });
        };
        match known {
            Some(None) => {
                let message = "the page's form has no such parameter, and a webhook cannot add one: ignored";
                return found("form_parameter_unknown", message);
            }
            None => found(
                "form_not_given",
                "the call had no form, so this is what happens if the page has this parameter",
            ),
            Some(Some(_)) => {}
        }
        let asked_again = parameter.state == ParameterState::Invalid;
        let value = parameter.value.clone().unwrap_or_default();
        let state = match &parameter.state {
            ParameterState::Invalid => Some(state_name(&ParameterState::Invalid)),
            _ if !value.is_null() => Some(state_name(&ParameterState::Filled)),
            _ => None,
        };
        if !value.is_null() && !asked_again {
            self.set.insert(name.clone(), value.clone());
        }
        let required = parameter.required || known.flatten().is_some_and(|known| known.required);
        self.form.push(FormChange { name: name.clone(), state, value, required, asked_again });
    }
}

fn check_target(
    field: &str,
    target: &str,
    error: Option<crate::protocol::names::NameError>,
    findings: &mut Vec<Finding>,
) {
    let message = match error {
        Some(error) => error.to_string(),
        None if target.is_empty() => "it is empty".to_owned(),
        None => return,
    };
    findings.push(Finding { code: "target_invalid", place: field.to_owned(), message });
}
