//! The parameters that a tag's handler can count on: those of the pages, intents and presets it is called from.

use std::collections::BTreeMap;

use super::types::{Type, Types};
use crate::emulator::package::{AgentPackage, Spot, WebhookCall};

/// A parameter of a handler.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) kind: Type,
    /// What to say about it.
    pub(super) comment: String,
    /// Whether a call may lack it.
    pub(super) is_optional: bool,
}

/// Those of every place that calls the tag; what one of them lacks is optional, and what two of them
/// mean differently is any value.
pub(super) fn of(package: &AgentPackage, calls: &[WebhookCall<'_>], types: &mut Types<'_>) -> Vec<Parameter> {
    // Names ignore case on the platform.
    let mut all: BTreeMap<String, (Parameter, usize)> = BTreeMap::new();
    for call in calls {
        let mut here: BTreeMap<String, Parameter> = BTreeMap::new();
        for parameter in at(package, call, types) {
            here.entry(parameter.name.to_lowercase()).or_insert(parameter);
        }
        for (key, parameter) in here {
            match all.get_mut(&key) {
                None => drop(all.insert(key, (parameter, 1))),
                Some((known, count)) => {
                    *count += 1;
                    known.is_optional |= parameter.is_optional;
                    if known.kind != parameter.kind {
                        known.kind = Type::any();
                    }
                }
            }
        }
    }
    let everywhere = |(mut parameter, count): (Parameter, usize)| {
        parameter.is_optional |= count < calls.len();
        parameter
    };
    all.into_values().map(everywhere).collect()
}

/// Those at one place, the surer ones first.
fn at(package: &AgentPackage, call: &WebhookCall<'_>, types: &mut Types<'_>) -> Vec<Parameter> {
    let mut found = Vec::new();
    for preset in &call.fulfillment.set_parameter_actions {
        if let Some(name) = session_name(&preset.parameter) {
            found.push(Parameter {
                name: name.to_owned(),
                kind: Type::of(&preset.value),
                comment: "set by the fulfillment before the call".to_owned(),
                is_optional: preset.value.is_null(),
            });
        }
    }
    let page = call.place.flow.zip(call.place.page).and_then(|(flow, page)| package.page(flow, page));
    for parameter in page.into_iter().flat_map(|page| &page.form.parameters) {
        let has_default = !parameter.default_value.is_null();
        found.push(Parameter {
            name: parameter.display_name.clone(),
            kind: types.of(&parameter.entity_type, parameter.is_list),
            comment: format!("of the form: `{}`", super::source::comment(&parameter.entity_type)),
            is_optional: !(is_filled(call) && (parameter.required || has_default)),
        });
    }
    if let Spot::Route { intent: Some(intent), .. } = call.place.spot {
        let intent = package.intent(intent);
        for parameter in intent.into_iter().flat_map(|intent| &intent.parameters) {
            found.push(Parameter {
                name: parameter.id.clone(),
                kind: types.of(&parameter.entity_type, parameter.is_list),
                comment: format!("of the intent: `{}`", super::source::comment(&parameter.entity_type)),
                is_optional: true,
            });
        }
    }
    found.retain(|parameter| !parameter.name.is_empty());
    found
}

/// Whether the form is filled for certain: only a route that waits for it says so.
fn is_filled(call: &WebhookCall<'_>) -> bool {
    let Spot::Route { condition: Some(condition), .. } = call.place.spot else { return false };
    // Alternatives let the route be taken without it.
    let alternatives = condition.split_whitespace().any(|word| word.eq_ignore_ascii_case("or"));
    let status = condition.split_once("$page.params.status").map(|(_, rest)| rest.trim_start());
    let is_final = status
        .and_then(|rest| rest.strip_prefix('='))
        .is_some_and(|rest| rest.trim_start_matches(['=', ' ', '"']).starts_with("FINAL"));
    is_final && !alternatives
}

/// The session parameter that a preset sets; flow parameters do not reach a webhook under their name alone.
fn session_name(parameter: &str) -> Option<&str> {
    let name = parameter.strip_prefix("$session.params.").unwrap_or(parameter);
    (!name.starts_with('$')).then_some(name)
}
