//! Signing in with a management token, and out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::{Method, StatusCode};

use super::asked::Asked;
use super::problem::Problem;
use super::routes::Routes;
use super::shown::Shown;
use crate::access::{Action, Refused, RefusedKind, SignIn, SignInError};
use crate::clock::Clock;
use crate::console::Chrome;
use crate::console::sign_in::SignInPage;

pub(super) fn routes(routes: &mut Routes) {
    const LARGEST: usize = 4096;
    routes
        .add("/console/sign-in", Method::GET, None, 0, ask)
        .add("/console/sign-in", Method::POST, None, LARGEST, enter)
        .add("/console/sign-out", Method::POST, None, LARGEST, leave);
}

/// What the cookie is called. `__Host-` is for encrypted connections alone, and lets no neighbour set it.
fn name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-rejoinder" } else { "rejoinder" }
}

/// The sign-in that a request shows.
pub(super) fn cookie(request: &HttpRequest, is_secure: bool) -> Option<SignIn> {
    request.cookie(name(is_secure)).and_then(|cookie| SignIn::parse(cookie.value()))
}

fn set(value: String, lasting: Duration, is_secure: bool) -> Cookie<'static> {
    let lasting = time::Duration::try_from(lasting).unwrap_or(time::Duration::HOUR);
    Cookie::build(name(is_secure), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_secure)
        .max_age(lasting)
        .finish()
}

/// Only pages of ours: an address from elsewhere is not followed.
fn next(asked: &str) -> &str {
    let ours = asked.starts_with("/console/") && !asked.contains(['\\', '\r', '\n']);
    if ours { asked } else { "/console/" }
}

fn page(asked: &Asked, fault: String) -> SignInPage {
    let given = asked.form.some("next").or_else(|| asked.query.some("next")).unwrap_or_default();
    SignInPage {
        chrome: Chrome::of_nobody("Sign in"),
        next: next(given).to_owned(),
        fault,
        has_store: asked.console().door.store.is_configured(),
    }
}

async fn ask(asked: Asked) -> Result<Shown, Problem> {
    Shown::page(&page(&asked, String::new()))
}

async fn enter(asked: Asked) -> Result<Shown, Problem> {
    let inner = asked.console();
    inner.tries.admit(asked.client)?;
    let lasting = inner.settings().console.session;
    match inner.door.access.sign_in(asked.form.get("token"), lasting).await {
        Ok((sign_in, who)) => {
            tracing::info!(
                target: "rejoinder::management", who = &*who.name, role = who.role.as_str(),
                "somebody signed in to the console"
            );
            // A creator may not look around.
            let after = if who.role.may(Action::View) {
                next(asked.form.get("next"))
            } else {
                "/console/webhooks/events/new"
            };
            let cookie = set(sign_in.expose().to_owned(), lasting, asked.is_secure);
            Ok(Shown::redirect(after).with_cookie(cookie))
        }
        Err(SignInError::Refused(refused)) if refused.kind() == RefusedKind::Unauthenticated => {
            inner.tries.failed(asked.client);
            if inner.door.refused.permits() {
                tracing::warn!(
                    target: "rejoinder::management",
                    client = asked.client.map(|client| client.to_string()).unwrap_or_default(),
                    "somebody did not get into the console: {refused}"
                );
            }
            let page = page(&asked, fault(&refused));
            Ok(Shown::page(&page)?.with_status(StatusCode::UNAUTHORIZED))
        }
        Err(SignInError::Refused(refused)) => Err(Problem::Access(refused)),
        Err(SignInError::Chance(_)) => Err(Problem::Failed),
    }
}

fn fault(refused: &Refused) -> String {
    refused.public_message()
}

