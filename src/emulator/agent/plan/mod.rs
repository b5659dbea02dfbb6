//! An agent made ready: what is in scope where, in order of evaluation, with texts and conditions parsed.

mod act;
mod build;
mod findings;
mod message;

use std::sync::Arc;

use crate::emulator::package::{DtmfSettings, SymbolicPage};
use crate::emulator::session::FormParameter;
use crate::flexible::Condition;

pub(super) use act::{Act, CallPlan, Chain, Content, Preset, PresetScope};
pub(super) use build::flows;
pub(super) use message::{Say, Saying};

/// A flow.
#[derive(Debug)]
pub(super) struct FlowPlan {
    pub(super) name: String,
    pub(super) id: String,
    /// Its pages, the start page first.
    pub(super) pages: Vec<PagePlan>,
}

/// A page, with everything that is in scope on it.
#[derive(Debug)]
pub(super) struct PagePlan {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) entry: Act,
    /// Its form, as sessions know forms.
    pub(super) form: Vec<FormParameter>,
    /// The same parameters, with what is said for them.
    pub(super) parameters: Vec<ParameterPlan>,
    /// The routes with an intent: of the page, its groups, the flow and its groups (E-10).
    pub(super) intents: Vec<Arc<Route>>,
    /// The routes with a condition alone: of the page and its groups (E-11).
    pub(super) conditions: Vec<Arc<Route>>,
    /// The event handlers of the page.
    pub(super) handlers: Vec<Arc<Handler>>,
    /// Those of the flow; for the start page they are its own.
    pub(super) flow_handlers: Vec<Arc<Handler>>,
}

/// A form parameter.
#[derive(Debug)]
pub(super) struct ParameterPlan {
    pub(super) name: String,
    pub(super) entity_type: String,
    pub(super) is_list: bool,
    pub(super) dtmf: DtmfSettings,
    pub(super) prompt: Act,
    pub(super) reprompts: Vec<Arc<Handler>>,
}

/// A route.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) intent: Option<String>,
    pub(super) test: Test,
    pub(super) act: Act,
    pub(super) goal: Option<Goal>,
}

/// Under which condition something is done.
#[derive(Debug)]
pub(super) enum Test {
    /// None is written.
    Nothing,
    Condition(Condition),
    /// What is written is no condition: never.
    Never,
}

/// An event handler.
#[derive(Debug)]
pub(super) struct Handler {
    pub(super) event: String,
    pub(super) act: Act,
    pub(super) goal: Option<Goal>,
}

/// Where a route, handler or webhook leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Goal {
    /// A page of the active flow.
    Page(usize),
    Symbolic(SymbolicPage),
    /// The start page of a flow.
    Flow(usize),
    /// A page of another flow, which only a webhook can name.
    PageOf(usize, usize),
    /// A playbook, which is generative.
    Playbook(String),
    /// A name that nothing bears.
    Nowhere(String),
}

impl Handler {
    /// Whether it handles this event. Flows end with events that the guide writes otherwise than exports.
    pub(super) fn handles(&self, event: &str) -> bool {
        let plain = |name: &str| name.replace('-', ".").to_ascii_lowercase();
        self.event == event || (event.starts_with("flow-") && plain(&self.event) == plain(event))
    }
}
