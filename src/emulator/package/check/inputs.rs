//! What handlers ask for against what the agent gives: `parameter_type`, `input_never_set`.

use std::collections::{HashMap, HashSet};

use super::given::{Gift, gifts};
use super::{Check, Severity};
use crate::protocol::decode::Wanted;

impl Check<'_> {
    pub(super) fn inputs(&mut self) {
        let gifts = gifts(self.package);
        let mut by_name: HashMap<&str, Vec<&Gift>> = HashMap::new();
        gifts.iter().for_each(|gift| by_name.entry(&gift.name).or_default().push(gift));
        let (mut judged, mut told) = (HashSet::new(), HashSet::new());
        for at in 0..self.calls.len() {
            let called = &self.calls[at];
            let (Some(handler), Some(tag)) = (called.handler, called.asked.clone()) else { continue };
            let place = called.call.place;
            // What a flexible call brings is converted where that is possible. A handler is judged once,
            // whatever else of its pattern is called.
            if !called.is_flexible() && judged.insert(&handler.pattern) {
                for (inputs, of_form) in [(&handler.inputs, false), (&handler.form, true)] {
                    for (name, input) in inputs {
                        let gifts = by_name.get(name.to_lowercase().as_str()).into_iter().flatten();
                        let gifts = gifts.filter(|gift| gift.is_form || !of_form);
                        self.kinds(&tag, name, input.wanted, gifts.copied(), &mut told);
                    }
                }
            }
            let optional =
                |name: &String| handler.inputs.iter().any(|(known, input)| known == name && input.optional);
            for name in handler.reads.iter().filter(|name| !optional(name)) {
                if !self.setters.has(name) && told.insert(format!("{}\n{name}", handler.pattern)) {
                    let message =
                        format!("the handler of `{tag}` reads `{name}`, which nothing in the agent sets");
                    let fix = format!(
                        "set `{name}` in a form, an intent or a preset before the call; ignore this if the handler can do without it \
                         or another handler sets it"
                    );
                    self.add(Severity::Note, "input_never_set", &place, message, fix);
                }
            }
        }
    }

    fn kinds<'g>(
        &mut self,
        tag: &str,
        name: &str,
        wanted: Wanted,
        gifts: impl Iterator<Item = &'g Gift>,
        told: &mut HashSet<String>,
    ) {
        for gift in gifts.filter(|gift| !gift.given.fits(wanted)) {
            if !told.insert(format!("{tag}\n{name}\n{}", gift.place)) {
                continue;
            }
            let wants = match wanted {
                Wanted::Text => "text",
                Wanted::Number => "a number",
                Wanted::Flag => "true or false",
                Wanted::List => "a list",
                Wanted::Object | Wanted::Anything => "an object",
            };
            let message = format!(
                "`{name}` gets {} here ({}), and the handler of `{tag}` reads {wants}",
                gift.given, gift.by
            );
            let fix = format!(
                "choose an entity type that gives {wants}, or let the handler read what it gets; the call is answered 400 otherwise"
            );
            self.add(Severity::Warning, "parameter_type", &gift.place, message, fix);
        }
    }
}
