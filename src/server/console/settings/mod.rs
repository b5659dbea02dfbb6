//! Tokens, the audit trail, and the settings in force.

use super::routes::Routes;

pub(super) fn routes(_routes: &mut Routes) {}
