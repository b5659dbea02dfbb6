//! Which sessions are answered, whoever calls: lists of projects, agents and environments.

use crate::config::checks;
use crate::excerpt::excerpt;
use crate::protocol::names::{Environment, SessionName};

/// Why a session is not answered: for the log alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotAllowed(String);

pub(super) fn judge(allow: &checks::Allow, session: &str) -> Result<(), NotAllowed> {
    let checks::Allow { projects, agents, environments } = allow;
    if projects.is_empty() && agents.is_empty() && environments.is_empty() {
        return Ok(());
    }
    let name: SessionName = session.parse().map_err(|_| {
        let found = if session.is_empty() { "no session".to_owned() } else { format!("{:?}", excerpt(session, 200)) };
        NotAllowed(format!(
            "auth.projects, auth.agents and auth.environments look at the session's name, and the call has {found} (a flexible \
             call has none)"
        ))
    })?;
    let refused = |list: &str, found: &str, allowed: &[String]| {
        let found = excerpt(found, 200);
        Err(NotAllowed(format!(
            "auth.{list}: the session's is {found:?}, and allowed are {}",
            allowed.join(", ")
        )))
    };
    if !projects.is_empty() && !projects.contains(&name.agent.project) {
        return refused("projects", &name.agent.project, projects);
    }
    if !agents.is_empty() && !agents.contains(&name.agent) {
        let agents: Vec<String> = agents.iter().map(ToString::to_string).collect();
        return refused("agents", &name.agent.to_string(), &agents);
    }
    // A name without an environment means the draft.
    let environment = name.environment.unwrap_or(Environment::Draft).to_string();
    if !environments.is_empty() && !environments.contains(&environment) {
        return refused("environments", &environment, environments);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_of_others_are_not_answered() {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let mut allow = checks::Allow::default();
        assert_eq!(judge(&allow, "anything"), Ok(()));
        allow.projects = list(&["shop", "123"]);
        let agent = |project: &str| format!("projects/{project}/locations/global/agents/a");
        let session =
            |project: &str, environment: &str| format!("{}{environment}/sessions/s", agent(project));
        assert_eq!(judge(&allow, &session("shop", "")), Ok(()));
        assert_eq!(judge(&allow, &session("123", "/environments/e")), Ok(()));
        let refused = judge(&allow, &session("other", "")).expect_err("another project").to_string();
        assert_eq!(refused, "auth.projects: the session's is \"other\", and allowed are shop, 123");
        for no_session in ["", "x", "projects/shop"] {
            assert!(judge(&allow, no_session).is_err(), "{no_session}");
        }
        allow.environments = list(&["e", "draft"]);
        assert_eq!(judge(&allow, &session("shop", "")), Ok(()));
        assert_eq!(judge(&allow, &session("shop", "/environments/draft")), Ok(()));
        assert!(judge(&allow, &session("shop", "/environments/-")).is_err());
        allow.agents = vec![agent("shop").parse().expect("a name")];
        assert_eq!(judge(&allow, &session("shop", "/environments/e")), Ok(()));
        assert!(judge(&allow, &session("123", "/environments/e")).is_err());
    }
}
