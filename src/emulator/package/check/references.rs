//! References to nothing, and functions that cannot work: `parameter_never_set`, `function_invalid`.

use std::collections::{BTreeSet, HashSet};

use super::setters::Read;
use super::{Check, Severity, text};
use crate::flexible::Template;

/// More faults of one place are not told.
const MOST_FAULTS: usize = 20;

/// The longest text that is looked through, in bytes.
const LONGEST: usize = 64 << 10;

impl Check<'_> {
    pub(super) fn references(&mut self) {
        let package = self.package;
        for placed in package.fulfillments() {
            let mut here = Here::default();
            text::texts(&placed, &mut |text| here.look(text));
            self.tell(here, &placed.place);
        }
        let called: HashSet<&str> = self.calls.iter().map(|called| called.call.webhook).collect();
        for each in &package.webhooks {
            let webhook = &each.webhook;
            let Some(service) = webhook.generic_web_service() else { continue };
            if !called.contains(webhook.display_name.as_str()) {
                continue;
            }
            let mut here = Here::default();
            if webhook.is_flexible() {
                here.look(&service.uri);
                here.look(&service.request_body);
            }
            service.request_headers.values().for_each(|value| here.look(value));
            // Functions of a resource are its own check's.
            here.faults.clear();
            self.tell(here, &format!("webhook {}", webhook.display_name));
        }
    }

    fn tell(&mut self, here: Here, place: &dyn ToString) {
        let place = place.to_string();
        for fault in here.faults {
            let fix = "correct the call; docs/system-functions.md lists every function with its arguments";
            self.add(Severity::Error, "function_invalid", &place, fault, fix);
        }
        let mut told = HashSet::new();
        for reference in here.references {
            let Some(read) = Read::of(&reference) else { continue };
            if self.setters.know(&read) || !told.insert(read.name().to_lowercase()) {
                continue;
            }
            let name = read.name();
            // A handler that does not say what it sets may set anything.
            let silent = &self.setters.silent;
            let severity = if silent.is_empty() { Severity::Warning } else { Severity::Note };
            let unless = unless(silent);
            let message = format!(
                "{reference} is read, and no form, intent, preset, webhook or test case sets `{name}`{unless}"
            );
            let fix = format!(
                "correct the name, or set `{name}`; a handler in code says what it sets with Route::sets, a test case what the caller \
                 of the API brings with an injected parameter"
            );
            self.add(severity, "parameter_never_set", &place, message, fix);
        }
    }
}

fn unless(silent: &BTreeSet<String>) -> String {
    if silent.is_empty() {
        return String::new();
    }
    let named: Vec<String> = silent.iter().take(3).map(|tag| format!("`{tag}`")).collect();
    let more = if silent.len() > 3 { format!(" and {} others", silent.len() - 3) } else { String::new() };
    format!(", unless the handler of {}{more} does", named.join(", "))
}

/// What stands in the texts of one place.
#[derive(Debug, Default)]
struct Here {
    references: Vec<String>,
    faults: Vec<String>,
}

impl Here {
    fn look(&mut self, text: &str) {
        if text.len() > LONGEST || !text.contains('$') {
            return;
        }
        match Template::parse(text) {
            Ok(template) => {
                self.references
                    .extend(template.references().into_iter().map(|found| found.text().to_owned()));
            }
            Err(error) => {
                let fault = error.to_string();
                if self.faults.len() < MOST_FAULTS && !self.faults.contains(&fault) {
                    self.faults.push(fault);
                }
            }
        }
    }
}
