//! A local issuer: a key that signs in Google's place, for servers that take its public half from a file.
//!
//! It is a folder with `key.pem`, the private key, and `jwks.json`, the public one as a JWK set
//! (RFC 7517). A server on the same machine names the latter as the `jwks_file` of its check
//! `service_agent`. Nobody else believes such tokens.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// The private key's file in the folder.
pub const KEY_FILE: &str = "key.pem";
/// The public keys' file in the folder.
pub const JWKS_FILE: &str = "jwks.json";

/// The largest key file read, in bytes; one of 8192 bits has 6.4 KB.
const LARGEST: u64 = 16 << 10;
/// How long tokens are good, as Google's are.
const LIFETIME: u64 = 3600;

/// A key pair in a folder, which signs ID tokens.
#[derive(Clone)]
pub struct Issuer {
    folder: PathBuf,
    kid: String,
    key: EncodingKey,
    public: Jwk,
}

/// An issuer that cannot be used or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// There is none in that folder.
    #[error("{} is no issuer: it has no {KEY_FILE}; `rejoinder new issuer {}` makes one", .folder.display(), .folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// There is one already.
    #[error("{} is there already; servers that know it would not know another one", .file.display())]
    Exists {
        /// The file that stands in the way.
        file: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("cannot {what} {}: {cause}", .file.display())]
    File {
        /// `read` or `write`.
        what: &'static str,
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// What the file holds is no key to sign with.
    #[error("{} is no RSA private key in PEM: {cause}", .file.display())]
    NoKey {
        /// The file.
        file: PathBuf,
        /// What was found.
        cause: String,
    },
    /// No key could be made, or it does not sign.
    #[error("the key cannot be made or used: {cause}")]
    Key {
        /// What the cryptography said.
        cause: String,
    },
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("folder", &self.folder).field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Issuer {
    /// Makes one: the folder, if need be, and its files.
    ///
    /// # Errors
    ///
    /// See [`IssuerError`]; nothing is written over.
    pub fn create(folder: &Path) -> Result<Self, IssuerError> {
        let key_file = folder.join(KEY_FILE);
        for file in [&key_file, &folder.join(JWKS_FILE)] {
            if fs::symlink_metadata(file).is_ok() {
                return Err(IssuerError::Exists { file: file.clone() });
            }
        }
        let broken = |cause: &dyn fmt::Display| IssuerError::Key { cause: cause.to_string() };
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|error| broken(&error))?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|error| broken(&error))?;
        let pem = pem(der.as_ref());
        let issuer = Self::parse(folder, pem.as_bytes())
            .map_err(|cause| IssuerError::NoKey { file: key_file.clone(), cause })?;
        fs::create_dir_all(folder).map_err(|cause| IssuerError::File {
            what: "make",
            file: folder.to_owned(),
            cause,
        })?;
        write(&key_file, &pem, true)?;
        write(&folder.join(JWKS_FILE), &format!("{:#}\n", issuer.jwks()), false)?;
        // Keys do not belong into a repository, this one included.
        let ignore = folder.join(".gitignore");
        if fs::symlink_metadata(&ignore).is_err() {
            write(&ignore, "*\n", false)?;
        }
        Ok(issuer)
    }

    /// The one in this folder.
    ///
    /// # Errors
    ///
    /// See [`IssuerError`].
    pub fn open(folder: &Path) -> Result<Self, IssuerError> {
        let file = folder.join(KEY_FILE);
        let unreadable = |cause| IssuerError::File { what: "read", file: file.clone(), cause };
        let mut text = Vec::new();
        match fs::File::open(&file) {
            Ok(opened) => opened.take(LARGEST).read_to_end(&mut text).map_err(unreadable)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(IssuerError::Missing { folder: folder.to_owned() });
            }
            Err(error) => return Err(unreadable(error)),
        };
        Self::parse(folder, &text).map_err(|cause| IssuerError::NoKey { file: file.clone(), cause })
    }

    fn parse(folder: &Path, pem: &[u8]) -> Result<Self, String> {
        let key = EncodingKey::from_rsa_pem(pem).map_err(|error| error.to_string())?;
        let mut public = Jwk::from_encoding_key(&key, Algorithm::RS256).map_err(|error| error.to_string())?;
        // The name follows from the key, so that another key has another name (RFC 7638).
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(|error| error.to_string())?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { folder: folder.to_owned(), kid, key, public })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The public key, as a JWK set.
    #[must_use]
    pub fn jwks(&self) -> Value {
        serde_json::to_value(JwkSet { keys: vec![self.public.clone()] }).unwrap_or_default()
    }

    /// An ID token as Google signs it for Dialogflow's service agent of this project, good for an hour.
    ///
    /// # Errors
    ///
    /// If the key does not sign.
    pub fn service_agent_token(&self, project_number: &str, audience: &str) -> Result<String, IssuerError> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = since.as_secs();
        // The numeric id of an account; what it is does not matter to a receiver.
        const ACCOUNT: &str = "112233445566778899000";
        let claims = json!({
            "iss": "https://accounts.google.com",
            "aud": audience,
            "azp": ACCOUNT,
            "sub": ACCOUNT,
            "email": email(project_number),
            "email_verified": true,
            "iat": now,
            "exp": now + LIFETIME,
        });
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, &claims, &self.key)
            .map_err(|error| IssuerError::Key { cause: error.to_string() })
    }
}

