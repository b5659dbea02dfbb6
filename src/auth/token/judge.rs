//! Whether a token is for us and for now, and whether its holder may call.

use std::borrow::Cow;

use super::claims::Claims;
use crate::auth::reason::{Kind, Reason};
use crate::excerpt::excerpt;

/// How far two clocks may be apart, in seconds.
const LEEWAY: i64 = 30;

/// What every token of a check must say.
#[derive(Debug, Clone)]
pub(in crate::auth) struct Expected {
    /// What `iss` may be.
    pub(in crate::auth) issuers: Vec<String>,
    /// What `aud` may be.
    pub(in crate::auth) audiences: Vec<String>,
    /// Where no audience is configured: the address in front of the path that is called.
    pub(in crate::auth) public_url: String,
}

impl Expected {
    /// Judges whether the token is for this server and for now; `now` is in seconds since 1970.
    pub(in crate::auth) fn judge(&self, claims: &Claims, path: &str, now: i64) -> Result<(), Reason> {
        self.judge_issuer(claims)?;
        self.judge_audience(claims, path)?;
        if !claims.0.contains_key("exp") {
            return Err(Reason::invalid("the token has no exp: it would be valid for ever"));
        }
        judge_time(claims, now)
    }

    fn judge_issuer(&self, claims: &Claims) -> Result<(), Reason> {
        let found = claims.text("iss");
        if found.is_some_and(|found| self.issuers.iter().any(|issuer| issuer == found)) {
            return Ok(());
        }
        Err(Reason::invalid(format!(
            "wrong issuer: expected iss {}, found {}",
            any_of(&self.issuers),
            quoted(found)
        )))
    }

    pub(in crate::auth) fn judge_audience(&self, claims: &Claims, path: &str) -> Result<(), Reason> {
        let is_ours = |found: &&str| match &self.audiences[..] {
            [] => found.strip_prefix(&*self.public_url) == Some(path),
            audiences => audiences.iter().any(|audience| audience == *found),
        };
        if claims.audiences().any(|found| is_ours(&found)) {
            return Ok(());
        }
        let found: Vec<&str> = claims.audiences().collect();
        let expected: Cow<'_, [String]> = match &self.audiences[..] {
            [] => vec![format!("{}{path}", self.public_url)].into(),
            audiences => audiences.into(),
        };
        let nearly =
            found.iter().find_map(|found| expected.iter().find_map(|expected| difference(expected, found)));
        Err(Reason::invalid(format!(
            "wrong audience: expected aud {}, found {}{}",
            any_of(&expected),
            if found.is_empty() { "none".to_owned() } else { any_of(&found) },
            nearly.map(|hint| format!(" ({hint})")).unwrap_or_default(),
        )))
    }
}

/// Judges whether the token is valid now, as far as it says when.
pub(in crate::auth) fn judge_time(claims: &Claims, now: i64) -> Result<(), Reason> {
    if let Some(expires) = claims.time("exp")?
        && now >= expires.saturating_add(LEEWAY)
    {
        let ago = now.saturating_sub(expires);
        return Err(Reason::invalid(format!(
            "the token expired {ago} s ago (exp {expires}, our clock {now}, {LEEWAY} s are forgiven)"
        )));
    }
    for (name, meaning) in [("nbf", "is not valid yet"), ("iat", "was issued in the future")] {
        if let Some(time) = claims.time(name)?
            && time > now.saturating_add(LEEWAY)
        {
            let ahead = time.saturating_sub(now);
            return Err(Reason::invalid(format!(
                "the token {meaning}: {name} {time} is {ahead} s ahead of our clock {now}, and {LEEWAY} s are forgiven; \
                 compare both clocks"
            )));
        }
    }
    Ok(())
}

/// Refuses a token that lacks one of the scopes.
pub(in crate::auth) fn accept_scopes(claims: &Claims, scopes: &[String]) -> Result<(), Reason> {
    let found = claims.scopes();
    let missing: Vec<&String> = scopes.iter().filter(|scope| !found.contains(&scope.as_str())).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let text = format!("the token lacks the scope {}; it has {}", any_of(&missing), any_of(&found));
    Err(Reason::new(Kind::InsufficientScope, text))
}

/// Refuses a token whose claims are others.
pub(in crate::auth) fn accept_claims(claims: &Claims, expected: &[(String, String)]) -> Result<(), Reason> {
    for (name, value) in expected {
        let found = claims.0.get(name);
        // Numbers and flags are compared as they are written.
        let text = found.map(|found| found.as_str().map_or_else(|| found.to_string(), str::to_owned));
        if text.as_ref() != Some(value) {
            let found = found.map(ToString::to_string).unwrap_or_else(|| "none".to_owned());
            let found = excerpt(&found, 200);
            return Err(Reason::forbidden(format!("wrong {name}: expected {value:?}, found {found}")));
        }
    }
    Ok(())
}

/// What tells two addresses apart that nearly agree.
fn difference(expected: &str, found: &str) -> Option<&'static str> {
    let trimmed = |text: &str| text.trim_end_matches('/').to_owned();
    if trimmed(expected) == trimmed(found) {
        return Some(
            "they differ in the slash at the end; `audience` must be written as in the agent's webhook",
        );
    }
    if expected.eq_ignore_ascii_case(found) {
        return Some("they differ in upper and lower case");
    }
    if found.split(['?', '#']).next() == Some(expected) {
        return Some("what was found has a query, which Dialogflow leaves out");
    }
    let (expected, found) = (expected.parse::<url::Url>().ok()?, found.parse::<url::Url>().ok()?);
    if expected == found {
        return Some("they differ in how the same address is written, such as its port");
    }
    let same_host = expected.host_str() == found.host_str();
    (same_host && expected.path() == found.path() && expected.port() != found.port())
        .then_some("they differ in the port")
}

fn any_of<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<_> =
        texts.iter().take(5).map(|text| format!("{:?}", excerpt(text.as_ref(), 200))).collect();
    if texts.is_empty() { "none".to_owned() } else { texts.join(" or ") }
}

fn quoted(text: Option<&str>) -> String {
    text.map_or_else(|| "none".to_owned(), |text| format!("{:?}", excerpt(text, 200)))
}
