//! The parts of a session's name, as a conversation is looked for by them.

use std::borrow::Cow;

use crate::excerpt::excerpt;

/// What a session's name says; anything else is a session's id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Parts<'n> {
    /// `projects/P/locations/L/agents/A`.
    pub(crate) agent: &'n str,
    /// The environment's id; a name without one means `draft`.
    pub(crate) environment: &'n str,
    pub(crate) id: &'n str,
}

/// Ids are as long as this on the platform; what callers invent may be longer.
const LONGEST: usize = 256;

impl<'n> Parts<'n> {
    pub(crate) fn of(name: &'n str) -> Self {
        let other = Self { id: name, ..Self::default() };
        // projects/P/locations/L/agents/A/ comes first; the id at the end may hold anything.
        let Some((end, _)) = name.bytes().enumerate().filter(|(_, byte)| *byte == b'/').nth(5) else {
            return other;
        };
        let (agent, rest) = (&name[..end], &name[end + 1..]);
        if let Some(id) = rest.strip_prefix("sessions/") {
            return Self { agent, environment: "draft", id };
        }
        let environment = rest.strip_prefix("environments/").and_then(|rest| rest.split_once('/'));
        match environment.and_then(|(name, rest)| Some((name, rest.strip_prefix("sessions/")?))) {
            Some((environment, id)) => Self { agent, environment, id },
            None => other,
        }
    }

    /// The id as it is kept and looked for.
    pub(crate) fn key(self) -> Cow<'n, str> {
        excerpt(self.id, LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::Parts;

    #[test]
    fn a_name_is_taken_apart_and_anything_else_is_an_id() {
        for (name, agent, environment, id) in [
            (
                "projects/p/locations/l/agents/a/sessions/s/sessions/t",
                "projects/p/locations/l/agents/a",
                "draft",
                "s/sessions/t",
            ),
            (
                "projects/p/locations/l/agents/a/environments/-/sessions/s",
                "projects/p/locations/l/agents/a",
                "-",
                "s",
            ),
            (
                "projects/p/locations/l/agents/a/elsewhere/s",
                "",
                "",
                "projects/p/locations/l/agents/a/elsewhere/s",
            ),
            ("anything", "", "", "anything"),
            ("", "", "", ""),
        ] {
            assert_eq!(Parts::of(name), Parts { agent, environment, id }, "{name}");
        }
        assert_eq!(Parts::of(&"x".repeat(300)).key(), Parts::of(&"x".repeat(300)).key());
    }
}
