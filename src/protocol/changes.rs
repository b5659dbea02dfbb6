//! The session parameters that an answer of ours sets, found without judging the rest of it.

use std::borrow::Cow;

use super::envelope::RawValue;
use super::json::{Fault, Scanner, Text, strict};
use super::walk::Member;

/// What a standard answer sets. Only what this program has written is read so: it is not checked again.
#[derive(Debug)]
pub(crate) struct Changes<'a> {
    text: &'a str,
    members: Vec<Member>,
}

impl<'a> Changes<'a> {
    /// Those of an answer's body; none if it is no answer.
    pub(crate) fn of(body: &'a [u8]) -> Self {
        let text = std::str::from_utf8(body).unwrap_or_default();
        let mut members = Vec::new();
        if find(text, &mut members).is_err() {
            members.clear();
        }
        Self { text, members }
    }

    /// Names and values, in the order of the answer.
    pub(crate) fn values(&self) -> impl Iterator<Item = (Cow<'a, str>, RawValue<'a>)> {
        self.members.iter().map(|Member { name, value }| {
            let name = strict::decode(self.text, *name).unwrap_or_default();
            (name, RawValue::strict(value.of(self.text)))
        })
    }
}

fn find(text: &str, members: &mut Vec<Member>) -> Result<(), Fault> {
    let mut scanner = Scanner::new(text);
    if !enter(&mut scanner, text, "sessionInfo")? || !enter(&mut scanner, text, "parameters")? {
        return Ok(());
    }
    if scanner.peek()? != b'{' {
        return Ok(());
    }
    scanner.open_object()?;
    let mut first = true;
    while let Some(name) = scanner.key(first)? {
        first = false;
        members.push(Member { name, value: scanner.value()? });
    }
    Ok(())
}

/// Goes to the value of a member of the object at the scanner's place; tells whether there is one.
fn enter(scanner: &mut Scanner<'_>, text: &str, wanted: &str) -> Result<bool, Fault> {
    if scanner.peek()? != b'{' {
        return Ok(false);
    }
    scanner.open_object()?;
    let mut first = true;
    while let Some(Text { span, .. }) = scanner.key(first)? {
        first = false;
        if span.of(text) == wanted {
            return Ok(true);
        }
        scanner.value()?;
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Changes;
    use crate::protocol::{Struct, WebhookResponse};

    #[test]
    fn it_finds_what_a_whole_reading_finds() {
        let decoy = json!({ "sessionInfo": { "parameters": { "no": 1 } } });
        for answer in [
            json!({}),
            json!({ "sessionInfo": {} }),
            json!({ "sessionInfo": null }),
            json!({ "sessionInfo": { "parameters": null } }),
            json!({ "sessionInfo": { "parameters": {} } }),
            json!({ "payload": decoy, "fulfillmentResponse": { "messages": [{ "payload": decoy }] } }),
            json!({
                "payload": decoy,
                "sessionInfo": { "session": "s", "parameters": { "a": [1, { "b": "}\"" }], "n\"ä": null, "z": 1.50 } },
            }),
        ] {
            let body = answer.to_string();
            let whole = WebhookResponse::parse(body.as_bytes()).expect("an answer");
            let changes = Changes::of(body.as_bytes());
            let found =
                changes.values().map(|(name, value)| (name.into_owned(), value.to_value().expect("a value")));
            let expected = whole.session_info.map(|session| session.parameters).unwrap_or_default();
            assert_eq!(found.collect::<Struct>(), expected, "{answer}");
        }
    }

    #[test]
    fn what_is_no_answer_sets_nothing() {
        for body in
            [&b""[..], b"[]", b"{\"sessionInfo\":{\"parameters\":{\"a\":1,", b"\xff", b"\"sessionInfo\""]
        {
            assert_eq!(Changes::of(body).values().count(), 0);
        }
    }
}
