//! Where the pages about one thing are.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What a segment of a path cannot hold as it is.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'\\');

/// An address that others begin with, and the agent that all of them name if it is not the usual one.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    path: String,
    query: String,
}

impl Place {
    /// The pages below this address, about things of this agent; of the usual one for none.
    pub(crate) fn new(path: impl Into<String>, agent: Option<&str>) -> Self {
        let agent = agent.map(|agent| {
            let agent: String = url::form_urlencoded::byte_serialize(agent.as_bytes()).collect();
            format!("agent={agent}")
        });
        Self { path: path.into(), query: agent.unwrap_or_default() }
    }

    /// The pages about one of them.
    pub(crate) fn of(&self, id: &str) -> Self {
        Self {
            path: format!("{}/{}", self.path, utf8_percent_encode(id, SEGMENT)),
            query: self.query.clone(),
        }
    }

    /// The page itself.
    pub(crate) fn here(&self) -> String {
        self.join(&self.path)
    }

    /// A page below it, such as `edit`.
    pub(crate) fn to(&self, below: &str) -> String {
        self.join(&format!("{}/{below}", self.path))
    }

    fn join(&self, path: &str) -> String {
        let separator = match () {
            () if self.query.is_empty() => "",
            () if path.contains('?') => "&",
            () => "?",
        };
        format!("{path}{separator}{}", self.query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_another_agent_and_stay_addresses() {
        let place = Place::new("/console/webhooks/dialogflow", None).of("a/b c?<");
        assert_eq!(place.to("edit"), "/console/webhooks/dialogflow/a%2Fb%20c%3F%3C/edit");
        let place = Place::new("/console/x", Some("projects/p"));
        assert_eq!(place.here(), "/console/x?agent=projects%2Fp");
        assert_eq!(place.to("export?format=json"), "/console/x/export?format=json&agent=projects%2Fp");
    }
}
