//! What is set, who may manage, and who changed what.

mod audit;
mod configuration;
mod tokens;

use super::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    configuration::routes(routes);
    tokens::routes(routes);
    audit::routes(routes);
}
