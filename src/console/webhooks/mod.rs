//! Webhooks of the agent and of neighbour systems in one list, and those of Dialogflow.

pub(crate) mod confirm;
pub(crate) mod detail;
pub(crate) mod edit;
pub(crate) mod environments;
pub(crate) mod fields;
pub(crate) mod import;
pub(crate) mod list;
mod place;
pub(crate) mod trial;

pub(crate) use fields::Fields;
pub(crate) use place::Place;
