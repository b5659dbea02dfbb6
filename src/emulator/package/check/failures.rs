//! What happens when a webhook fails: `error_handler_calls_webhook`, `errors_hidden`,
//! `errors_unhandled`.

use super::{Check, Severity};
use crate::emulator::package::{Place, Spot};

impl Check<'_> {
    pub(super) fn failures(&mut self) {
        for at in 0..self.calls.len() {
            let call = self.calls[at].call;
            let webhook = call.webhook;
            if is_error_handler(call.place.spot) {
                let message = format!(
                    "a handler of webhook errors calls the webhook {webhook:?}: when that fails too, the conversation is caught"
                );
                let fix = "say something or go to a page here; the platform does not allow a webhook";
                self.add(Severity::Error, "error_handler_calls_webhook", &call.place, message, fix);
            }
            if let Some(target) = call.target {
                let message = format!(
                    "the webhook {webhook:?} is called on the way to the {target}: when it fails, no webhook.error event is \
                     raised and the conversation goes on as if it had answered"
                );
                let fix = "call it in a route without target, and leave by a second route whose condition asks for what it sets";
                self.add(Severity::Warning, "errors_hidden", &call.place, message, fix);
            } else if !is_error_handler(call.place.spot) && self.has_no_handler(call.place) {
                let message = format!(
                    "nobody handles failures of the webhook {webhook:?} here: neither the page nor the flow has a handler for webhook.error"
                );
                let fix = "add an event handler for webhook.error to the flow";
                self.add(Severity::Note, "errors_unhandled", &call.place, message, fix);
            }
        }
    }

    /// Whether no handler of the page or flow takes webhook errors.
    fn has_no_handler(&self, place: Place<'_>) -> bool {
        // Which flows link a group of the agent is not looked into.
        let Some(flow) = place.flow.and_then(|flow| self.index.flows.get(flow)) else { return false };
        !flow.handles_errors && !place.page.is_some_and(|page| flow.pages_that_do.contains(page))
    }
}

fn is_error_handler(spot: Spot<'_>) -> bool {
    let (Spot::Event { event } | Spot::Reprompt { event, .. }) = spot else { return false };
    event == "webhook.error" || event.starts_with("webhook.error.")
}
