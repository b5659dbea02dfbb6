//! The served tags.

use super::routes::Routes;

pub(super) fn routes(_routes: &mut Routes) {}
