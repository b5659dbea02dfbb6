//! Names that nothing bears: `target_unknown`, `intent_unknown`, `route_group_unknown`,
//! `entity_type_unknown`, `start_flow_unknown`.

use super::index::Index;
use super::{Check, Severity};
use crate::emulator::package::{Agent, Flow, Page, Place, Spot, SymbolicPage, Target, TransitionRoute};

impl Check<'_> {
    pub(super) fn links(&mut self) {
        let package = self.package;
        if package.agent.start_playbook.is_none() && package.start_flow().is_none() {
            let name = package.agent.start_flow.as_deref().unwrap_or(Agent::DEFAULT_START_FLOW);
            self.unknown("start_flow_unknown", &"agent.json", "start flow", name, |index| {
                index.flows.keys().copied().collect()
            });
        }
        for placed in package.fulfillments() {
            let Some(target) = placed.target else { continue };
            self.target(target, placed.place);
        }
        for flow in &package.flows {
            let place = whole(flow, None);
            self.routes(&flow.transition_routes, place);
            self.groups(flow, &flow.transition_route_groups, &flow.agent_transition_route_groups, place);
            for group in &flow.route_groups {
                self.routes(&group.transition_routes, Place { group: Some(&group.display_name), ..place });
            }
            for page in &flow.pages {
                let place = whole(flow, Some(page));
                self.routes(&page.transition_routes, place);
                self.groups(flow, &page.transition_route_groups, &page.agent_transition_route_groups, place);
                for parameter in &page.form.parameters {
                    let place =
                        Place { spot: Spot::Parameter { parameter: &parameter.display_name }, ..place };
                    self.entity_type(&parameter.entity_type, &place);
                }
            }
        }
        for group in &package.route_groups {
            let place = Place { flow: None, page: None, group: Some(&group.display_name), spot: Spot::Whole };
            self.routes(&group.transition_routes, place);
        }
        for intent in &package.intents {
            for parameter in &intent.parameters {
                let place = format!("intent {}, parameter {}", intent.display_name, parameter.id);
                self.entity_type(&parameter.entity_type, &place);
            }
        }
    }

    fn target(&mut self, target: &Target, place: Place<'_>) {
        match target {
            Target::Flow(name) if !self.index.flows.contains_key(name.as_str()) => {
                self.unknown("target_unknown", &place, "flow", name, |index| {
                    index.flows.keys().copied().collect()
                });
            }
            // A group of the agent may be linked by any flow.
            Target::Page(name) if SymbolicPage::of(name).is_none() => {
                let Some(flow) = place.flow.and_then(|flow| self.index.flows.get(flow)) else { return };
                if !flow.pages.contains(name.as_str()) {
                    self.unknown("target_unknown", &place, "page", name, |index| {
                        let flow = place.flow.and_then(|flow| index.flows.get(flow));
                        flow.into_iter().flat_map(|flow| flow.pages.iter().copied()).collect()
                    });
                }
            }
            Target::Flow(_) | Target::Page(_) | Target::Playbook(_) => {}
        }
    }

    fn routes(&mut self, routes: &[TransitionRoute], place: Place<'_>) {
        for route in routes {
            let name = route.intent.as_deref().filter(|name| !name.is_empty());
            let Some(name) = name.filter(|name| !self.index.intents.contains(name)) else { continue };
            let place = Place { spot: route.spot(), ..place };
            self.unknown("intent_unknown", &place, "intent", name, |index| {
                index.intents.iter().copied().collect()
            });
        }
    }

    fn groups(&mut self, flow: &Flow, own: &[String], shared: &[String], place: Place<'_>) {
        let flow = flow.display_name.as_str();
        for name in own {
            if !self.index.flows.get(flow).is_some_and(|flow| flow.groups.contains(name.as_str())) {
                self.unknown("route_group_unknown", &place, "route group", name, |index| {
                    let flow = index.flows.get(flow);
                    flow.into_iter().flat_map(|flow| flow.groups.iter().copied()).collect()
                });
            }
        }
        for name in shared {
            if !self.index.groups.contains(name.as_str()) {
                self.unknown("route_group_unknown", &place, "route group", name, |index| {
                    index.groups.iter().copied().collect()
                });
            }
        }
    }

    fn entity_type(&mut self, name: &str, place: &dyn ToString) {
        let own = name.strip_prefix('@').unwrap_or(name);
        // The platform's own are in no package.
        if own.is_empty() || own.starts_with("sys.") || self.index.entity_types.contains(own) {
            return;
        }
        self.unknown("entity_type_unknown", place, "entity type", own, |index| {
            index.entity_types.iter().copied().collect()
        });
    }

    fn unknown(
        &mut self,
        code: &'static str,
        place: &dyn ToString,
        kind: &str,
        name: &str,
        known: impl for<'i> FnOnce(&'i Index<'_>) -> Vec<&'i str>,
    ) {
        let meant = self.hints.meant(name, known(&self.index));
        let message = format!("the {kind} {name:?} is named here, and the agent does not have it{meant}");
        let fix = "choose one that is there, or create it; then export again";
        self.add(Severity::Error, code, place, message, fix);
    }
}

/// The flow or page as a whole.
fn whole<'p>(flow: &'p Flow, page: Option<&'p Page>) -> Place<'p> {
    let page = page.map(|page| page.display_name.as_str());
    Place { flow: Some(&flow.display_name), page, group: None, spot: Spot::Whole }
}
