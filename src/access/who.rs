//! Somebody who was let in.

use std::sync::Arc;

use super::{Action, Refused, Role};

/// Who does something, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    /// The token's id, or `command-line`.
    pub(crate) id: Arc<str>,
    /// The token's name.
    pub(crate) name: Arc<str>,
    pub(crate) role: Role,
}

impl Who {
    /// Whoever runs our command where the store's settings are.
    #[cfg(any(test, feature = "cli"))]
    pub(crate) fn command_line() -> Self {
        let user = std::env::var("USER").ok().filter(|user| !user.is_empty());
        let user = user.map_or_else(
            || "command line".to_owned(),
            |user| crate::excerpt::excerpt(&user, 100).into_owned(),
        );
        Self { id: "command-line".into(), name: user.into(), role: Role::Admin }
    }

    pub(crate) fn may(&self, action: Action) -> Result<(), Refused> {
        if self.role.may(action) { Ok(()) } else { Err(Refused::NotAllowed { role: self.role, action }) }
    }
}
