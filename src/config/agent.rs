//! `[agent]`: the agent whose webhooks are served.

use jiff::tz::TimeZone;

use super::reader::Reader;

/// `[agent]`
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Agent {
    /// `projects/P/locations/L/agents/A`, the owner of webhooks and environments; empty if not said.
    pub name: String,
    /// The agent's time zone, for system functions.
    pub time_zone: TimeZone,
}

impl Agent {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let name = reader.text("name");
        let parts: Vec<&str> = name.split('/').collect();
        let whole = matches!(
            parts.as_slice(),
            ["projects", project, "locations", location, "agents", agent]
                if [project, location, agent].iter().all(|part| !part.is_empty())
        );
        if !name.is_empty() && !whole {
            reader.refuse("name", format!("expected projects/P/locations/L/agents/A, found {name:?}"));
        }
        let zone = reader.text("time_zone");
        let time_zone = TimeZone::get(&zone).unwrap_or_else(|_| {
            reader.refuse(
                "time_zone",
                format!("expected a time zone such as \"Europe/Berlin\" or \"UTC\", found {zone:?}"),
            );
            TimeZone::UTC
        });
        Self { name, time_zone }
    }
}
