//! Plays the agent, turn by turn.

use super::routes::Routes;

pub(super) fn routes(_routes: &mut Routes) {}
