//! Everything that an agent says and calls, each with its place.

use super::{
    AgentPackage, EventHandler, Flow, Fulfillment, KnowledgeConnector, Page, Place, RouteGroup, Spot, Target,
    TransitionRoute,
};

/// A fulfillment, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Placed<'p> {
    /// Where it stands.
    pub place: Place<'p>,
    /// The file that it is in.
    pub file: &'p str,
    /// What is said and done.
    pub fulfillment: &'p Fulfillment,
    /// Where the conversation goes then, if its route or handler says so.
    pub target: Option<&'p Target>,
}

/// A webhook that is called, and where.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct WebhookCall<'p> {
    /// The webhook, by display name; the package may lack it.
    pub webhook: &'p str,
    /// The tag; empty if the author forgot it.
    pub tag: &'p str,
    /// Where it is called.
    pub place: Place<'p>,
    /// The file that says so.
    pub file: &'p str,
    /// The fulfillment that it is a part of.
    pub fulfillment: &'p Fulfillment,
    /// Where the conversation goes then, if its route or handler says so.
    pub target: Option<&'p Target>,
}

impl AgentPackage {
    /// Every fulfillment of the agent, empty ones included: flow by flow, page by page.
    pub fn fulfillments(&self) -> impl Iterator<Item = Placed<'_>> {
        let mut found = Vec::new();
        for flow in &self.flows {
            found_in_flow(flow, &mut found);
        }
        for group in &self.route_groups {
            found_in_group(None, group, &mut found);
        }
        found.into_iter()
    }

    /// Every call of a webhook: which one, with which tag, and where.
    pub fn calls(&self) -> impl Iterator<Item = WebhookCall<'_>> {
        self.fulfillments().filter_map(|Placed { place, file, fulfillment, target }| {
            let webhook = fulfillment.called_webhook()?;
            Some(WebhookCall { webhook, tag: &fulfillment.tag, place, file, fulfillment, target })
        })
    }
}

/// Where fulfillments are looked for.
struct In<'p, 'f> {
    place: Place<'p>,
    file: &'p str,
    found: &'f mut Vec<Placed<'p>>,
}

impl<'p> In<'p, '_> {
    fn add(&mut self, spot: Spot<'p>, fulfillment: &'p Fulfillment, target: Option<&'p Target>) {
        self.found.push(Placed { place: Place { spot, ..self.place }, file: self.file, fulfillment, target });
    }

    fn routes(&mut self, routes: &'p [TransitionRoute]) {
        for route in routes {
            self.add(route.spot(), &route.trigger_fulfillment, route.target.as_ref());
        }
    }

    fn handlers(&mut self, handlers: &'p [EventHandler]) {
        for handler in handlers {
            let spot = Spot::Event { event: &handler.event };
            self.add(spot, &handler.trigger_fulfillment, handler.target.as_ref());
        }
    }

    fn knowledge(&mut self, knowledge: &'p KnowledgeConnector) {
        let KnowledgeConnector { trigger_fulfillment, target, .. } = knowledge;
        if knowledge.enabled || !trigger_fulfillment.is_empty() {
            self.add(Spot::Knowledge, trigger_fulfillment, target.as_ref());
        }
    }
}

impl TransitionRoute {
    /// What a place in this route is.
    #[must_use]
    pub fn spot(&self) -> Spot<'_> {
        let given = |text: &'_ Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        Spot::Route {
            intent: self.intent.as_deref().filter(|_| given(&self.intent)),
            condition: self.condition.as_deref().filter(|_| given(&self.condition)),
        }
    }
}

fn found_in_flow<'p>(flow: &'p Flow, found: &mut Vec<Placed<'p>>) {
    let place = Place { flow: Some(&flow.display_name), page: None, group: None, spot: Spot::Whole };
    let mut here = In { place, file: &flow.file, found };
    here.routes(&flow.transition_routes);
    here.handlers(&flow.event_handlers);
    here.knowledge(&flow.knowledge_connector_settings);
    for group in &flow.route_groups {
        found_in_group(Some(&flow.display_name), group, found);
    }
    for page in &flow.pages {
        found_in_page(place, page, found);
    }
}

fn found_in_page<'p>(flow: Place<'p>, page: &'p Page, found: &mut Vec<Placed<'p>>) {
    let place = Place { page: Some(&page.display_name), ..flow };
    let mut here = In { place, file: &page.file, found };
    here.add(Spot::Entry, &page.entry_fulfillment, None);
    for parameter in &page.form.parameters {
        let (name, behavior) = (&parameter.display_name, &parameter.fill_behavior);
        here.add(Spot::Prompt { parameter: name }, &behavior.initial_prompt_fulfillment, None);
        for handler in &behavior.reprompt_event_handlers {
            let spot = Spot::Reprompt { parameter: name, event: &handler.event };
            here.add(spot, &handler.trigger_fulfillment, handler.target.as_ref());
        }
    }
    here.routes(&page.transition_routes);
    here.handlers(&page.event_handlers);
    here.knowledge(&page.knowledge_connector_settings);
}

fn found_in_group<'p>(flow: Option<&'p str>, group: &'p RouteGroup, found: &mut Vec<Placed<'p>>) {
    let place = Place { flow, page: None, group: Some(&group.display_name), spot: Spot::Whole };
    In { place, file: &group.file, found }.routes(&group.transition_routes);
}
