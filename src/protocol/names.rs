//! Resource names: `projects/P/locations/L/agents/A/…`.
//!
//! Names are read with [`str::parse`] and written with `to_string`. Ids are not checked beyond being
//! there: session ids in particular are arbitrary text (`dfMessenger-58641064:detectIntent` is one).

use std::fmt;
use std::str::FromStr;

/// A text that is no resource name of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no name of {kind}; expected {pattern}")]
pub struct NameError {
    /// The kind wanted, with its article.
    pub kind: &'static str,
    /// The form that such a name has.
    pub pattern: &'static str,
    /// What was found.
    pub found: String,
}

/// `projects/P/locations/L/agents/A`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AgentName {
    /// The project's id or number.
    pub project: String,
    /// The region, such as `us-central1` or `global`.
    pub location: String,
    /// The agent's id.
    pub agent: String,
}

/// An environment of an agent, as names mention it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Environment {
    /// `-`: the default one.
    Default,
    /// `draft`: what is being edited.
    Draft,
    /// An environment's id.
    Id(String),
}

impl From<&str> for Environment {
    fn from(id: &str) -> Self {
        match id {
            "-" => Self::Default,
            "draft" => Self::Draft,
            id => Self::Id(id.to_owned()),
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "-",
            Self::Draft => "draft",
            Self::Id(id) => id,
        })
    }
}

/// `…/sessions/S` or `…/environments/E/sessions/S`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionName {
    /// The agent.
    pub agent: AgentName,
    /// The environment, if the name says one; without one the platform means `draft`.
    pub environment: Option<Environment>,
    /// The session's id: any text, slashes and colons included.
    pub session: String,
}

/// Takes `collection/ID` off the front; the id may be anything without a slash.
fn take<'a>(rest: &mut &'a str, collection: &str) -> Option<&'a str> {
    let tail = rest.strip_prefix(collection)?.strip_prefix('/')?;
    let (id, tail) = tail.split_once('/').unwrap_or((tail, ""));
    *rest = tail;
    (!id.is_empty()).then_some(id)
}

fn take_agent(rest: &mut &str) -> Option<AgentName> {
    Some(AgentName {
        project: take(rest, "projects")?.to_owned(),
        location: take(rest, "locations")?.to_owned(),
        agent: take(rest, "agents")?.to_owned(),
    })
}

impl AgentName {
    /// The one that is meant where nobody says which.
    pub(crate) fn example() -> Self {
        let [project, location, agent] = ["example-project", "global", "example-agent"].map(str::to_owned);
        Self { project, location, agent }
    }
}

impl fmt::Display for AgentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { project, location, agent } = self;
        write!(f, "projects/{project}/locations/{location}/agents/{agent}")
    }
}

impl FromStr for AgentName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        let mut rest = name;
        let agent = take_agent(&mut rest).filter(|_| rest.is_empty() && !name.ends_with('/'));
        agent.ok_or_else(|| NameError {
            kind: "an agent",
            pattern: "projects/P/locations/L/agents/A",
            found: name.to_owned(),
        })
    }
}

impl fmt::Display for SessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.agent)?;
        if let Some(environment) = &self.environment {
            write!(f, "environments/{environment}/")?;
        }
        write!(f, "sessions/{}", self.session)
    }
}

impl FromStr for SessionName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        let parse = || {
            let mut rest = name;
            let agent = take_agent(&mut rest)?;
            let environment = if rest.starts_with("environments/") {
                Some(take(&mut rest, "environments")?.into())
            } else {
                None
            };
            let session = rest.strip_prefix("sessions/").filter(|id| !id.is_empty())?;
            Some(Self { agent, environment, session: session.to_owned() })
        };
        parse().ok_or_else(|| NameError {
            kind: "a session",
            pattern: "projects/P/locations/L/agents/A[/environments/E]/sessions/S",
            found: name.to_owned(),
        })
    }
}

