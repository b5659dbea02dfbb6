//! A whole `WebhookResponse` as a reply.

use super::form::FormChange;
use super::{Reply, Target};
use crate::protocol::{ParameterState, Transition, WebhookResponse};

/// What the platform would ignore in an answer is left out.
impl From<WebhookResponse> for Reply {
    fn from(response: WebhookResponse) -> Self {
        let (messages, merge) = match response.fulfillment_response {
            Some(fulfillment) => (fulfillment.messages, fulfillment.merge_behavior),
            None => Default::default(),
        };
        let form = response.page_info.and_then(|page| page.form_info);
        let form = form.into_iter().flat_map(|form| form.parameter_info).map(|parameter| FormChange {
            name: parameter.display_name,
            // It has no presence on the wire: false may as well mean that nobody mentioned it.
            required: parameter.required.then_some(true),
            invalid: parameter.state == ParameterState::Invalid,
            value: parameter.value,
        });
        Self {
            messages,
            merge,
            parameters: response.session_info.map(|session| session.parameters).unwrap_or_default(),
            form: form.collect(),
            payload: response.payload,
            target: response.transition.map(|transition| match transition {
                Transition::TargetPage(page) => Target::Page(page),
                Transition::TargetFlow(flow) => Target::Flow(flow),
            }),
            faults: Vec::new(),
        }
    }
}
