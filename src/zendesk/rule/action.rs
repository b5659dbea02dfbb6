//! What a rule does: it notifies a webhook, with a body or with parameters.

use serde_json::{Map, Value, json};

use crate::excerpt::excerpt;
use crate::zendesk::{Violation, members};

/// The only action.
const NOTIFY: &str = "notification_webhook";
/// The most parameters of an action.
const MOST_PAIRS: usize = 100;

/// A webhook that is notified, by its id, and what is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notification {
    pub(crate) webhook: String,
    pub(crate) content: Content,
}

/// The templates of what is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Body(String),
    Pairs(Vec<(String, String)>),
}

impl Notification {
    pub(super) fn read(value: &Value, place: &str) -> Result<Self, Violation> {
        let Some(object) = value.as_object() else {
            let found = members::kind(value);
            return Err(Violation::new(place, format!("expected {{\"field\", \"value\"}}, found {found}")));
        };
        only_notifies(object, place)?;
        let place = format!("{place}.value");
        let wrong = |found: &str| {
            let description = format!(
                "expected [\"webhook id\", \"body\"] or [\"webhook id\", [[\"key\", \"value\"]]], found {found}"
            );
            Violation::new(place.as_str(), description)
        };
        let list = match object.get("value") {
            Some(Value::Array(list)) => list,
            other => return Err(wrong(other.map_or("nothing", members::kind))),
        };
        let (webhook, content) = match list.as_slice() {
            [Value::String(webhook)] => (webhook, Content::Pairs(Vec::new())),
            [Value::String(webhook), Value::String(body)] => (webhook, Content::Body(body.clone())),
            [Value::String(webhook), Value::Array(pairs)] => (webhook, read_pairs(pairs, &place)?),
            _ => return Err(wrong("a list of something else")),
        };
        Ok(Self { webhook: webhook.clone(), content })
    }

    pub(super) fn written(&self) -> Value {
        let content = match &self.content {
            Content::Body(body) => json!(body),
            Content::Pairs(pairs) => pairs.iter().map(|(key, value)| json!([key, value])).collect(),
        };
        json!({ "field": NOTIFY, "value": [self.webhook, content] })
    }
}

fn only_notifies(object: &Map<String, Value>, place: &str) -> Result<(), Violation> {
    let found = match object.get("field") {
        Some(Value::String(name)) if name == NOTIFY => return Ok(()),
        Some(Value::String(name)) => format!("{:?}", excerpt(name, 100)),
        other => other.map_or("nothing", members::kind).to_owned(),
    };
    let description = format!("expected {NOTIFY}: rules of this server notify webhooks alone; found {found}");
    Err(Violation::new(format!("{place}.field"), description))
}

fn read_pairs(pairs: &[Value], place: &str) -> Result<Content, Violation> {
    if pairs.len() > MOST_PAIRS {
        let description = format!("{} parameters; expected at most {MOST_PAIRS}", pairs.len());
        return Err(Violation::new(format!("{place}[1]"), description));
    }
    let pair = |(index, pair): (usize, &Value)| match pair.as_array().map(Vec::as_slice) {
        Some([Value::String(key), Value::String(value)]) => Ok((key.clone(), value.clone())),
        _ => Err(Violation::new(
            format!("{place}[1][{index}]"),
            "expected a pair of texts, [\"key\", \"value\"]",
        )),
    };
    pairs.iter().enumerate().map(pair).collect::<Result<_, _>>().map(Content::Pairs)
}