/// Declares a name of one or two collections below the agent.
macro_rules! agent_resource {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $pattern:literal,
     $($(#[$doc:meta])* $collection:literal $id:ident),+) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name {
            /// The agent it belongs to.
            pub agent: AgentName,
            $( $(#[$doc])* pub $id: String, )+
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.agent)?;
                $( write!(f, concat!("/", $collection, "/{}"), self.$id)?; )+
                Ok(())
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(name: &str) -> Result<Self, NameError> {
                let parse = || {
                    let mut rest = name;
                    let agent = take_agent(&mut rest)?;
                    let parsed = Self { agent, $( $id: take(&mut rest, $collection)?.to_owned(), )+ };
                    (rest.is_empty() && !name.ends_with('/')).then_some(parsed)
                };
                parse().ok_or_else(|| NameError { kind: $kind, pattern: $pattern, found: name.to_owned() })
            }
        }
    };
}

agent_resource!(
    /// `…/flows/F`.
    FlowName, "a flow", "projects/P/locations/L/agents/A/flows/F",
    /// The flow's id.
    "flows" flow
);
agent_resource!(
    /// `…/flows/F/pages/P`; the page may be symbolic, such as `START_PAGE`.
    PageName, "a page", "projects/P/locations/L/agents/A/flows/F/pages/P",
    /// The flow's id.
    "flows" flow,
    /// The page's id.
    "pages" page
);
agent_resource!(
    /// `…/intents/I`.
    IntentName, "an intent", "projects/P/locations/L/agents/A/intents/I",
    /// The intent's id.
    "intents" intent
);
agent_resource!(
    /// `…/webhooks/W`.
    WebhookName, "a webhook", "projects/P/locations/L/agents/A/webhooks/W",
    /// The webhook's id.
    "webhooks" webhook
);
agent_resource!(
    /// `…/environments/E`.
    EnvironmentName, "an environment", "projects/P/locations/L/agents/A/environments/E",
    /// The environment's id; see [`Environment`] for the two special ones.
    "environments" environment
);

impl PageName {
    /// The flow that the page belongs to.
    #[must_use]
    pub fn flow_name(&self) -> FlowName {
        FlowName { agent: self.agent.clone(), flow: self.flow.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: &str = "projects/p/locations/global/agents/a";

    #[test]
    fn names_survive_a_round_trip() {
        for session in ["s", "dfMessenger-1:detectIntent", "a/b", "x y"] {
            for environment in ["", "environments/-/", "environments/draft/", "environments/e-1/"] {
                let text = format!("{AGENT}/{environment}sessions/{session}");
                let name: SessionName = text.parse().expect("a session");
                assert_eq!((name.to_string(), &*name.session), (text, session));
            }
        }
        let page = format!("{AGENT}/flows/f/pages/START_PAGE");
        let name: PageName = page.parse().expect("a page");
        assert_eq!(name.to_string(), page);
        assert_eq!(name.flow_name().to_string(), format!("{AGENT}/flows/f"));
        assert_eq!(AGENT.parse::<AgentName>().expect("an agent").to_string(), AGENT);
    }

    #[test]
    fn environments_are_told_apart() {
        let name: SessionName = format!("{AGENT}/environments/-/sessions/s").parse().expect("a session");
        assert_eq!(name.environment, Some(Environment::Default));
        let name: SessionName = format!("{AGENT}/sessions/s").parse().expect("a session");
        assert_eq!(name.environment, None);
    }

    #[test]
    fn what_is_no_name_is_told_with_the_form_expected() {
        for text in ["", "projects/p", "projects//locations/l/agents/a/intents/i", "x/y"] {
            assert!(text.parse::<IntentName>().is_err(), "{text}");
        }
        assert!(format!("{AGENT}/intents/i/").parse::<IntentName>().is_err());
        let error = format!("{AGENT}/sessions/").parse::<SessionName>().expect_err("empty id");
        assert!(
            error
                .to_string()
                .ends_with("expected projects/P/locations/L/agents/A[/environments/E]/sessions/S")
        );
    }
}
