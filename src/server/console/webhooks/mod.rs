//! Webhooks of the agent and of neighbour systems in one list, and those of Dialogflow.

use super::routes::Routes;

pub(super) fn routes(_routes: &mut Routes) {}
