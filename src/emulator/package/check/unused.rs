//! What nobody calls: `tag_never_called`, `webhook_never_called`.

use std::collections::HashSet;

use super::{Check, Severity};

impl Check<'_> {
    pub(super) fn unused(&mut self) {
        let served = self.served;
        if !served.demo {
            let called: HashSet<&str> =
                self.calls.iter().filter_map(|called| Some(called.handler?.pattern.as_str())).collect();
            let idle: Vec<&str> = served.tags().filter(|tag| !called.contains(tag)).collect();
            for tag in idle {
                let message = format!("`{tag}` is served, and the agent never calls it");
                let fix = "remove it, or call it; ignore this if another agent does";
                self.add(Severity::Note, "tag_never_called", &format!("tag {tag}"), message, fix);
            }
        }
        let called: HashSet<&str> = self.calls.iter().map(|called| called.call.webhook).collect();
        let package = self.package;
        for each in &package.webhooks {
            let name = &each.webhook.display_name;
            if !called.contains(name.as_str()) {
                let message = format!("the webhook {name:?} is never called");
                let fix = "delete it, or call it in a fulfillment";
                self.add(Severity::Note, "webhook_never_called", &format!("webhook {name}"), message, fix);
            }
        }
    }
}
