//! A webhook as answers have it.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde_json::{Value, json};

use crate::delivery::webhook::{SigningSecret, Webhook};

/// How exactly times are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    /// With nine digits, as Zendesk does when it has just made something.
    Nanoseconds,
    Seconds,
}

/// Without its secrets.
pub(super) fn webhook(webhook: &Webhook, precision: Precision) -> Value {
    let mut object = webhook.resource.shown();
    let mut set = |name: &str, value: String| object.insert(name.to_owned(), value.into());
    set("id", webhook.id.to_string());
    set("created_at", time(webhook.made.created_at, precision));
    set("created_by", webhook.made.created_by.clone());
    if let Some((at, by)) = &webhook.made.updated {
        set("updated_at", time(*at, precision));
        set("updated_by", by.clone());
    }
    object.into()
}

/// What requests are signed with.
pub(super) fn secret(secret: &SigningSecret) -> Value {
    json!({ "signing_secret": { "algorithm": "SHA256", "secret": &*secret.expose() } })
}

/// A moment in microseconds since 1970 as RFC 3339 has it, in UTC.
pub(super) fn time(micros: i64, precision: Precision) -> String {
    let digits = match precision {
        Precision::Nanoseconds => 9,
        Precision::Seconds => 0,
    };
    let time = Timestamp::from_microsecond(micros).unwrap_or_default();
    DateTimePrinter::new().precision(Some(digits)).timestamp_to_string(&time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_nine_digits_or_none() {
        let moment = 1_627_207_200_123_456;
        assert_eq!(time(moment, Precision::Nanoseconds), "2021-07-25T10:00:00.123456000Z");
        assert_eq!(time(moment, Precision::Seconds), "2021-07-25T10:00:00Z");
    }
}
