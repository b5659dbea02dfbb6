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

/// Where a repeated call is recognized.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DuplicateScope {
    /// Nowhere: every call runs the handler.
    Off,
    /// In the process that answered the first one.
    #[default]
    Local,
    /// In every process that uses the same store. Where it does not answer in time, as `Local`.
    Shared,
}

const SCOPES: (&[&str], &[DuplicateScope]) =
    (&["local", "shared", "off"], &[DuplicateScope::Local, DuplicateScope::Shared, DuplicateScope::Off]);

/// What is said where there is nothing to share them by.
const NO_STORE: &str = "\"shared\" needs `store.url`, by which instances tell each other what they answer; name a \
     PostgreSQL database there (or an SQLite file, for processes of one machine), or choose \"local\"";

/// `[duplicates]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the default file documents every key")]
#[non_exhaustive]
pub struct Duplicates {
    pub scope: DuplicateScope,
    pub window: Duration,
    pub claim_timeout: Duration,
    pub max_entries: usize,
    pub max_bytes: usize,
    pub remember_failures: bool,
}

impl Duplicates {
    pub(super) fn read(reader: &Reader<'_, '_>, has_store: bool) -> Self {
        Self {
            scope: scope(reader, "scope", has_store),
            window: reader.duration("window", short(3600)),
            claim_timeout: reader.duration("claim_timeout", short(1)),
            max_entries: reader.integer("max_entries", 1..=10_000_000),
            max_bytes: reader.size("max_bytes", 1024..=1 << 36),
            remember_failures: reader.flag("remember_failures"),
        }
    }
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
    /// Where its repetitions are recognized.
    pub duplicates: Option<DuplicateScope>,
    /// The header that names the turn of a flexible call.
    pub idempotency_header: Option<String>,
}

impl RouteTurn {
    pub(super) fn read(reader: &Reader<'_, '_>, has_store: bool) -> Self {
        let choice = |reader: &Reader<'_, '_>, key| {
            reader.choice(key, &["detach", "cancel"], &[OnDeadline::Detach, OnDeadline::Cancel])
        };
        Self {
            deadline: reader.optional("deadline", |reader, key| reader.duration(key, deadlines())),
            on_deadline: reader.optional("on_deadline", choice),
            duplicates: reader.optional("duplicates", |reader, key| scope(reader, key, has_store)),
            idempotency_header: reader.optional("idempotency_header", header).flatten(),
        }
    }
}

fn scope(reader: &Reader<'_, '_>, key: &'static str, has_store: bool) -> DuplicateScope {
    let scope = reader.choice(key, SCOPES.0, SCOPES.1);
    if scope == DuplicateScope::Shared && !has_store {
        reader.refuse(key, NO_STORE);
    }
    scope
}

fn header(reader: &Reader<'_, '_>, key: &'static str) -> Option<String> {
    let name = reader.text(key);
    if is_header_name(&name) {
        return Some(name);
    }
    reader.refuse(key, format!("expected a header's name such as \"Idempotency-Key\", found {name:?}"));
    None
}

/// Whether a header can have this name.
pub(crate) fn is_header_name(name: &str) -> bool {
    actix_web::http::header::HeaderName::try_from(name).is_ok()
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
    use super::super::tests::{faults, loaded};
    use super::DuplicateScope;

    #[test]
    fn duplicates_are_shared_by_a_store_and_both_keys_are_named_without_one() {
        let route = "[routes.a]\nwebhook = \"w\"\nduplicates = \"shared\"\n";
        let found = faults(&format!("[duplicates]\nscope = \"shared\"\n{route}"), &[]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with("rejoinder.toml:2: duplicates.scope: \"shared\" needs `store.url`"),
            "{found:?}"
        );
        assert!(
            found[1].starts_with("rejoinder.toml:5: routes.a.duplicates: \"shared\" needs `store.url`"),
            "{found:?}"
        );
        let config = loaded(route, &[("REJOINDER_STORE__URL", "sqlite://a.db")]);
        assert_eq!(config.routes[0].turn.duplicates, Some(DuplicateScope::Shared));
    }

    #[test]
    fn faulty_times_are_told_with_their_place() {
        let file = "[server]\ndeadline = \"31s\"\non_deadline = \"wait\"\nmax_detached = -1\n\
                    [duplicates]\nscope = \"global\"\nwindow = \"60\"\n\
                    [routes.a]\nwebhook = \"w\"\ndeadline = \"0s\"\non_deadline = \"auto\"\non_timeout = 418\n\
                    duplicates = true\nidempotency_header = \"Turn Id\"\n";
        let expected = [
            "rejoinder.toml:2: server.deadline: expected a time with its unit from 1ms to 30s, such as \"4.5s\" or \"500ms\", found \"31s\"",
            "rejoinder.toml:3: server.on_deadline: expected one of \"auto\", \"detach\", \"cancel\", found \"wait\"",
            "rejoinder.toml:4: server.max_detached: expected a whole number from 0 to 65536, found \"-1\"",
            "rejoinder.toml:6: duplicates.scope: expected one of \"local\", \"shared\", \"off\", found \"global\"",
            "rejoinder.toml:7: duplicates.window: expected a time with its unit from 1ms to 1h, such as \"4.5s\" or \"500ms\", found \"60\"",
            "rejoinder.toml:12: routes.a.on_timeout: expected one of the statuses [400, 401, 403, 404, 500, 503, 504], a text to say, or a table that is a WebhookResponse; found 418",
            "rejoinder.toml:10: routes.a.deadline: expected a time with its unit from 1ms to 30s, such as \"4.5s\" or \"500ms\", found \"0s\"",
            "rejoinder.toml:11: routes.a.on_deadline: expected one of \"detach\", \"cancel\", found \"auto\"",
            "rejoinder.toml:13: routes.a.duplicates: expected one of \"local\", \"shared\", \"off\", found \"true\"",
            "rejoinder.toml:14: routes.a.idempotency_header: expected a header's name such as \"Idempotency-Key\", found \"Turn Id\"",
        ];
        assert_eq!(faults(file, &[]), expected);
    }
}
