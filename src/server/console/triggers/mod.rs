//! Triggers and automations.

use super::routes::Routes;

pub(super) fn routes(_routes: &mut Routes) {}

/// The page of a rule.
pub(super) fn path(rule: i64) -> String {
    format!("/console/triggers/{rule}")
}
