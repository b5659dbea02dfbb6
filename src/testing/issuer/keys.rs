//! The issuer's key pairs: an RSA and an EC one at a time.

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData as _, RsaKeySize};
use serde_json::Value;

pub(super) struct KeyPairs {
    /// The last two sign; all are published.
    pairs: Vec<Pair>,
    rotations: usize,
}

pub(super) struct Pair {
    pub(super) kid: String,
    pub(super) signing: EncodingKey,
    /// The public key as text, which an attacker could take for a secret.
    pub(super) public: String,
    jwk: Jwk,
}

impl std::fmt::Debug for KeyPairs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.pairs.iter().map(|pair| &pair.kid)).finish()
    }
}

impl KeyPairs {
    pub(super) fn new() -> Self {
        let mut new = Self { pairs: Vec::new(), rotations: 0 };
        new.rotate();
        new
    }

    pub(super) fn rotate(&mut self) {
        self.rotations += 1;
        for algorithm in [Algorithm::RS256, Algorithm::ES256] {
            self.pairs.push(pair(algorithm, self.rotations));
        }
    }

    pub(super) fn retire(&mut self) {
        self.pairs.drain(..self.pairs.len() - 2);
    }

    pub(super) fn published(&self) -> Value {
        let set = JwkSet { keys: self.pairs.iter().map(|pair| pair.jwk.clone()).collect() };
        serde_json::to_value(set).unwrap_or_default()
    }

    /// The pair that signs now with this algorithm; RSA where it is another one.
    pub(super) fn current(&self, algorithm: Algorithm) -> &Pair {
        let back = if algorithm == Algorithm::ES256 { 1 } else { 2 };
        &self.pairs[self.pairs.len() - back]
    }
}

fn pair(algorithm: Algorithm, number: usize) -> Pair {
    const MADE: &str = "keys of this kind can be made";
    let (key, signing, name) = if algorithm == Algorithm::ES256 {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect(MADE);
        let signing = EncodingKey::from_ec_pem(key.serialize_pem().as_bytes()).expect(MADE);
        (key, signing, "ec")
    } else {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect(MADE);
        let signing = EncodingKey::from_rsa_pem(key.serialize_pem().as_bytes()).expect(MADE);
        (key, signing, "rsa")
    };
    let kid = format!("{name}-{number}");
    let mut jwk = Jwk::from_encoding_key(&signing, algorithm).expect(MADE);
    jwk.common.key_id = Some(kid.clone());
    let public = key.subject_public_key_info();
    let public = String::from_utf8_lossy(&public).into_owned();
    Pair { kid, signing, public, jwk }
}
