//! Agents as their authors write them, in few words.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Talk;
use crate::emulator::Start;
use crate::emulator::agent::{Agent, AgentOptions};
use crate::emulator::package::{AgentPackage, Flow, Intent, PackageWebhook, Page, RouteGroup};
use crate::protocol::Webhook;

/// The flow that sessions start in.
pub(super) const MAIN: &str = "Default Start Flow";

/// A fulfillment, alone or in a route or handler.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    members: Map<String, Value>,
    fulfillment: Map<String, Value>,
}

/// A fulfillment alone.
pub(super) fn act() -> Piece {
    Piece::default()
}

/// A route with an intent.
pub(super) fn on(intent: &str) -> Piece {
    Piece::default().member("intent", intent)
}

/// A route with a condition.
pub(super) fn when(condition: &str) -> Piece {
    Piece::default().member("condition", condition)
}

/// An event handler.
pub(super) fn event(name: &str) -> Piece {
    Piece::default().member("event", name)
}

impl Piece {
    fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    fn push(mut self, list: &str, value: Value) -> Self {
        let list = self.fulfillment.entry(list).or_insert_with(|| json!([]));
        list.as_array_mut().expect("a list").push(value);
        self
    }

    /// And this condition.
    pub(super) fn and(self, condition: &str) -> Self {
        self.member("condition", condition)
    }

    pub(super) fn says(self, text: &str) -> Self {
        self.sends(json!({ "text": { "text": [text] }, "languageCode": "en" }))
    }

    pub(super) fn sends(self, message: Value) -> Self {
        self.push("messages", message)
    }

    pub(super) fn sets(self, parameter: &str, value: impl Into<Value>) -> Self {
        self.push("setParameterActions", json!({ "parameter": parameter, "value": value.into() }))
    }

    /// A chain of cases: condition and text.
    pub(super) fn cases(self, cases: &[(&str, &str)]) -> Self {
        let case = |(condition, text): &(&str, &str)| {
            json!({ "condition": condition, "caseContent": [
                { "message": { "text": { "text": [text] }, "languageCode": "en" } }] })
        };
        let cases: Vec<Value> = cases.iter().map(case).collect();
        self.push("conditionalCases", json!({ "cases": cases }))
    }

    pub(super) fn chain(self, chain: Value) -> Self {
        self.push("conditionalCases", chain)
    }

    /// Calls the webhook with this tag.
    pub(super) fn calls(self, tag: &str) -> Self {
        self.with("webhook", "Hook").with("tag", tag)
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fulfillment.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn to(self, page: &str) -> Self {
        self.member("targetPage", page)
    }

    pub(super) fn to_flow(self, flow: &str) -> Self {
        self.member("targetFlow", flow)
    }

    pub(super) fn to_playbook(self, playbook: &str) -> Self {
        self.member("targetPlaybook", playbook)
    }

    /// The fulfillment alone.
    pub(super) fn alone(&self) -> Value {
        Value::Object(self.fulfillment.clone())
    }

    /// The whole route or handler.
    pub(super) fn whole(&self) -> Value {
        let mut members = self.members.clone();
        members.insert("triggerFulfillment".to_owned(), self.alone());
        Value::Object(members)
    }
}

/// A form parameter that takes any text and is asked for with `name?`.
pub(super) fn ask(name: &str) -> Asks {
    let prompt = act().says(&format!("{name}?")).alone();
    Asks(json!({
        "displayName": name, "required": true, "entityType": "@sys.any",
        "fillBehavior": { "initialPromptFulfillment": prompt, "repromptEventHandlers": [] },
    }))
}

#[derive(Debug, Clone)]
pub(super) struct Asks(pub(super) Value);

impl Asks {
    /// Any text but one that a phrase matches fills it no more: values come from scripts.
    pub(super) fn strict(self) -> Self {
        self.with("entityType", "@sys.date")
    }

    pub(super) fn optional(self) -> Self {
        self.with("required", false)
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0[name] = value.into();
        self
    }

    pub(super) fn prompt(mut self, prompt: &Piece) -> Self {
        self.0["fillBehavior"]["initialPromptFulfillment"] = prompt.alone();
        self
    }

    pub(super) fn reprompt(mut self, handler: &Piece) -> Self {
        let handlers = &mut self.0["fillBehavior"]["repromptEventHandlers"];
        handlers.as_array_mut().expect("a list").push(handler.whole());
        self
    }
}

/// A page.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet(Map<String, Value>);

pub(super) fn page() -> Sheet {
    Sheet::default()
}

impl Sheet {
    pub(super) fn entry(self, entry: &Piece) -> Self {
        self.with("entryFulfillment", entry.alone())
    }

    pub(super) fn ask(mut self, parameter: Asks) -> Self {
        let form = self.0.entry("form").or_insert_with(|| json!({ "parameters": [] }));
        form["parameters"].as_array_mut().expect("a list").push(parameter.0);
        self
    }

    pub(super) fn route(self, route: &Piece) -> Self {
        self.push("transitionRoutes", route.whole())
    }

