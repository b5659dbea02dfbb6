//! From a package to plans.

use std::collections::HashMap;
use std::sync::Arc;

use super::findings::Findings;
use super::{Act, FlowPlan, Goal, Handler, PagePlan, ParameterPlan, Route, Test};
use crate::emulator::package::Agent as AgentFile;
use crate::emulator::package::{
    AgentPackage, EventHandler, Flow, FormParameter, Page, Place, RouteGroup, Spot, SymbolicPage, Target,
    TransitionRoute,
};
use crate::emulator::session::{self, START_PAGE};
use crate::emulator::turn::DEFAULT_START_FLOW;
use crate::protocol::inspect::Finding;

/// Every flow of the package, in its order.
pub(in crate::emulator::agent) fn flows(
    package: &AgentPackage,
    findings: &mut Vec<Finding>,
) -> Vec<FlowPlan> {
    let flows = package.flows.iter().enumerate().map(|(at, flow)| (flow.display_name.as_str(), at)).collect();
    let mut builder = Builder { package, flows, findings: Findings::new(findings) };
    package.flows.iter().map(|flow| builder.flow(flow)).collect()
}

struct Builder<'p, 'f> {
    package: &'p AgentPackage,
    flows: HashMap<&'p str, usize>,
    findings: Findings<'f>,
}

/// The routes of a page, flow or group, by kind.
#[derive(Default, Clone)]
struct Routes {
    intents: Vec<Arc<Route>>,
    conditions: Vec<Arc<Route>>,
}

impl Routes {
    fn extend(&mut self, other: &Self) {
        self.intents.extend(other.intents.iter().cloned());
        self.conditions.extend(other.conditions.iter().cloned());
    }
}

/// A flow while its pages are built.
struct Around<'p> {
    place: Place<'p>,
    /// Its pages by name; 0 is the start page.
    pages: HashMap<&'p str, usize>,
    /// Its groups and those of the agent, by name.
    own: HashMap<&'p str, Routes>,
    shared: HashMap<&'p str, Routes>,
}

