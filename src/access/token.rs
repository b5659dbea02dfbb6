//! The text of a token: `rjt_ID_SECRET`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::store::Id;

/// Scanners for leaked secrets look for it.
const PREFIX: &str = "rjt_";

/// A token as it is made or presented. Its secret is 256 bits of chance, and kept nowhere.
pub(crate) struct Token {
    pub(crate) id: Id,
    secret: String,
}

/// What is kept of a secret. It cannot be guessed, so one round of a hash is enough.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretHash(Vec<u8>);

impl Token {
    /// A new one.
    ///
    /// # Errors
    ///
    /// If the system gives no chance.
    pub(crate) fn new(id: Id) -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self { id, secret: URL_SAFE_NO_PAD.encode(bytes) })
    }

    /// The token in this text, if it is one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let usual =
            secret.len() == 43 && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        usual.then_some(())?;
        Some(Self { id: id.parse().ok()?, secret: secret.to_owned() })
    }

    /// The token in Basic credentials, as Zendesk's clients present theirs: `EMAIL/token:TOKEN` in
    /// base64. Whose address it is makes no difference.
    pub(super) fn of_basic(credentials: &str) -> Option<Self> {
        let text = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
        let (user, token) = text.split_once(':')?;
        Self::parse(token).filter(|_| user.ends_with("/token"))
    }

    pub(crate) fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.secret.as_bytes()).to_vec())
    }

    /// The whole text; whoever has it has what the token may do.
    pub(crate) fn expose(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, self.secret)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}_***", self.id)
    }
}

impl SecretHash {
    pub(super) fn of_store(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// In the same time whatever was presented.
    pub(crate) fn matches(&self, token: &Token) -> bool {
        self.0.ct_eq(&token.hash().0).into()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_token_is_its_text_and_shows_no_secret() {
        let token = Token::new(Id::new(&Clock::system())).expect("chance");
        let read = Token::parse(&token.expose()).expect("a token");
        assert!(token.hash().matches(&read));
        let other = Token::new(token.id).expect("chance");
        assert!(!token.hash().matches(&other));
        let shown = format!("{token:?} {:?}", token.hash());
        assert!(!shown.contains(&token.secret), "{shown}");
        let text = token.expose();
        for wrong in [
            "",
            "rjt_",
            &text[..text.len() - 1],
            &format!("{text}a"),
            &text[1..],
            &text.replace("rjt_", "rjt__"),
        ] {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
    }
}
