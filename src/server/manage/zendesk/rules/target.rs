//! What an address and a method of the API ask for, where they are about rules.

use super::super::problem::Problem;
use crate::access::Action;
use crate::delivery::rules::Kind;

/// What is to be done with rules of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum RuleTarget {
    /// All, or those in force alone.
    List {
        active: bool,
    },
    /// Those whose titles have a text.
    Search,
    Create,
    Show(String),
    Update(String),
    Delete(String),
    UpdateMany,
    DeleteMany,
    Reorder,
    Preview,
}

/// Every path of triggers; automations have the same, but for their order.
#[cfg(test)]
pub(crate) const PATHS: [&str; 15] = [
    "/api/v2/triggers",
    "/api/v2/triggers/active",
    "/api/v2/triggers/search",
    "/api/v2/triggers/update_many",
    "/api/v2/triggers/destroy_many",
    "/api/v2/triggers/reorder",
    "/api/v2/triggers/preview",
    "/api/v2/triggers/{trigger_id}",
    "/api/v2/automations",
    "/api/v2/automations/active",
    "/api/v2/automations/search",
    "/api/v2/automations/update_many",
    "/api/v2/automations/destroy_many",
    "/api/v2/automations/preview",
    "/api/v2/automations/{automation_id}",
];

impl RuleTarget {
    /// Reads what stands below the path of a kind; `parts` are its segments.
    pub(in super::super) fn read(
        kind: Kind,
        method: &str,
        parts: &[&str],
        path: &str,
    ) -> Result<Self, Problem> {
        let refused = |allowed| Err(Problem::method(method, allowed));
        match (parts, method) {
            ([], "GET") => Ok(Self::List { active: false }),
            ([], "POST") => Ok(Self::Create),
            ([], _) => refused("GET, POST"),
            (["active"], "GET") => Ok(Self::List { active: true }),
            (["active"], _) => refused("GET"),
            (["search"], "GET") => Ok(Self::Search),
            (["search"], _) => refused("GET"),
            (["update_many"], "PUT") => Ok(Self::UpdateMany),
            (["update_many"], _) => refused("PUT"),
            (["destroy_many"], "DELETE") => Ok(Self::DeleteMany),
            (["destroy_many"], _) => refused("DELETE"),
            (["reorder"], "PUT") if kind == Kind::Trigger => Ok(Self::Reorder),
            (["reorder"], _) if kind == Kind::Trigger => refused("PUT"),
            (["preview"], "POST") => Ok(Self::Preview),
            (["preview"], _) => refused("POST"),
            ([id], "GET") => Ok(Self::Show((*id).to_owned())),
            ([id], "PUT") => Ok(Self::Update((*id).to_owned())),
            ([id], "DELETE") => Ok(Self::Delete((*id).to_owned())),
            ([_], _) => refused("GET, PUT, DELETE"),
            _ => Err(Problem::nowhere(path)),
        }
    }

    /// What somebody needs the right to. Whoever makes a rule sees the values of all parameters, so
    /// making one is more than making a webhook.
    pub(in super::super) fn action(&self) -> Action {
        match self {
            Self::List { .. } | Self::Search | Self::Show(_) => Action::View,
            _ => Action::Manage,
        }
    }

    /// Its word in the metrics.
    pub(in super::super) fn as_str(&self) -> &'static str {
        match self {
            Self::List { .. } | Self::Search => "list_rules",
            Self::Create => "create_rule",
            Self::Show(_) => "get_rule",
            Self::Update(_) | Self::UpdateMany | Self::Reorder => "update_rule",
            Self::Delete(_) | Self::DeleteMany => "delete_rule",
            Self::Preview => "preview_rule",
        }
    }
}
