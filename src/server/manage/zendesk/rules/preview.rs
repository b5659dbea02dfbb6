//! What a rule would send about a recent turn, which nobody is sent.

use serde_json::{Map, Value, json};

use super::super::answer::Answered;
use super::super::call::under;
use super::super::problem::{Code, Problem};
use super::id;
use crate::activity::Activity;
use crate::delivery::Content;
use crate::delivery::rules::{Kind, Rules, Unsent};
use crate::delivery::told::preview::{self, PreviewError, Previewed};

/// Renders the rule in the body, or the one that is saved under its id with what is sent in its place.
pub(super) async fn answer(
    kind: Kind,
    rules: &Rules,
    activity: Option<&Activity>,
    body: &[u8],
) -> Result<Answered, Problem> {
    let sent = under(body, kind.as_str())?;
    let saved = sent.get("id").and_then(id);
    let asked = invocation(body)?;
    let made = preview::of(kind, rules, activity, (saved.as_deref(), &sent), asked.as_deref()).await?;
    let actions: Vec<Value> = made.actions.iter().map(action).collect();
    let mut preview = Map::new();
    preview.insert("invocation_id".to_owned(), made.invocation.into());
    preview.insert("matches".to_owned(), made.matches.into());
    preview.insert("samples".to_owned(), json!(made.samples));
    preview.insert("actions".to_owned(), actions.into());
    Ok(Answered::ok(json!({ "preview": preview })))
}

fn action(Previewed { webhook, outcome }: &Previewed) -> Value {
    let rendered = match outcome {
        Ok(rendered) => rendered,
        Err(Unsent { why, description }) => {
            return json!({ "webhook_id": webhook, "error": why, "description": description });
        }
    };
    let mut shown = json!({
        "webhook_id": webhook,
        "http_method": rendered.method.as_str(),
        "request_format": rendered.format.as_str(),
    });
    match &rendered.content {
        Content::Body(body) => shown["body"] = String::from_utf8_lossy(body).into(),
        Content::Parameters(pairs) => shown["parameters"] = json!(pairs),
    }
    shown
}

/// The call that is asked for.
fn invocation(body: &[u8]) -> Result<Option<String>, Problem> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    match value.get("invocation_id") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id)) => Ok(Some(id.clone())),
        Some(_) => Err(Problem::invalid("invocation_id", "expected the id of a call in the activity log")),
    }
}

impl From<PreviewError> for Problem {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::Rule(error) => error.into(),
            PreviewError::NoCall { .. } => Self::new(Code::RecordNotFound, error.to_string()),
            PreviewError::Store(error) => error.into(),
        }
    }
}