    pub(super) fn event(self, handler: &Piece) -> Self {
        self.push("eventHandlers", handler.whole())
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    fn push(mut self, list: &str, value: Value) -> Self {
        let list = self.0.entry(list).or_insert_with(|| json!([]));
        list.as_array_mut().expect("a list").push(value);
        self
    }
}

/// A whole agent.
#[derive(Debug, Clone)]
pub(super) struct Written {
    flows: BTreeMap<String, (Sheet, Vec<(String, Sheet)>, Vec<Value>)>,
    groups: Vec<Value>,
    intents: Vec<Intent>,
    agent: Value,
}

/// An agent with one flow, with the intents `go`, `yes` and `no`, whose phrases are their names.
pub(super) fn agent() -> Written {
    let written = Written {
        flows: BTreeMap::from([(MAIN.to_owned(), Default::default())]),
        groups: Vec::new(),
        intents: Vec::new(),
        agent: json!({ "defaultLanguageCode": "en" }),
    };
    written.intent("go", &["go"]).intent("yes", &["yes"]).intent("no", &["no"])
}

impl Written {
    pub(super) fn agent_json(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.agent[name] = value.into();
        self
    }

    pub(super) fn intent(self, name: &str, phrases: &[&str]) -> Self {
        self.intent_with(name, phrases, json!({}))
    }

    /// An intent with further members, and phrases in English.
    pub(super) fn intent_with(mut self, name: &str, phrases: &[&str], members: Value) -> Self {
        let mut intent: Intent = serde_json::from_value(members).expect("an intent");
        name.clone_into(&mut intent.display_name);
        let phrase = |text: &&str| {
            serde_json::from_value(json!({ "parts": [{ "text": text }], "languageCode": "en" }))
                .expect("a phrase")
        };
        intent.training_phrases.insert("en".to_owned(), phrases.iter().map(phrase).collect());
        self.intents.push(intent);
        self
    }

    fn flow_entry(&mut self, flow: &str) -> &mut (Sheet, Vec<(String, Sheet)>, Vec<Value>) {
        self.flows.entry(flow.to_owned()).or_default()
    }

    /// A route of the start flow.
    pub(super) fn route(self, route: Piece) -> Self {
        self.route_of(MAIN, route)
    }

    pub(super) fn route_of(self, flow: &str, route: Piece) -> Self {
        self.flow_with(flow, |sheet| sheet.route(&route))
    }

    /// An event handler of the start flow.
    pub(super) fn event(self, handler: Piece) -> Self {
        self.event_of(MAIN, handler)
    }

    pub(super) fn event_of(self, flow: &str, handler: Piece) -> Self {
        self.flow_with(flow, |sheet| sheet.event(&handler))
    }

    /// The flow's own members.
    pub(super) fn flow_with(mut self, flow: &str, change: impl FnOnce(Sheet) -> Sheet) -> Self {
        let entry = self.flow_entry(flow);
        entry.0 = change(std::mem::take(&mut entry.0));
        self
    }

    /// A page of the start flow.
    pub(super) fn page(self, name: &str, sheet: Sheet) -> Self {
        self.page_of(MAIN, name, sheet)
    }

    pub(super) fn page_of(mut self, flow: &str, name: &str, sheet: Sheet) -> Self {
        self.flow_entry(flow).1.push((name.to_owned(), sheet));
        self
    }

    /// A route group of a flow, or of the agent.
    pub(super) fn group(mut self, flow: Option<&str>, name: &str, routes: &[Piece]) -> Self {
        let routes: Vec<Value> = routes.iter().map(Piece::whole).collect();
        let group = json!({ "displayName": name, "transitionRoutes": routes });
        match flow {
            Some(flow) => self.flow_entry(flow).2.push(group),
            None => self.groups.push(group),
        }
        self
    }

    pub(super) fn package(&self) -> AgentPackage {
        let group = |group: &Value| -> RouteGroup { serde_json::from_value(group.clone()).expect("a group") };
        let flows = self.flows.iter().map(|(name, (sheet, pages, groups))| {
            let mut flow: Flow = serde_json::from_value(Value::Object(sheet.0.clone())).expect("a flow");
            flow.display_name.clone_from(name);
            flow.file = format!("flows/{name}/{name}.json");
            flow.name = crate::emulator::turn::id_of(name, &[], "");
            let page = |(page, sheet): &(String, Sheet)| {
                let mut read: Page = serde_json::from_value(Value::Object(sheet.0.clone())).expect("a page");
                read.display_name.clone_from(page);
                read.file = format!("flows/{name}/pages/{page}.json");
                read
            };
            flow.pages = pages.iter().map(page).collect();
            flow.route_groups = groups.iter().map(group).collect();
            flow
        });
        let hook = json!({ "displayName": "Hook", "genericWebService": { "uri": "https://hook.example" } });
        let webhook = Webhook::parse(hook.to_string().as_bytes()).expect("a webhook");
        AgentPackage {
            agent: serde_json::from_value(self.agent.clone()).expect("an agent"),
            flows: flows.collect(),
            route_groups: self.groups.iter().map(group).collect(),
            intents: self.intents.clone(),
            webhooks: vec![PackageWebhook { file: "webhooks/Hook.json".to_owned(), webhook }],
            ..AgentPackage::default()
        }
    }

    pub(super) fn agent(&self) -> Arc<Agent> {
        Arc::new(Agent::new(self.package(), AgentOptions::default()).expect("an agent"))
    }

    pub(super) fn talk(&self) -> Talk {
        Talk::with(self, Start::default())
    }
}
