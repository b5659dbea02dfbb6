//! The calls of a session, in order.

mod erase;
mod list;
mod one;
#[cfg(any(feature = "cli", feature = "testing"))]
mod transcript;

use percent_encoding::percent_decode_str;

use super::asked::Asked;
use super::routes::Routes;
use crate::access::Action;
use crate::activity::SessionParts;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/conversations", Action::View, list::show);
    routes.get("/console/conversations/{session}", Action::View, one::show);
    routes.get("/console/conversations/{session}/erase", Action::Manage, erase::ask);
    routes.post("/console/conversations/{session}/erase", Action::Manage, erase::erase);
    #[cfg(any(feature = "cli", feature = "testing"))]
    routes.get("/console/conversations/{session}/transcript", Action::View, transcript::save);
}

/// The session's id that the address names. The router leaves signs of its own encoded.
fn session(asked: &Asked) -> String {
    let name = percent_decode_str(asked.part("session")).decode_utf8_lossy();
    SessionParts::of(&name).key().into_owned()
}
