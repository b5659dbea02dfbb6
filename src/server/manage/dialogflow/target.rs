//! What an address of the API names.

use percent_encoding::percent_decode_str;

use super::problem::{Code, Problem};
use crate::protocol::names::AgentName;
use crate::protocol::webhook::{Environment, Webhook};
use crate::resources::Resource as _;

/// Which kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Webhook,
    Environment,
}

/// A list of resources, or one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) agent: AgentName,
    pub(super) kind: Kind,
    pub(super) id: Option<String>,
}

/// The longest part of a name, in bytes.
const LONGEST: usize = 256;

impl Target {
    /// Reads a path behind the version, such as `projects/p/locations/l/agents/a/webhooks/w`.
    pub(super) fn read(path: &str) -> Result<Self, Problem> {
        let mut parts = Vec::new();
        for part in path.split('/') {
            let part = percent_decode_str(part).decode_utf8();
            let part = part.map_err(|_| Problem::invalid("name", "the address is not UTF-8"))?;
            if part.len() > LONGEST || part.chars().any(|c| c.is_control() || c == '/') {
                let message = format!(
                    "a part of the address has a slash, a control character or more than {LONGEST} bytes"
                );
                return Err(Problem::invalid("name", &message));
            }
            parts.push(part);
        }
        let parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
        let ["projects", project, "locations", location, "agents", agent, collection, rest @ ..] = &parts[..]
        else {
            return Err(elsewhere(path));
        };
        let kind = match *collection {
            Webhook::COLLECTION => Kind::Webhook,
            Environment::COLLECTION => Kind::Environment,
            _ => return Err(elsewhere(path)),
        };
        let id = match rest {
            [] => None,
            [id] if kind == Kind::Webhook || !id.contains(':') => Some((*id).to_owned()),
            _ => return Err(elsewhere(path)),
        };
        let owned = |part: &&str| (*part).to_owned();
        let agent = AgentName { project: owned(project), location: owned(location), agent: owned(agent) };
        let ids = [project, location, &agent.agent.as_str(), &id.as_deref().unwrap_or("-")];
        if ids.iter().any(|id| id.is_empty()) {
            return Err(Problem::invalid(
                "name",
                "a part of the address is empty; expected projects/P/locations/L/agents/A/webhooks/W",
            ));
        }
        Ok(Self { agent, kind, id })
    }
}

/// What else Dialogflow's API has, and this one has not.
fn elsewhere(path: &str) -> Problem {
    let path = crate::excerpt::excerpt(path, 300);
    Problem::new(
        Code::Unimplemented,
        format!(
            "This server has the webhooks and environments of Dialogflow's API (list, get, create, patch, delete), and nothing at {path:?}."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_lists_and_members() {
        let agent = "projects/p/locations/l/agents/a";
        for (path, kind, id) in [
            (format!("{agent}/webhooks"), Kind::Webhook, None),
            (format!("{agent}/webhooks/w%20-1"), Kind::Webhook, Some("w -1")),
            (format!("{agent}/webhooks/a:b"), Kind::Webhook, Some("a:b")),
            (format!("{agent}/environments"), Kind::Environment, None),
            (format!("{agent}/environments/e"), Kind::Environment, Some("e")),
        ] {
            let target = Target::read(&path).expect(&path);
            assert_eq!(
                (target.agent.to_string().as_str(), target.kind, target.id.as_deref()),
                (agent, kind, id)
            );
        }
        for (path, code) in [
            ("projects/p/locations/l/agents/a".to_owned(), Code::Unimplemented),
            (format!("{agent}/intents"), Code::Unimplemented),
            (format!("{agent}/environments/e:deployFlow"), Code::Unimplemented),
            (format!("{agent}/environments/e/continuousTestResults"), Code::Unimplemented),
            ("projects/p/locations/l/operations/o".to_owned(), Code::Unimplemented),
            (format!("{agent}/webhooks/"), Code::InvalidArgument),
            ("projects//locations/l/agents/a/webhooks".to_owned(), Code::InvalidArgument),
            (format!("{agent}/webhooks/a%2Fb"), Code::InvalidArgument),
            (format!("{agent}/webhooks/a%00"), Code::InvalidArgument),
            (format!("{agent}/webhooks/a%ff"), Code::InvalidArgument),
            (format!("{agent}/webhooks/{}", "x".repeat(257)), Code::InvalidArgument),
        ] {
            assert_eq!(Target::read(&path).expect_err(&path).code(), code, "{path}");
        }
    }
}