impl<'p> Builder<'p, '_> {
    fn flow(&mut self, flow: &'p Flow) -> FlowPlan {
        let place = Place { flow: Some(&flow.display_name), page: None, group: None, spot: Spot::Whole };
        let pages = flow.pages.iter().enumerate().map(|(at, page)| (page.display_name.as_str(), at + 1));
        let mut around =
            Around { place, pages: pages.collect(), own: HashMap::new(), shared: HashMap::new() };
        if flow.knowledge_connector_settings.enabled {
            self.findings.at(&place);
            self.findings.skipped("knowledge connector");
        }
        for group in &flow.route_groups {
            let routes = self.group(group, place, &around);
            around.own.insert(&group.display_name, routes);
        }
        let mut own = self.routes(&flow.transition_routes, place, &around);
        let linked = self.linked(
            &flow.transition_route_groups,
            &flow.agent_transition_route_groups,
            place,
            &mut around,
        );
        own.extend(&linked);
        let handlers = self.handlers(&flow.event_handlers, place, &around);
        let mut plans = vec![PagePlan {
            name: "Start Page".to_owned(),
            id: START_PAGE.to_owned(),
            entry: Act::default(),
            form: Vec::new(),
            parameters: Vec::new(),
            intents: own.intents.clone(),
            conditions: own.conditions.clone(),
            handlers: Vec::new(),
            flow_handlers: handlers.clone(),
        }];
        for page in &flow.pages {
            plans.push(self.page(page, &own, &handlers, &mut around));
        }
        let is_default = flow.display_name == AgentFile::DEFAULT_START_FLOW && flow.name.is_empty();
        let id = if is_default { DEFAULT_START_FLOW.to_owned() } else { flow.name.clone() };
        FlowPlan { name: flow.display_name.clone(), id, pages: plans }
    }

    fn page(
        &mut self,
        page: &'p Page,
        of_flow: &Routes,
        flow_handlers: &[Arc<Handler>],
        around: &mut Around<'p>,
    ) -> PagePlan {
        let place = Place { page: Some(&page.display_name), ..around.place };
        if page.knowledge_connector_settings.enabled {
            self.findings.at(&place);
            self.findings.skipped("knowledge connector");
        }
        let mut own = self.routes(&page.transition_routes, place, around);
        let linked =
            self.linked(&page.transition_route_groups, &page.agent_transition_route_groups, place, around);
        own.extend(&linked);
        own.intents.extend(of_flow.intents.iter().cloned());
        let parameters = &page.form.parameters;
        PagePlan {
            name: page.display_name.clone(),
            id: page.name.clone(),
            entry: self.act(&page.entry_fulfillment, Place { spot: Spot::Entry, ..place }),
            form: parameters.iter().map(known_parameter).collect(),
            parameters: parameters.iter().map(|one| self.parameter(one, place, around)).collect(),
            intents: own.intents,
            conditions: own.conditions,
            handlers: self.handlers(&page.event_handlers, place, around),
            flow_handlers: flow_handlers.to_vec(),
        }
    }

    fn parameter(
        &mut self,
        parameter: &'p FormParameter,
        place: Place<'p>,
        around: &Around<'p>,
    ) -> ParameterPlan {
        let (name, behavior) = (&parameter.display_name, &parameter.fill_behavior);
        let reprompts = behavior.reprompt_event_handlers.iter().map(|handler| {
            let spot = Spot::Reprompt { parameter: name, event: &handler.event };
            self.handler(handler, Place { spot, ..place }, around)
        });
        let reprompts = reprompts.collect();
        let prompt = Place { spot: Spot::Prompt { parameter: name }, ..place };
        ParameterPlan {
            name: name.clone(),
            entity_type: parameter.entity_type.clone(),
            is_list: parameter.is_list,
            dtmf: parameter.advanced_settings.dtmf_settings.clone(),
            prompt: self.act(&behavior.initial_prompt_fulfillment, prompt),
            reprompts,
        }
    }

    fn act(&mut self, fulfillment: &crate::emulator::package::Fulfillment, place: Place<'_>) -> Act {
        let place = self.findings.at(&place);
        Act::of(fulfillment, self.package, &mut self.findings, place)
    }

    /// The routes of the groups that are linked, those of the flow first (E-12).
    fn linked(
        &mut self,
        own: &'p [String],
        shared: &'p [String],
        place: Place<'p>,
        around: &mut Around<'p>,
    ) -> Routes {
        let mut routes = Routes::default();
        for name in own {
            match around.own.get(name.as_str()) {
                Some(group) => routes.extend(group),
                None => self.unknown("route_group_unknown", place, "route group", name),
            }
        }
        for name in shared {
            if !around.shared.contains_key(name.as_str()) {
                let found = self.package.route_groups.iter().find(|group| group.display_name == *name);
                let Some(group) = found else {
                    self.unknown("route_group_unknown", place, "route group", name);
                    continue;
                };
                // Its pages are those of the flow that links it.
                let outside = Place { flow: None, page: None, group: None, spot: Spot::Whole };
                let built = self.group(group, outside, around);
                around.shared.insert(name, built);
            }
            if let Some(group) = around.shared.get(name.as_str()) {
                routes.extend(group);
            }
        }
        routes
    }

    fn group(&mut self, group: &'p RouteGroup, place: Place<'p>, around: &Around<'p>) -> Routes {
        self.routes(&group.transition_routes, Place { group: Some(&group.display_name), ..place }, around)
    }

    fn routes(&mut self, routes: &'p [TransitionRoute], place: Place<'p>, around: &Around<'p>) -> Routes {
        let mut built = Routes::default();
        for route in routes {
            let place = Place { spot: route.spot(), ..place };
            let act = self.act(&route.trigger_fulfillment, place);
            let test = self.findings.condition(route.condition.as_deref().unwrap_or_default());
            let intent = route.intent.clone().filter(|name| !name.is_empty());
            if let Some(name) = intent.as_deref().filter(|name| self.package.intent(name).is_none()) {
                self.unknown("intent_unknown", place, "intent", name);
            }
            let goal = self.goal(route.target.as_ref(), place, around);
            let has_intent = intent.is_some();
            if !has_intent && matches!(test, Test::Nothing) {
                self.findings
                    .add("route_never_called", "a route needs an intent or a condition; it has neither");
                continue;
            }
            let route = Arc::new(Route { intent, test, act, goal });
            if has_intent { built.intents.push(route) } else { built.conditions.push(route) }
        }
        built
    }

    fn handlers(
        &mut self,
        handlers: &'p [EventHandler],
        place: Place<'p>,
        around: &Around<'p>,
    ) -> Vec<Arc<Handler>> {
        let handler = |handler: &'p EventHandler| {
            let spot = Spot::Event { event: &handler.event };
            self.handler(handler, Place { spot, ..place }, around)
        };
        handlers.iter().map(handler).collect()
    }

    fn handler(&mut self, handler: &EventHandler, place: Place<'_>, around: &Around<'p>) -> Arc<Handler> {
        let mut act = self.act(&handler.trigger_fulfillment, place);
        if handler.handles_webhook_errors()
            && let Some(call) = &mut act.call
        {
            let why = "a handler of webhook errors cannot call one";
            call.withheld = Some(why);
            self.findings
                .add("webhook_not_called", format!("the webhook {:?} is not called: {why}", call.webhook));
        }
        let goal = self.goal(handler.target.as_ref(), place, around);
        Arc::new(Handler { event: handler.event.clone(), act, goal })
    }

    fn goal(&mut self, target: Option<&Target>, place: Place<'_>, around: &Around<'p>) -> Option<Goal> {
        Some(match target? {
            Target::Page(name) => match (around.pages.get(name.as_str()), SymbolicPage::of(name)) {
                (Some(page), _) => Goal::Page(*page),
                (None, Some(symbol)) => Goal::Symbolic(symbol),
                (None, None) => {
                    self.unknown("target_unknown", place, "page", name);
                    Goal::Nowhere(name.clone())
                }
            },
            Target::Flow(name) => match self.flows.get(name.as_str()) {
                Some(flow) => Goal::Flow(*flow),
                None => {
                    self.unknown("target_unknown", place, "flow", name);
                    Goal::Nowhere(name.clone())
                }
            },
            Target::Playbook(name) => {
                self.findings.at(&place);
                self.findings.skipped(&format!("playbook {name}"));
                Goal::Playbook(name.clone())
            }
        })
    }

    fn unknown(&mut self, code: &'static str, place: Place<'_>, kind: &str, name: &str) {
        self.findings.at(&place);
        self.findings.add(code, format!("the {kind} {name:?} is named here, and the agent does not have it"));
    }
}

/// A form parameter as sessions know it. What is said for it is in its plan.
fn known_parameter(parameter: &FormParameter) -> session::FormParameter {
    session::FormParameter {
        display_name: parameter.display_name.clone(),
        required: parameter.required,
        default: Some(parameter.default_value.clone()).filter(|value| !value.is_null()),
        ..session::FormParameter::default()
    }
}
