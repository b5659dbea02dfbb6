//! The log of all invocations.

use super::routes::Routes;

pub(super) fn routes(_routes: &mut Routes) {}
