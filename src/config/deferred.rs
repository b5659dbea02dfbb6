//! `[deferred]`, and what a route says of deferring.

use std::time::Duration;

use super::reader::Reader;
use super::routes::{self, ReplySetting};

const SECOND: Duration = Duration::from_secs(1);

/// `[deferred]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Deferred {
    pub max_running: usize,
    pub timeout: Duration,
    pub keep: Duration,
    pub max_kept: usize,
}

impl Default for Deferred {
    fn default() -> Self {
        Self { max_running: 256, timeout: 60 * SECOND, keep: 300 * SECOND, max_kept: 1000 }
    }
}

impl Deferred {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        Self {
            max_running: reader.integer("max_running", 0..=65_536),
            timeout: reader.duration("timeout", SECOND / 1000..=3600 * SECOND),
            keep: reader.duration("keep", SECOND / 1000..=24 * 3600 * SECOND),
            max_kept: reader.integer("max_kept", 1..=1_000_000),
        }
    }
}

/// How a route defers its answers.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Deferral {
    /// How long the agent waits, from the head of its request.
    pub after: Duration,
    /// What it is told then.
    pub interim: ReplySetting,
    /// How long the exchange may take in all; `None` leaves it to `[deferred]`.
    pub timeout: Option<Duration>,
}

impl Deferral {
    /// What the route says; `deadline` is how long its calls may take.
    pub(super) fn read(route: &Reader<'_, '_>, deadline: Duration) -> Option<Self> {
        let after =
            route.optional("defer_after", |route, key| route.duration(key, SECOND / 1000..=30 * SECOND));
        let interim = routes::reply(route, "interim");
        let timeout = route
            .optional("deferred_timeout", |route, key| route.duration(key, SECOND / 1000..=3600 * SECOND));
        match (after, interim) {
            (Some(after), Some(interim)) => {
                if after >= deadline {
                    let message = format!(
                        "expected less than the deadline of its calls, {}, found {}",
                        humantime::format_duration(deadline),
                        humantime::format_duration(after)
                    );
                    route.refuse("defer_after", message);
                }
                Some(Self { after, interim, timeout })
            }
            (Some(_), None) if route.node.get(&["interim"]).is_none() => {
                route.refuse("defer_after", "expected `interim` beside it, which is said then");
                None
            }
            // What is wrong with it has been told.
            (Some(_), None) => None,
            (None, interim) => {
                for (key, is_there) in
                    [("interim", interim.is_some()), ("deferred_timeout", timeout.is_some())]
                {
                    if is_there {
                        route.refuse(
                            key,
                            "expected `defer_after` beside it, without which nothing is deferred",
                        );
                    }
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::faults;
    use super::super::{Config, Sources};
    use super::*;

    #[test]
    fn the_defaults_of_the_code_are_those_of_the_file() {
        let read = Config::load(&Sources::default()).expect("the defaults are valid").deferred;
        assert_eq!(format!("{read:?}"), format!("{:?}", Deferred::default()));
    }

    #[test]
    fn a_route_that_defers_says_when_and_what() {
        let file = "[deferred]\nkeep = \"25h\"\n[routes.a]\nwebhook = \"w\"\ndefer_after = \"2s\"\n\
                    [routes.b]\nwebhook = \"w\"\ninterim = \"x\"\ndeferred_timeout = \"1m\"\n\
                    [routes.c]\nwebhook = \"w\"\ndefer_after = \"2s\"\ninterim = \"x\"\ndeadline = \"1s\"\n\
                    [routes.d]\nwebhook = \"w\"\ndefer_after = \"4500ms\"\ninterim = 3\n";
        let expected = [
            "rejoinder.toml:2: deferred.keep: expected a time with its unit from 1ms to 1day, such as \"4.5s\" or \"500ms\", found \"25h\"",
            "rejoinder.toml:5: routes.a.defer_after: expected `interim` beside it, which is said then",
            "rejoinder.toml:8: routes.b.interim: expected `defer_after` beside it, without which nothing is deferred",
            "rejoinder.toml:9: routes.b.deferred_timeout: expected `defer_after` beside it, without which nothing is deferred",
            "rejoinder.toml:12: routes.c.defer_after: expected less than the deadline of its calls, 1s, found 2s",
            "rejoinder.toml:18: routes.d.interim: expected a text to say, or a table that is a WebhookResponse",
        ];
        assert_eq!(faults(file, &[]), expected);
    }
}
