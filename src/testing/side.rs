//! Who answers a conversation: a router in this process, or a webhook somewhere.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::{Webhook, call};
use crate::config::Semantics;
use crate::emulator::package::AgentPackage;
use crate::emulator::session::Input;
use crate::emulator::transcript::{Answered, Counterpart, PlayError};
use crate::emulator::verdict::Circumstances;
use crate::emulator::{Answer, CallError, Caller, Verdict};
use crate::flexible::function::World;
use crate::flexible::{Exchange, Rendered, Scope};
use crate::fulfillment::AnswerForm;
use crate::outbound::Chance;
use crate::protocol::{Envelope, WebhookRequest};

/// Who answers.
#[derive(Debug)]
pub(super) enum Side {
    Here(Box<Webhook>),
    There(Box<Caller>),
}

/// The other side of one conversation.
pub(super) struct Other<'s> {
    side: &'s Side,
    /// Of what chance decides here.
    seed: u64,
    /// The agent, whose flexible webhooks are called as such.
    package: Option<&'s AgentPackage>,
}

impl<'s> Other<'s> {
    pub(super) fn new(side: &'s Side, seed: u64, package: Option<&'s AgentPackage>) -> Self {
        Self { side, seed, package }
    }

    /// The flexible webhook that is called, ready for it.
    fn exchange(&self, input: &Input) -> Result<Option<Exchange>, PlayError> {
        let webhook = input.webhook.as_deref().and_then(|name| self.package?.webhook(name));
        let Some(webhook) = webhook.filter(|webhook| webhook.is_flexible()) else { return Ok(None) };
        let exchange = Exchange::parse(webhook, Semantics::default()).map_err(|findings| {
            let faults = findings.iter().map(|finding| format!("{}: {}", finding.place, finding.message));
            let faults: Vec<String> = faults.collect();
            PlayError::Webhook(format!("the webhook {:?}: {}", webhook.display_name, faults.join("; ")))
        })?;
        Ok(Some(exchange))
    }

    async fn verdict(
        &self,
        webhook: &Webhook,
        request: &WebhookRequest,
        input: &Input,
    ) -> Result<Verdict, PlayError> {
        let chance = Chance::seeded(self.seed);
        let circumstances = Circumstances::new(request, &chance);
        let body = serde_json::to_vec(request).unwrap_or_default();
        let envelope = Envelope::parse(&body.into()).map_err(CallError::Request)?;
        let Some(exchange) = self.exchange(input)? else {
            let answer = Box::pin(answered(webhook, envelope, &AnswerForm::Response)).await;
            return Ok(Verdict::standard(&Ok(answer), &circumstances));
        };
        let world = Now(Chance::seeded(self.seed));
        let rendered = exchange.render(&Scope::new(&envelope, Semantics::default(), &world));
        let rendered = rendered.map_err(CallError::from)?;
        let request = json!({
            "fulfillmentInfo": { "tag": request.tag() },
            "sessionInfo": { "parameters": sent(&rendered) },
        });
        let envelope = Envelope::parse(&request.to_string().into()).map_err(CallError::Request)?;
        let form = AnswerForm::Parameters { messages_key: "messages".into() };
        let answer = Box::pin(answered(webhook, envelope, &form)).await;
        Ok(Verdict::flexible(&Ok(answer), &exchange, &circumstances))
    }
}

impl Counterpart for Other<'_> {
    async fn answer(&self, request: &WebhookRequest, input: &Input) -> Result<Answered, PlayError> {
        match self.side {
            Side::There(caller) => Box::pin(caller.answer(request, input)).await,
            Side::Here(webhook) => {
                let begun = Instant::now();
                let verdict = Box::pin(self.verdict(webhook, request, input)).await?;
                Ok(Answered::new(verdict, begun.elapsed().max(Duration::from_nanos(1))))
            }
        }
    }
}

/// What a flexible call brings: its query and the members of its body.
fn sent(rendered: &Rendered) -> Map<String, Value> {
    let query = rendered.url.query_pairs();
    let mut parameters: Map<String, Value> =
        query.map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect();
    let body = rendered.body.as_ref().and_then(|body| serde_json::from_slice(body).ok());
    if let Some(Value::Object(members)) = body {
        parameters.extend(members);
    }
    parameters
}

/// What the server would answer.
async fn answered(webhook: &Webhook, envelope: Envelope, form: &AnswerForm) -> Answer {
    let fulfillment = &webhook.0;
    match fulfillment.answer_as(call(fulfillment, envelope), form).await.body {
        Ok(body) => Answer::new(200, body),
        Err(error) => {
            let (status, body) = crate::server::told(&error);
            Answer::new(status, body)
        }
    }
}

/// The time as it is, and chance that repeats.
struct Now(Chance);

impl World for Now {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn random(&self) -> f64 {
        self.0.fraction()
    }
}
