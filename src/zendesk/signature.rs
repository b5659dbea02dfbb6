//! Signatures of deliveries, as Zendesk makes them.
//!
//! A request is signed over the text of its timestamp header and the bytes of its body, with nothing
//! between them. The secret's characters are the key: it looks like base64, and is not decoded.
//!
//! ```
//! use rejoinder::zendesk::signature;
//!
//! // The headers `X-Zendesk-Webhook-Signature` and `…-Signature-Timestamp`, and the body as it came.
//! let signed = "gf3v0LzLRHPUnIdhbvwRDVEvzSb07/QN0GYjSNlkBT0=";
//! let (timestamp, body) = ("2021-07-25T10:00:00Z", br#"{"say": "hello"}"#);
//!
//! // While a secret is being replaced, both are accepted.
//! let secrets = ["the next one", signature::TEST_SECRET];
//! assert!(signature::verify(secrets, timestamp, body, signed));
//! assert!(!signature::verify(secrets, timestamp, b"{}", signed));
//! ```

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;

/// The published secret that tests of a webhook are signed with before it exists.
///
/// Everybody knows it: a receiver in production must not accept it.
pub const TEST_SECRET: &str = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";

/// The signature of a request: 44 characters of base64.
///
/// `timestamp` is the text of the header, `body` the bytes that are sent; without a body, none.
#[must_use]
pub fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()));
    context.update(timestamp.as_bytes());
    context.update(body);
    STANDARD.encode(context.sign())
}

/// Whether one of these secrets made the signature.
///
/// It takes the same time whichever it was, and wherever a wrong signature is wrong. That the
/// timestamp is a recent one is for the caller to see to: an old request stays rightly signed.
#[must_use]
pub fn verify<S: AsRef<str>>(
    secrets: impl IntoIterator<Item = S>,
    timestamp: &str,
    body: &[u8],
    signature: &str,
) -> bool {
    let mut right = subtle::Choice::from(0);
    for secret in secrets {
        let expected = sign(secret.as_ref(), timestamp, body);
        right |= expected.as_bytes().ct_eq(signature.as_bytes());
    }
    right.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published by a third party, and computed independently of this code.
    #[test]
    fn worked_values_come_out() {
        let published: &[u8] = include_bytes!("../../fixtures/zendesk/group_membership_created.body");
        assert_eq!(published.len(), 534);
        let values: [(&str, &[u8], &str); 6] = [
            ("1234", published, "10IqYzYTLHRftNsNE+im0DeOM6/JactIRuy0XCHJ9B8="),
            ("2021-03-25T05:09:27Z", b"", "wCdBvXaHttn0wRVIYctzZ9O6O0bnqWakJMEKZ9VoRWw="),
            ("2021-07-25T10:00:00Z", br#"{"say": "hello"}"#, "gf3v0LzLRHPUnIdhbvwRDVEvzSb07/QN0GYjSNlkBT0="),
            (
                "2026-01-02T03:04:05Z",
                r#"{"text":"café — olá"}"#.as_bytes(),
                "6IMWmJYXc4vJPyGqR975oK0APgIqVUWrj02KRqF238k=",
            ),
            (
                "2026-01-02T03:04:05Z",
                b"<t><id>35436</id></t>",
                "7AtbECFc7lsUyIMGB6O8pZkeu+5KHwndqN7SlVcbdzU=",
            ),
            (
                "2026-01-02T03:04:05Z",
                b"id=35436&email=a%40example.com",
                "mHzgansbZynMaaRFJUrUoUtPVRk3YT8WCkuNQIpgktY=",
            ),
        ];
        for (timestamp, body, signature) in values {
            assert_eq!(sign(TEST_SECRET, timestamp, body), signature, "{timestamp}");
            assert!(verify([TEST_SECRET], timestamp, body, signature));
            assert!(verify(["another", TEST_SECRET, "a third"], timestamp, body, signature));
            assert!(!verify(["another"], timestamp, body, signature));
            assert!(!verify([""; 0], timestamp, body, signature));
        }
    }

    #[test]
    fn usual_mistakes_are_rejected() {
        for (mistake, signature) in [
            ("body then timestamp", "KDyYXCgcqHWHg4pTMI/kHQZSKTKWsZUsEa3ayobIPXk="),
            ("secret base64-decoded first", "oWyMAu8mhrKEgP17jEVt3HiPNEf3mOHs7gKNpPRmSLg="),
            ("a dot between timestamp and body", "+mg8eALJYPN6NJ4auRADnLop3mRTunBKeXLu308CzS0="),
            ("JSON re-serialised without the space", "ps1eFsudn/qI5ShevVeKpjtElchwdWhsAY7/QHllNv0="),
            ("a newline added to the body", "GpGvEdqS3xgOI37/pOWIWRSppNESuNHE8IB/w0H1rfI="),
            ("hex", "81fdefd0bccb4473d49c87616efc110d512fcd26f4eff40dd0662348d964053d"),
            ("nothing", ""),
            ("a prefix", "gf3v0LzLRHPUnIdhbvwRDVEvzSb07/QN0GYjSNlkBT0"),
            ("white space", "gf3v0LzLRHPUnIdhbvwRDVEvzSb07/QN0GYjSNlkBT0= "),
        ] {
            let verified = verify([TEST_SECRET], "2021-07-25T10:00:00Z", br#"{"say": "hello"}"#, signature);
            assert!(!verified, "{mistake}");
        }
    }
}
