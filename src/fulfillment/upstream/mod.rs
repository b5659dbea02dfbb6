//! Tags that an upstream HTTP API answers, described by a flexible webhook.

mod failure;
pub(crate) mod id;
mod noted;
pub(crate) mod replay;
pub(crate) mod resources;
pub(crate) mod routes;
mod traced;
mod world;

use std::sync::Arc;
use std::time::Instant;

use super::{Call, Reply};
use crate::activity::Activity;
use crate::config::Semantics;
use crate::error::{Error, Result};
use crate::flexible::{Exchange, Problem, RenderedReply, ReplyTemplate, Scope};
use crate::outbound::credentials::Credentials;
use crate::outbound::{OutboundError, Request, Response, Target};
use crate::protocol::names::SessionName;

use failure::Failures;
use noted::Noted;
use world::Clock;

/// A flexible webhook that answers a tag.
#[derive(Debug)]
struct Upstream {
    /// The display name of the webhook.
    name: String,
    /// As the agent has it.
    webhook: Arc<Variant>,
    /// As environments override it, by the environment's id.
    environments: Vec<(String, Arc<Variant>)>,
    reply: Option<ReplyTemplate>,
    semantics: Semantics,
    failures: Failures,
    clock: Clock,
    activity: Option<Activity>,
}

/// A webhook as one environment sees it.
#[derive(Debug)]
struct Variant {
    exchange: Exchange,
    target: Target,
    credentials: Credentials,
    disabled: bool,
    /// The address as the resource has it.
    template: Arc<str>,
}

impl Upstream {
    /// Makes one exchange, and a reply of what it gave.
    async fn answer(self: Arc<Self>, call: Call) -> Result<Reply> {
        let variant = self.variant(&call);
        if variant.disabled {
            return Err(self.failures.disabled(&self.name));
        }
        let request = {
            let scope = Scope::new(call.envelope(), self.semantics, &self.clock);
            let rendered =
                variant.exchange.render(&scope).map_err(|error| self.failures.render(&self.name, &error))?;
            self.report(&rendered.problems, &call);
            let mut request = Request::new(rendered.method, rendered.url);
            request.headers = rendered.headers;
            request.body = rendered.body;
            request
        };
        let mut noted = Noted::begin(self.activity.as_ref(), &self.name, variant, &call);
        let response = self.exchange(variant, request, call.deadline().of_calls_out(), &mut noted).await;
        let response = noted.ended(response)?;
        if response.status >= 400 {
            // Why, an answer says in words of its own, which may hold personal data.
            let text = String::from_utf8_lossy(&response.body);
            tracing::debug!(
                target: "rejoinder::flexible",
                tag = &*call.tag(), webhook = self.name, status = response.status,
                answer = &*crate::excerpt::excerpt(&text, 1000), "the upstream refuses"
            );
        }
        let mapped = variant
            .exchange
            .read(response.status, &response.body)
            .map_err(|error| self.failures.response(&self.name, error));
        let mapped = noted.ended(mapped)?;
        drop(noted);
        for (parameter, path) in &mapped.missing {
            tracing::info!(
                target: "rejoinder::flexible",
                tag = &*call.tag(), webhook = self.name, parameter, path, "the answer has nothing at this path"
            );
        }
        let reply = match &self.reply {
            None => Reply::unchanged(),
            Some(template) => {
                let scope = Scope::new(call.envelope(), self.semantics, &self.clock)
                    .after(&mapped.parameters, response.status);
                let mut problems = Vec::new();
                let rendered = template
                    .render(&scope, &mut problems)
                    .map_err(|error| reply_invalid(&self.name, error))?;
                self.report(&problems, &call);
                into_reply(rendered)
            }
        };
        Ok(reply.set_missing(mapped.parameters))
    }

    /// Sends the request with its credentials; once more if the token that was kept is not taken any more.
    async fn exchange(
        &self,
        variant: &Variant,
        mut request: Request,
        latest: Instant,
        noted: &mut Noted<'_>,
    ) -> Result<Response> {
        let Variant { target, credentials, .. } = variant;
        let deadline = target.deadline().min(latest);
        let unpresented = |error| self.failures.credentials(&self.name, error);
        let unanswered = |error| match error {
            OutboundError::TimedOut { .. } if deadline == latest => self.failures.deadline(&self.name, error),
            _ => self.failures.outbound(&self.name, error),
        };
        let again = credentials.is_renewable().then(|| request.clone());
        let presented = credentials.present(&mut request, deadline, target.left(deadline)).await;
        let presented = presented.map_err(unpresented)?;
        let response = traced::send(target, request, deadline, noted.seen()).await.map_err(unanswered)?;
        // Nothing was done about a request that was refused, whatever its method.
        let Some(mut again) = again.filter(|_| response.status == 401 && credentials.renew(&presented))
        else {
            return Ok(response);
        };
        tracing::debug!(target: "rejoinder::flexible", webhook = self.name, "the token was refused; trying a new one");
        let anew = async {
            credentials.present(&mut again, deadline, target.left(deadline)).await.map_err(unpresented)?;
            traced::send(target, again, deadline, noted.seen()).await.map_err(unanswered)
        };
        // Rare, and large.
        Box::pin(anew).await
    }

    fn variant(&self, call: &Call) -> &Variant {
        if self.environments.is_empty() {
            return &self.webhook;
        }
        let session = call.envelope().session();
        let environment = session.parse::<SessionName>().ok().and_then(|name| name.environment);
        let environment = environment.as_ref().map(ToString::to_string);
        let found = self.environments.iter().find(|(id, _)| Some(id) == environment.as_ref());
        found.map_or(&self.webhook, |(_, variant)| variant)
    }

    fn report(&self, problems: &[Problem], call: &Call) {
        for problem in problems {
            tracing::warn!(
                target: "rejoinder::flexible",
                tag = &*call.tag(), webhook = self.name, problem = %problem, "something could not be put in"
            );
        }
    }
}

fn into_reply(rendered: RenderedReply) -> Reply {
    match rendered {
        RenderedReply::Text(text) => Reply::text(text),
        RenderedReply::Document(response) => (*response).into(),
    }
}

fn reply_invalid(webhook: &str, error: crate::protocol::ParseError) -> Error {
    Error::internal(format!(
        "The reply after the webhook {webhook:?} is no WebhookResponse once its values are put in."
    ))
    .with_code("reply_invalid")
    .with_cause(error)
}
