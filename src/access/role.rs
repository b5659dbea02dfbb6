//! What a token's owner may do.

use std::fmt;
use std::str::FromStr;

/// A token's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    /// Everything, tokens and the audit trail included.
    Admin,
    /// Looking, creating, changing and deleting.
    Editor,
    /// Creating alone: a pipeline that sets things up, and sees nothing.
    Creator,
    /// Looking alone.
    Viewer,
}

/// What somebody is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    View,
    Create,
    /// Changing, deleting, replaying, erasing.
    Manage,
    /// Tokens and the audit trail.
    Administer,
}

impl Role {
    pub(crate) const ALL: [Self; 4] = [Self::Admin, Self::Editor, Self::Creator, Self::Viewer];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Creator => "creator",
            Self::Viewer => "viewer",
        }
    }

    pub(crate) fn may(self, action: Action) -> bool {
        match self {
            Self::Admin => true,
            Self::Editor => action != Action::Administer,
            Self::Creator => action == Action::Create,
            Self::Viewer => action == Action::View,
        }
    }
}

impl Action {
    /// What it is called in a message.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::View => "look at this",
            Self::Create => "create this",
            Self::Manage => "change this",
            Self::Administer => "administer tokens or see the audit trail",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::as_str).join(", ");
            format!("expected one of {all}, found {:?}", crate::excerpt::excerpt(text, 100))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_its_part_and_no_more() {
        use Action::{Administer, Create, Manage, View};
        for (role, may) in [
            (Role::Admin, &[View, Create, Manage, Administer][..]),
            (Role::Editor, &[View, Create, Manage]),
            (Role::Creator, &[Create]),
            (Role::Viewer, &[View]),
        ] {
            for action in [View, Create, Manage, Administer] {
                assert_eq!(role.may(action), may.contains(&action), "{role} {action:?}");
            }
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert!("root".parse::<Role>().is_err());
    }
}
