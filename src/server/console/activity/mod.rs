//! The log of all invocations.

mod body;
mod curl;
mod failed;
mod list;
mod one;
mod received;
mod replay;

pub(super) use one::{caused_by, parameters};

use super::asked::Asked;
use super::problem::Problem;
use super::routes::Routes;
use crate::access::Action;
use crate::activity::{Activity, InvocationId};
use crate::server::invocations::By;
use crate::server::respond::Unmanaged;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/activity", Action::View, list::show);
    routes.get("/console/activity/tail", Action::View, list::tail);
    routes.get("/console/activity/replay", Action::Manage, failed::ask);
    routes.post("/console/activity/replay", Action::Manage, failed::make);
    routes.get("/console/activity/received", Action::View, received::list);
    routes.get("/console/activity/received/{id}", Action::View, received::show);
    routes.get("/console/activity/received/{id}/body", Action::View, received::body);
    routes.post("/console/activity/received/{id}/replay", Action::Manage, received::replay);
    routes.get("/console/activity/{id}", Action::View, one::show);
    routes.get("/console/activity/{id}/body", Action::View, one::body);
    routes.get("/console/activity/{id}/replay", Action::Manage, replay::ask);
    routes.post("/console/activity/{id}/replay", Action::Manage, replay::make);
}

/// The log, where there is one.
pub(super) fn log(asked: &Asked) -> Result<&Activity, Problem> {
    asked.console().door.activity.as_ref().ok_or(Problem::Unmanaged(Unmanaged::Off))
}

/// The invocation that the address names.
fn id(asked: &Asked) -> Result<InvocationId, Problem> {
    asked.part("id").parse().map_err(|_| Problem::NotFound("invocation with this id"))
}

/// Who wants it, for the audit trail.
pub(super) fn by(asked: &Asked) -> Result<By<'_>, Problem> {
    Ok(By { who: asked.who()?, request_id: &asked.request_id })
}
