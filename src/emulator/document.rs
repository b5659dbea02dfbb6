//! A call as one JSON object, for machines; `docs/call.md` describes it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Called, Times, Verdict};

#[derive(Serialize)]
struct Document<'a> {
    request: Request<'a>,
    answer: Option<Answer>,
    times: ShownTimes,
    verdict: &'a Verdict,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Request<'a> {
    method: &'a str,
    url: String,
    headers: BTreeMap<&'a str, String>,
    body: Value,
}

#[derive(Serialize)]
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    bytes: usize,
    body: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownTimes {
    credentials_ms: Option<f64>,
    connect_ms: Option<f64>,
    answer_ms: Option<f64>,
    body_ms: Option<f64>,
    total_ms: f64,
}

impl From<Times> for ShownTimes {
    fn from(times: Times) -> Self {
        let ms = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
        Self {
            credentials_ms: times.credentials.map(ms),
            connect_ms: times.connect.map(ms),
            answer_ms: times.answer.map(ms),
            body_ms: times.body.map(ms),
            total_ms: ms(times.total),
        }
    }
}

/// JSON as it is, anything else as text.
fn value(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into())
}

impl Called {
    /// The headers of the answer, by name; cookies are masked.
    #[must_use]
    pub fn answer_headers(&self) -> BTreeMap<String, String> {
        let Ok(answer) = &self.outcome else { return BTreeMap::new() };
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in &answer.headers {
            let shown =
                if name == "set-cookie" { "***".into() } else { String::from_utf8_lossy(value.as_bytes()) };
            headers
                .entry(name.as_str().to_owned())
                .and_modify(|all| *all = format!("{all}, {shown}"))
                .or_insert_with(|| shown.into_owned());
        }
        headers
    }
}

impl Serialize for Called {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let answer = self.outcome.as_ref().ok().map(|answer| Answer {
            status: answer.status,
            headers: self.answer_headers(),
            bytes: answer.body.len(),
            body: value(&answer.body),
        });
        let sent = &self.sent;
        Document {
            request: Request {
                method: sent.method(),
                url: sent.url(),
                headers: sent.headers().into_iter().collect(),
                body: sent.body().map(|body| value(body)).unwrap_or_default(),
            },
            answer,
            times: self.times.into(),
            verdict: &self.verdict,
            notes: &self.notes,
        }
        .serialize(serializer)
    }
}
