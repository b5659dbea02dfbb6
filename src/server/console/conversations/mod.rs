//! The calls of a session, in order.

use super::routes::Routes;

pub(super) fn routes(_routes: &mut Routes) {}
