//! The time of a call, and what becomes of a handler that has not finished then.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::reader::Reader;

/// The longest that an agent may be set to wait for a webhook.
const LONGEST: Duration = Duration::from_secs(30);

/// What becomes of a handler that runs when its call's deadline passes, or whose client hangs up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnDeadline {
    /// It runs on, so that what it began is finished and a repeated call gets its answer.
    Detach,
    /// It ends at its next `.await`.
    #[default]
    Cancel,
}

/// The keys of `[server]` about a call's time; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Turn {
    pub deadline: Duration,
    /// `None` is decided by whether duplicates of the call are recognized.
    pub on_deadline: Option<OnDeadline>,
    pub max_detached: usize,
    pub detached_timeout: Duration,
}

impl Turn {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        Self {
            deadline: reader.duration("deadline", deadlines()),
            on_deadline: reader.choice(
                "on_deadline",
                &["auto", "detach", "cancel"],
                &[None, Some(OnDeadline::Detach), Some(OnDeadline::Cancel)],
            ),
            max_detached: reader.integer("max_detached", 0..=65_536),
            detached_timeout: reader.duration("detached_timeout", short(600)),
        }
    }
}

/// What a route says of its own time; `None` leaves it to `[server]`.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct RouteTurn {
    /// How long a call may take.
    pub deadline: Option<Duration>,
    /// What becomes of the handler then.
    pub on_deadline: Option<OnDeadline>,
}

impl RouteTurn {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let choice = |reader: &Reader<'_, '_>, key| {
            reader.choice(key, &["detach", "cancel"], &[OnDeadline::Detach, OnDeadline::Cancel])
        };
        Self {
            deadline: reader.optional("deadline", |reader, key| reader.duration(key, deadlines())),
            on_deadline: reader.optional("on_deadline", choice),
        }
    }
}

fn deadlines() -> RangeInclusive<Duration> {
    Duration::from_millis(1)..=LONGEST
}

/// Up to so many seconds.
fn short(seconds: u64) -> RangeInclusive<Duration> {
    Duration::from_millis(1)..=Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::super::tests::faults;

    #[test]
    fn faulty_times_are_told_with_their_place() {
        let file = "[server]\ndeadline = \"31s\"\non_deadline = \"wait\"\nmax_detached = -1\n\
                    [routes.a]\nwebhook = \"w\"\ndeadline = \"0s\"\non_deadline = \"auto\"\non_timeout = 418\n";
        let expected = [
            "rejoinder.toml:2: server.deadline: expected a time with its unit from 1ms to 30s, such as \"4.5s\" or \"500ms\", found \"31s\"",
            "rejoinder.toml:3: server.on_deadline: expected one of \"auto\", \"detach\", \"cancel\", found \"wait\"",
            "rejoinder.toml:4: server.max_detached: expected a whole number from 0 to 65536, found \"-1\"",
            "rejoinder.toml:9: routes.a.on_timeout: expected one of the statuses [400, 401, 403, 404, 500, 503, 504], a text to say, or a table that is a WebhookResponse; found 418",
            "rejoinder.toml:7: routes.a.deadline: expected a time with its unit from 1ms to 30s, such as \"4.5s\" or \"500ms\", found \"0s\"",
            "rejoinder.toml:8: routes.a.on_deadline: expected one of \"detach\", \"cancel\", found \"auto\"",
        ];
        assert_eq!(faults(file, &[]), expected);
    }
}
