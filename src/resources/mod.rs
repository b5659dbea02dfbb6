//! The webhooks and environments of agents, wherever they stand: rules of Dialogflow's management API.
//!
//! What stands in files belongs to whoever edits the files, and is only read here. What is made
//! through the API stands in the store. Both are listed, named and served alike. This room knows no
//! HTTP, and nothing of routes beyond asking [`Serving`] what a change would do to them.

mod bounds;
mod check;
mod error;
mod filed;
mod follow;
mod kind;
mod page;
mod served;
mod service;
mod table;

pub(crate) use crate::violation::Violation;
use bounds::Bounds;
pub(crate) use error::ResourceError;
pub(crate) use kind::Resource;
pub(crate) use service::{Answer, Edit, Held, Page, Service, Serving, Surveyed};
