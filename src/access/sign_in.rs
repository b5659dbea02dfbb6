//! People who signed in to the console with a token: what their cookie is worth.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::token::Token;
use super::{Access, CreateError, Refused, Who};
use crate::store::{Id, Query, Synced, micros};

/// What stands in the cookie: 256 bits of chance, of which the store has the hash.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SignIn(String);

impl SignIn {
    fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What a cookie says, if it can be one of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let usual = text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        usual.then(|| Self(text.to_owned()))
    }

    /// For the cookie.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// What forms of this sign-in carry, so that other sites cannot send them.
    pub(crate) fn csrf(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("csrf:{}", self.0)))
    }

    /// Whether a form was made for this sign-in; takes the same time whatever it has.
    pub(crate) fn is_of(&self, csrf: &str) -> bool {
        self.csrf().as_bytes().ct_eq(csrf.as_bytes()).into()
    }

    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Access {
    /// Signs in whoever has this token, for `lasting`.
    ///
    /// # Errors
    ///
    /// What is wrong with the token, or with the store.
    pub(crate) async fn sign_in(&self, token: &str, lasting: Duration) -> Result<(SignIn, Who), SignInError> {
        let token = Token::parse(token.trim())
            .ok_or_else(|| Refused::invalid("it is not of the form rjt_ID_SECRET"))?;
        let who = self.of_token(&token).await?;
        let sign_in = SignIn::new().map_err(CreateError::Chance)?;
        let now = micros(self.clock());
        let lasting = i64::try_from(lasting.as_micros()).unwrap_or(i64::MAX);
        let mut transaction = self.store().begin(Synced::Lazy).await.map_err(Refused::from)?;
        let ended = Query::new("DELETE FROM console_sessions WHERE expires_at <= $1").bind(now);
        transaction.execute(ended).await.map_err(Refused::from)?;
        let insert = Query::new(
            "INSERT INTO console_sessions (secret_hash, token_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        );
        let insert = insert.bind(sign_in.hash()).bind(&*who.id).bind(now).bind(now.saturating_add(lasting));
        transaction.execute(insert).await.map_err(Refused::from)?;
        transaction.commit().await.map_err(Refused::from)?;
        Ok((sign_in, who))
    }

    /// Who signed in so, if that is still good: the token may have ended since.
    pub(crate) async fn signed_in(&self, sign_in: &SignIn) -> Result<Who, Refused> {
        if !self.is_possible() {
            return Err(Refused::invalid("nobody can be signed in here"));
        }
        let query =
            Query::new("SELECT token_id FROM console_sessions WHERE secret_hash = $1 AND expires_at > $2");
        let row = self.store().optional(query.bind(sign_in.hash()).bind(micros(self.clock()))).await?;
        let ended = || Refused::invalid("the sign-in has ended");
        let id: Id = row.ok_or_else(ended)?.get::<String>("token_id")?.parse().map_err(|_| ended())?;
        let known = self.find(&id).await?.ok_or_else(ended)?;
        self.active(id, &known)
    }

    /// Ends a sign-in.
    pub(crate) async fn sign_out(&self, sign_in: &SignIn) -> Result<(), Refused> {
        let query = Query::new("DELETE FROM console_sessions WHERE secret_hash = $1").bind(sign_in.hash());
        self.store().execute(Synced::Lazy, query).await?;
        Ok(())
    }
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Chance(#[from] CreateError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{New, Role};
    use crate::clock::Clock;
    use crate::config;
    use crate::store::Store;

    #[tokio::test]
    async fn a_sign_in_ends_in_time_and_with_its_token() {
        let clock = Clock::manual();
        let access = Access::with(&config::Access::default(), Store::in_memory(), clock.clone());
        let run = access.for_this_run().expect("a token");
        let lasting = Duration::from_secs(60);
        let (sign_in, who) = access.sign_in(&run.expose(), lasting).await.expect("signed in");
        assert_eq!(access.signed_in(&sign_in).await.expect("signed in"), who);
        assert!(sign_in.is_of(&sign_in.csrf()) && !sign_in.is_of("") && format!("{sign_in:?}") == "***");
        assert_eq!(SignIn::parse(sign_in.expose()), Some(sign_in.clone()));
        clock.advance(lasting);
        assert!(access.signed_in(&sign_in).await.is_err());

        let new = New { role: Role::Viewer, name: "v".to_owned(), expires_at: None };
        let (token, known) = access.create(&new, &who, None).await.expect("a token");
        let (sign_in, viewer) = access.sign_in(&token.expose(), lasting).await.expect("signed in");
        assert_eq!(viewer.role, Role::Viewer);
        access.revoke(&known.id.parse().expect("an id"), &who, None).await.expect("revoked");
        assert!(access.signed_in(&sign_in).await.is_err());

        let (sign_in, _) = access.sign_in(&run.expose(), lasting).await.expect("signed in");
        access.sign_out(&sign_in).await.expect("signed out");
        assert!(access.signed_in(&sign_in).await.is_err());
        for wrong in
            ["", "rjt_x", &format!("{}x", run.expose()), &Token::new(run.id).expect("chance").expose()]
        {
            assert!(access.sign_in(wrong, lasting).await.is_err(), "{wrong}");
        }
    }
}
