//! Webhooks of the agent and of neighbour systems in one list, and those of Dialogflow.
//!
//! Dialogflow's rules are those of [`resources`](crate::resources), as for its API; what a test sends is
//! what the [emulator](crate::emulator) sends.

mod change;
mod create;
mod detail;
mod edit;
mod environments;
mod export;
mod import;
mod list;
mod overrides;
mod record;
mod refused;
mod target;
mod trial;
mod turn;

use super::asked::Asked;
use super::problem::Problem;
use super::routes::Routes;
use super::shown::Shown;

/// The pages of Dialogflow's webhooks are below.
const DIALOGFLOW: &str = "/console/webhooks/dialogflow";

/// The pages of its environments are below.
const ENVIRONMENTS: &str = "/console/webhooks/environments";

pub(super) fn routes(routes: &mut Routes) {
    list::routes(routes);
    create::routes(routes);
    detail::routes(routes);
    edit::routes(routes);
    change::routes(routes);
    export::routes(routes);
    import::routes(routes);
    environments::routes(routes);
    overrides::routes(routes);
}
