//! What an agent package holds, as data: nothing here executes anything.

mod agent;
mod entity_type;
mod exported;
mod flow;
mod fulfillment;
mod handler;
mod intent;
mod message;
mod page;
mod target;
mod test_case;
mod webhook;

pub use agent::Agent;
pub use entity_type::{Entity, EntityKind, EntityType};
pub use flow::{Flow, KnowledgeConnector, ParameterDefinition, RouteGroup};
pub use fulfillment::{
    Case, CaseContent, ConditionalCases, Fulfillment, GeneratorSettings, SetParameterAction,
};
pub use handler::{EventHandler, TransitionRoute};
pub use intent::{Intent, IntentParameter, PhrasePart, TrainingPhrase};
pub use message::AgentMessage;
pub use page::{DtmfSettings, FillBehavior, Form, FormParameter, Page, ParameterSettings};
pub use target::{SymbolicPage, Target};
pub use test_case::{
    Named, RecordedOutput, TestCase, TestConfig, TestInput, TestInputValue, TestPage, TestTurn, Variants,
};
pub use webhook::PackageWebhook;
