//! A token that is kept until shortly before it expires.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use reqwest::header::HeaderValue;

use super::super::Clock;
use super::super::single::Single;
use super::CredentialsError;

/// How long a token is kept that does not say when it expires.
const UNSAID: Duration = Duration::from_secs(300);
/// The longest that any is kept.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
const SHORTEST: Duration = Duration::from_secs(1);

/// The token in use, and who fetches the next one.
#[derive(Debug)]
pub(super) struct TokenCache {
    clock: Clock,
    held: ArcSwapOption<Held>,
    single: Single<CredentialsError>,
}

#[derive(Debug)]
struct Held {
    header: HeaderValue,
    until: Instant,
}

/// Which token was sent.
#[derive(Debug)]
pub(super) enum Used {
    Cached(HeaderValue),
    Google(u64, String),
}

impl TokenCache {
    pub(super) fn new(clock: &Clock) -> Self {
        Self { clock: clock.clone(), held: ArcSwapOption::empty(), single: Single::default() }
    }

    /// The token's header: the one in use, or what `fetch` gives with how long it is valid.
    ///
    /// Fetching is rare and its future large, so that one is kept on the heap, out of every call's own.
    pub(super) async fn get<F>(&self, fetch: impl FnOnce() -> F) -> Result<HeaderValue, CredentialsError>
    where
        F: Future<Output = Result<(HeaderValue, Option<Duration>), CredentialsError>>,
    {
        match self.current() {
            Some(header) => Ok(header),
            None => Box::pin(self.anew(fetch())).await,
        }
    }

    fn current(&self) -> Option<HeaderValue> {
        let held = self.held.load();
        held.as_ref().filter(|held| self.clock.now() < held.until).map(|held| held.header.clone())
    }

    async fn anew(
        &self,
        fetch: impl Future<Output = Result<(HeaderValue, Option<Duration>), CredentialsError>>,
    ) -> Result<HeaderValue, CredentialsError> {
        let fetch = async {
            // Counted from before the exchange: it is younger than that when it comes.
            let begun = self.clock.now();
            let (header, expires_in) = fetch.await?;
            let until = begun + kept(expires_in);
            self.held.store(Some(Arc::new(Held { header: header.clone(), until })));
            Ok(header)
        };
        self.single.get(|| self.current(), fetch).await
    }

    /// Drops this token, unless there is another one already.
    pub(super) fn forget(&self, used: &Used) {
        let Used::Cached(header) = used else { return };
        let held = self.held.load();
        if held.as_ref().is_some_and(|held| held.header == *header) {
            self.held.compare_and_swap(&held, None);
        }
    }
}

/// How long a token is kept: a tenth less than it is valid, and at most a minute less.
fn kept(expires_in: Option<Duration>) -> Duration {
    let Some(expires_in) = expires_in else { return UNSAID };
    let expires_in = expires_in.min(LONGEST);
    (expires_in - (expires_in / 10).min(Duration::from_secs(60))).max(SHORTEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_kept_until_shortly_before_they_expire() {
        for (expires_in, expected) in [
            (None, 300),
            (Some(0), 1),
            (Some(1), 1),
            (Some(100), 90),
            (Some(3600), 3540),
            (Some(u64::MAX), 86_340),
        ] {
            assert_eq!(
                kept(expires_in.map(Duration::from_secs)),
                Duration::from_secs(expected),
                "{expires_in:?}"
            );
        }
    }
}
