//! Calls that lead nowhere: `tag_unserved`, `tag_missing`, `webhook_unknown`, `webhook_disabled`,
//! `timeout_short`.

use super::{Check, Severity};

impl Check<'_> {
    pub(super) fn calls(&mut self) {
        for at in 0..self.calls.len() {
            self.webhook_of(at);
            self.tag_of(at);
            self.time_of(at);
        }
    }

    fn webhook_of(&mut self, at: usize) {
        let called = &self.calls[at];
        let (call, place) = (called.call, called.call.place);
        match called.webhook {
            None => {
                let meant = self.hints.meant(call.webhook, self.index.webhooks.keys().copied());
                let message = format!(
                    "the webhook {:?} is called, and the agent does not have it{meant}",
                    call.webhook
                );
                let fix = "create it under Manage, Webhooks, or choose another one in this fulfillment";
                self.add(Severity::Error, "webhook_unknown", &place, message, fix);
            }
            Some(webhook) if webhook.disabled => {
                let message =
                    format!("the webhook {:?} is disabled, so nothing is called here", call.webhook);
                let fix = "enable the webhook, or take it out of this fulfillment";
                self.add(Severity::Warning, "webhook_disabled", &place, message, fix);
            }
            Some(_) => {}
        }
    }

    fn tag_of(&mut self, at: usize) {
        let called = &self.calls[at];
        let Some(tag) = &called.asked else { return };
        let (webhook, place) = (called.call.webhook, called.call.place);
        let has_handler = called.handler.is_some();
        if tag.is_empty() {
            let severity = if has_handler { Severity::Warning } else { Severity::Error };
            let message = format!(
                "the webhook {webhook:?} is called without a tag: nothing says which handler is meant"
            );
            let fix = match has_handler {
                true => "enter a tag; without one the fallback answers",
                false => "enter the tag of the handler that is meant",
            };
            self.add(severity, "tag_missing", &place, message, fix);
        } else if !has_handler && called.webhook.is_some() {
            let meant = self.hints.meant(tag, self.served.tags());
            let message =
                format!("the tag `{tag}` goes to the webhook {webhook:?}, and nobody serves it{meant}");
            let fix = format!(
                "add a handler with `.tag({tag:?}, …)` or a [routes.{tag:?}], or correct the tag of this fulfillment"
            );
            self.add(Severity::Error, "tag_unserved", &place, message, fix);
        }
    }

    fn time_of(&mut self, at: usize) {
        let called = &self.calls[at];
        let (Some(handler), Some(webhook), Some(tag)) = (called.handler, called.webhook, &called.asked)
        else {
            return;
        };
        let (waits, takes) = (webhook.timeout(), handler.time);
        if waits < takes {
            let message = format!(
                "the agent waits {waits:?} for the webhook {:?}, and the handler of `{tag}` may take {takes:?}",
                webhook.display_name
            );
            let fix = format!(
                "raise the webhook's timeout above {takes:?} (30s at most), or give the tag a deadline below {waits:?}"
            );
            let place = called.call.place;
            self.add(Severity::Warning, "timeout_short", &place, message, fix);
        }
    }
}