async fn leave(asked: Asked) -> Result<Shown, Problem> {
    // Whoever comes here without a proof that the form is ours stays signed in.
    if let Some(sign_in) = asked.sign_in()
        && sign_in.is_of(asked.form.get("csrf"))
    {
        asked.console().door.access.sign_out(sign_in).await.map_err(Problem::Access)?;
        let gone = set(String::new(), Duration::ZERO, asked.is_secure);
        return Ok(Shown::redirect("/console/sign-in").with_cookie(gone));
    }
    Err(Problem::Forged)
}

/// Who tried tokens that were none, so that nobody tries many.
#[derive(Debug)]
pub(super) struct Tries {
    clock: Clock,
    failed: Mutex<HashMap<Option<IpAddr>, (Instant, u32)>>,
}

impl Tries {
    /// So many may fail from one address within the time.
    const MOST: u32 = 10;
    const WITHIN: Duration = Duration::from_secs(60);
    /// So many addresses are remembered; all others share one.
    const ADDRESSES: usize = 10_000;

    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, failed: Mutex::default() }
    }

    /// An address of IPv6 stands for its network: whoever has one has them all.
    fn of(client: Option<IpAddr>) -> Option<IpAddr> {
        match client? {
            IpAddr::V6(ip) => Some(IpAddr::V6((u128::from(ip) >> 64 << 64).into())),
            ip @ IpAddr::V4(_) => Some(ip),
        }
    }

    fn admit(&self, client: Option<IpAddr>) -> Result<(), Problem> {
        let now = self.clock.now();
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let client = Self::of(client);
        let key = if failed.contains_key(&client) || failed.len() < Self::ADDRESSES { client } else { None };
        let Some((since, count)) = failed.get(&key) else { return Ok(()) };
        let passed = now.saturating_duration_since(*since);
        if *count < Self::MOST || passed >= Self::WITHIN {
            return Ok(());
        }
        Err(Problem::Throttled { seconds: (Self::WITHIN - passed).as_secs().max(1) })
    }

    fn failed(&self, client: Option<IpAddr>) {
        let now = self.clock.now();
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let client = Self::of(client);
        if failed.len() >= Self::ADDRESSES {
            failed.retain(|_, (since, _)| now.saturating_duration_since(*since) < Self::WITHIN);
        }
        let key = if failed.contains_key(&client) || failed.len() < Self::ADDRESSES { client } else { None };
        let entry = failed.entry(key).or_insert((now, 0));
        if now.saturating_duration_since(entry.0) >= Self::WITHIN {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_come_next() {
        assert_eq!(next("/console/webhooks?a=1"), "/console/webhooks?a=1");
        for wrong in [
            "",
            "//example.com",
            "https://example.com",
            "/api/docs",
            "/console",
            "/console/\\x",
            "/console/\r\nx",
        ] {
            assert_eq!(next(wrong), "/console/", "{wrong}");
        }
    }

    #[test]
    fn whoever_fails_often_waits() {
        let clock = Clock::manual();
        let tries = Tries::new(clock.clone());
        let one: Option<IpAddr> = Some("192.0.2.1".parse().expect("an address"));
        for _ in 0..Tries::MOST {
            assert!(tries.admit(one).is_ok());
            tries.failed(one);
        }
        assert!(matches!(tries.admit(one), Err(Problem::Throttled { seconds: 60 })));
        assert!(tries.admit(Some("192.0.2.2".parse().expect("an address"))).is_ok());
        clock.advance(Tries::WITHIN);
        assert!(tries.admit(one).is_ok());
        let v6 = |text: &str| Some(text.parse().expect("an address"));
        for last in 0..10 {
            tries.failed(v6(&format!("2001:db8::{last}")));
        }
        assert!(tries.admit(v6("2001:db8::ffff")).is_err() && tries.admit(v6("2001:db8:0:1::1")).is_ok());
        for host in 0..2 * u32::try_from(Tries::ADDRESSES).expect("small") {
            tries.failed(Some(IpAddr::from(host.to_be_bytes())));
        }
        let kept = tries.failed.lock().expect("a list").len();
        assert!(kept <= Tries::ADDRESSES + 1, "{kept}");
    }
}
