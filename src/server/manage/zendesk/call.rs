//! One call: what it is about, and its way through the rules.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, IF_MATCH, TRANSFER_ENCODING};
use serde_json::{Map, Value};

use super::answer::Answered;
use super::page::Address;
use super::problem::Problem;
use super::query::Query;
use super::target::Target;
use super::{Services, invocations, list, rules, test};
use crate::access::{Action, Who};
use crate::delivery::webhooks::Extent;
use crate::resources::Edit;

/// A call, read but for its body.
#[derive(Debug)]
pub(super) struct Call {
    target: Target,
    query: Query,
    address: Address,
    /// The entity tags of `If-Match`.
    if_match: Option<Vec<String>>,
}

impl Call {
    pub(super) fn read(request: &HttpRequest) -> Result<Self, Problem> {
        let target = Target::read(request.method().as_str(), request.uri().path())?;
        let query = Query::read(request.query_string())?;
        Ok(Self { target, query, address: Address::of(request), if_match: if_match(request)? })
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// What somebody needs the right to, who makes it.
    pub(super) fn action(&self) -> Action {
        self.target.action(self.query.clone_webhook_id.is_some())
    }

    /// Does what is asked for, in the name of somebody who may.
    pub(super) async fn answer(
        self,
        who: Who,
        request_id: Arc<str>,
        services: &Services,
        body: &[u8],
    ) -> Result<Answered, Problem> {
        let Self { target, query, address, if_match } = self;
        let edit = Edit { who, request_id, if_match };
        let Services { webhooks, delivery, rules, activity } = services;
        match target {
            Target::Rules(kind, target) => {
                let asked = rules::Asked { kind, query: &query, address: &address, body };
                rules::answer(target, rules, activity.as_ref(), &edit, asked).await
            }
            Target::List => list::answer(&*webhooks.current().await?, &query, &address),
            Target::Show(id) => Ok(Answered::shown(&*webhooks.get(&id).await?)),
            Target::Create => {
                let answer = match &query.clone_webhook_id {
                    Some(id) => {
                        let sent = optional(body)?;
                        webhooks.duplicate(id, sent.get("name"), &edit).await?
                    }
                    None => webhooks.create(&whole(body)?, &edit).await?,
                };
                Ok(Answered::created(&answer))
            }
            Target::Replace(id) => {
                let answer = webhooks.update(&id, &whole(body)?, Extent::Whole, &edit).await?;
                Ok(Answered::changed(answer))
            }
            Target::Patch(id) => {
                let answer = webhooks.update(&id, &whole(body)?, Extent::Part, &edit).await?;
                Ok(Answered::changed(answer))
            }
            Target::Delete(id) => {
                webhooks.delete(&id, delivery, &edit).await?;
                Ok(Answered::nothing())
            }
            Target::Secret(id) => Ok(Answered::secret(&webhooks.secret(&id, &edit).await?, false)),
            Target::ResetSecret(id) => Ok(Answered::secret(&webhooks.reset_secret(&id, &edit).await?, true)),
            Target::Test => {
                let sent = under(body, "request")?;
                test::answer(webhooks, delivery, query.webhook_id.as_deref(), sent).await
            }
            Target::Invocations(id) => invocations::list(webhooks, delivery, &id, &query, &address).await,
            Target::Attempts { webhook, invocation } => {
                invocations::attempts(webhooks, delivery, &webhook, &invocation).await
            }
        }
    }
}

/// Whether a request has a body; a clone has none, and says nothing of its type.
pub(super) fn has_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    match length {
        Some(length) => length.trim() != "0",
        None => headers.contains_key(TRANSFER_ENCODING) || headers.contains_key(CONTENT_TYPE),
    }
}

/// The object under a name of a body.
pub(super) fn under(body: &[u8], name: &str) -> Result<Map<String, Value>, Problem> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        Problem::invalid("", format!("The body is no JSON: {error}; expected {{\"{name}\": {{…}}}}"))
    })?;
    let found = match value {
        Value::Object(mut object) => object.remove(name),
        _ => None,
    };
    match found {
        Some(Value::Object(object)) => Ok(object),
        _ => {
            Err(Problem::invalid(name, format!("expected an object under this name: {{\"{name}\": {{…}}}}")))
        }
    }
}

/// The list of objects under a name of a body.
pub(super) fn objects_under(body: &[u8], name: &str) -> Result<Vec<Map<String, Value>>, Problem> {
    let expected =
        || Problem::invalid(name, format!("expected objects under this name: {{\"{name}\": [{{…}}]}}"));
    let value: Value = serde_json::from_slice(body).map_err(|_| expected())?;
    let list = value.get(name).and_then(Value::as_array).ok_or_else(expected)?;
    list.iter().map(|one| one.as_object().cloned().ok_or_else(expected)).collect()
}

fn whole(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    under(body, "webhook")
}

/// What a clone is to have of its own; nothing if there is no body, or none of a webhook.
fn optional(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    match body.trim_ascii() {
        b"" | b"null" | b"{}" => Ok(Map::new()),
        body => whole(body),
    }
}

/// The entity tags of `If-Match`.
fn if_match(request: &HttpRequest) -> Result<Option<Vec<String>>, Problem> {
    let mut tags = Vec::new();
    for value in request.headers().get_all(IF_MATCH) {
        let value =
            value.to_str().map_err(|_| Problem::invalid("If-Match", "expected the ETag of an answer"))?;
        tags.extend(value.split(',').map(|tag| tag.trim().to_owned()));
    }
    Ok(Some(tags).filter(|tags| !tags.is_empty()))
}
