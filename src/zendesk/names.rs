//! The headers that every delivery has.

/// The account that an event is about.
pub(crate) const ACCOUNT_ID: &str = "X-Zendesk-Account-Id";
/// The webhook that sends.
pub(crate) const WEBHOOK_ID: &str = "X-Zendesk-Webhook-Id";
/// The invocation, the same for all of its attempts.
pub(crate) const INVOCATION_ID: &str = "X-Zendesk-Webhook-Invocation-Id";
/// See [`signature`](super::signature).
pub(crate) const SIGNATURE: &str = "X-Zendesk-Webhook-Signature";
/// When the request was signed, RFC 3339 in UTC.
pub(crate) const SIGNATURE_TIMESTAMP: &str = "X-Zendesk-Webhook-Signature-Timestamp";
/// The signature by the secret before this one, while that is still honoured.
pub(crate) const PREVIOUS_SIGNATURE: &str = "X-Rejoinder-Webhook-Signature-Previous";
