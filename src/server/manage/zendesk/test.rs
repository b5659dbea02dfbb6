//! Trying a webhook: what the request brings, in the place of what is kept.

use serde_json::{Map, Value, json};

use super::answer::Answered;
use super::problem::{Code, Problem};
use crate::delivery::webhooks::Webhooks;
use crate::delivery::{Delivery, SAMPLE, TestRefused, Tried};
use crate::excerpt::excerpt;
use crate::nearest::nearest;

/// What a test may bring beside what a webhook has.
const KNOWN: [&str; 8] = [
    "endpoint",
    "http_method",
    "request_format",
    "payload",
    SAMPLE,
    "headers",
    "custom_headers",
    "authentication",
];

/// Sends it once, and answers what came back.
pub(super) async fn answer(
    webhooks: &Webhooks,
    delivery: &Delivery,
    id: Option<&str>,
    mut sent: Map<String, Value>,
) -> Result<Answered, Problem> {
    known(&sent)?;
    if let Some(given) = sent.remove("headers") {
        sent.insert("custom_headers".to_owned(), headers(given)?);
    }
    let Tried { tested, dropped } = delivery.try_out(webhooks, id, sent).await?;
    let answer = tested.outcome.map_err(|error| {
        Problem::new(Code::UnprocessableEntity, format!("The endpoint was not reached: {error}."))
    })?;
    let headers: Vec<Value> =
        answer.headers.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    let response =
        json!({ "status_code": answer.status_code, "headers": headers, "payload": answer.payload });
    Ok(Answered::ok(json!({ "response": response })).without(dropped))
}

/// A member that is nearly known is a slip of the pen; whatever else a webhook has makes no difference.
fn known(sent: &Map<String, Value>) -> Result<(), Problem> {
    let webhooks = ["name", "description", "status", "subscriptions", "id"];
    for name in sent.keys().filter(|name| !KNOWN.contains(&&***name) && !webhooks.contains(&&***name)) {
        let meant =
            nearest(name, KNOWN).filter(|meant| strsim::normalized_damerau_levenshtein(name, meant) >= 0.8);
        if let Some(meant) = meant {
            let field = format!("request.{}", excerpt(name, 100));
            return Err(Problem::invalid(&field, format!("there is no such member; did you mean {meant}?")));
        }
    }
    Ok(())
}

/// Headers as answers have them, `[{"key", "value"}]`, or as a webhook has them.
fn headers(given: Value) -> Result<Value, Problem> {
    let Value::Array(list) = given else { return Ok(given) };
    let mut headers = Map::new();
    for (index, one) in list.into_iter().enumerate() {
        let (key, value) = (one.get("key").and_then(Value::as_str), one.get("value"));
        let (Some(key), Some(value)) = (key, value) else {
            let field = format!("request.headers[{index}]");
            return Err(Problem::invalid(&field, "expected {\"key\": \"…\", \"value\": \"…\"}"));
        };
        headers.insert(key.to_owned(), value.clone());
    }
    Ok(headers.into())
}

impl From<TestRefused> for Problem {
    fn from(refused: TestRefused) -> Self {
        let description = refused.to_string();
        match refused {
            TestRefused::Webhook(error) => error.into(),
            TestRefused::Unfit(_) => Self::invalid("request", description),
            TestRefused::Busy => Self::new(Code::ServiceUnavailable, description),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_as_a_list_or_as_an_object() {
        let list = json!([{ "key": "X-A", "value": "1" }]);
        assert_eq!(headers(list).expect("headers"), json!({ "X-A": "1" }));
        assert_eq!(headers(json!({ "X-A": "1" })).expect("headers"), json!({ "X-A": "1" }));
        assert!(headers(json!([{ "name": "X-A" }])).is_err());
        let misspelt = json!({ "endpont": "x" });
        assert!(known(misspelt.as_object().expect("an object")).is_err());
    }
}