/// Dialogflow's service agent of a project.
pub(super) fn email(project_number: &str) -> String {
    format!("service-{project_number}@gcp-sa-dialogflow.iam.gserviceaccount.com")
}

/// DER as PEM (RFC 7468).
fn pem(der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

/// Writes a new file; a secret one is for its owner alone.
fn write(file: &Path, text: &str, is_secret: bool) -> Result<(), IssuerError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if is_secret {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = is_secret;
    let written = options.open(file).and_then(|mut opened| opened.write_all(text.as_bytes()));
    written.map_err(|cause| IssuerError::File { what: "write", file: file.to_owned(), cause })
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};

    use super::*;

    #[test]
    fn a_token_is_the_platforms_and_verifies_with_the_published_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("a/b");
        let made = Issuer::create(&place).expect("made");
        let issuer = Issuer::open(&place).expect("there");
        let published = fs::read(place.join(JWKS_FILE)).expect("written");
        let set: JwkSet = serde_json::from_slice(&published).expect("a JWK set");
        assert_eq!(serde_json::to_value(&set).expect("JSON"), issuer.jwks());
        assert!(!String::from_utf8_lossy(&published).contains("\"d\""), "the private half is not published");
        let token = made.service_agent_token("42", "https://a.example/webhook").expect("signed");
        let header = jsonwebtoken::decode_header(&token).expect("a header");
        let key = set.find(header.kid.as_deref().expect("a name")).expect("published");
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&["https://a.example/webhook"]);
        validation.set_issuer(&["https://accounts.google.com"]);
        let key = DecodingKey::from_jwk(key).expect("a key");
        let claims = jsonwebtoken::decode::<Value>(&token, &key, &validation).expect("valid").claims;
        assert_eq!(claims["email"], "service-42@gcp-sa-dialogflow.iam.gserviceaccount.com");
        assert_eq!(claims["email_verified"], true);
        assert_eq!(claims["exp"].as_u64(), claims["iat"].as_u64().map(|iat| iat + 3600));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(place.join(KEY_FILE)).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(fs::read_to_string(place.join(".gitignore")).expect("written"), "*\n");
        assert!(!format!("{issuer:?}").contains("PRIVATE"));
    }

    #[test]
    fn what_is_no_issuer_is_told_and_one_that_is_there_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = |error: IssuerError| error.to_string();
        let missing = told(Issuer::open(folder.path()).expect_err("empty"));
        assert!(missing.contains("rejoinder new issuer"), "{missing}");
        fs::write(folder.path().join(KEY_FILE), "no key").expect("written");
        assert!(told(Issuer::open(folder.path()).expect_err("no key")).contains("no RSA private key"));
        assert!(told(Issuer::create(folder.path()).expect_err("there")).contains("is there already"));
        assert_eq!(fs::read(folder.path().join(KEY_FILE)).expect("kept"), b"no key");
    }
}
