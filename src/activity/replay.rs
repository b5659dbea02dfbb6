//! What is needed to make a call again, and why it may not be there.

use super::kept::{Body, Messages};
use super::query::Found;
use super::record::Place;
use super::status::Kind;
use crate::config::Activity;

/// What a call is made of when it is made again.
#[derive(Debug)]
pub(crate) enum Replay {
    /// A call of the agent: the body of its request, for a flexible call the one that it stands for.
    Inbound { flexible: bool, body: String },
    /// A call of ours; headers that were secrets are not among these.
    Upstream {
        webhook: String,
        /// Where in a conversation it was made.
        place: Place,
        method: String,
        url: String,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// A delivery, which is made again from what is kept to be sent, and not from the log.
    Delivery,
    /// An event, which its handler works on again, from what is kept of it.
    Received,
}

/// Why a call cannot be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotReplayable {
    #[error(
        "the bodies of the agent's calls are not kept; activity.inbound_bodies = true keeps those of calls to come"
    )]
    InboundBodyNotKept,
    #[error(
        "the addresses and bodies of our own calls are not kept; activity.outbound_bodies = true keeps those of calls to come"
    )]
    OutboundBodyNotKept,
    #[error("its body was longer than activity.body_limit, {limit} bytes, and was cut")]
    Truncated { limit: usize },
    #[error(
        "secrets in its address or body were replaced by *** when it was kept (activity.mask, and names like password)"
    )]
    Masked,
    #[error("its body was no UTF-8 text")]
    Binary,
    #[error("it was refused before its body was read")]
    Refused,
    #[error("nothing was sent")]
    NothingSent,
    #[error("calls of this kind are not made again")]
    Kind,
    #[error("what was to be delivered is not kept any more")]
    DeliveryGone,
    #[error(
        "what was received is not kept any more, was refused, repeats another one, or is being worked on"
    )]
    ReceivedGone,
    #[error("its webhook was deleted")]
    WebhookDeleted,
    #[error("its webhook is not active")]
    WebhookInactive,
}

impl NotReplayable {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::InboundBodyNotKept | Self::OutboundBodyNotKept => "body_not_kept",
            Self::Truncated { .. } => "body_truncated",
            Self::Masked => "body_masked",
            Self::Binary => "body_binary",
            Self::Refused => "call_refused",
            Self::NothingSent => "nothing_sent",
            Self::Kind => "kind_not_replayable",
            Self::DeliveryGone => "delivery_gone",
            Self::ReceivedGone => "received_gone",
            Self::WebhookDeleted => "webhook_deleted",
            Self::WebhookInactive => "webhook_inactive",
        }
    }
}

impl Replay {
    /// What it takes to make this call again.
    pub(crate) fn of(
        found: &Found,
        messages: &Messages<'_>,
        settings: &Activity,
    ) -> Result<Self, NotReplayable> {
        let whole = |body: &Body<'_>| match body {
            Body { truncated: true, .. } => Err(NotReplayable::Truncated { limit: settings.body_limit }),
            Body { masked: true, .. } => Err(NotReplayable::Masked),
            Body { binary: true, .. } => Err(NotReplayable::Binary),
            Body { text, .. } => Ok(text.clone().into_owned()),
        };
        let request = messages.requests.last();
        match found.kind {
            Some(kind @ (Kind::Standard | Kind::Flexible)) => {
                let request = request.ok_or(NotReplayable::Refused)?;
                if messages.parameters.is_none() {
                    return Err(NotReplayable::Refused);
                }
                let body = request.body.as_ref().ok_or(NotReplayable::InboundBodyNotKept)?;
                Ok(Self::Inbound { flexible: kind == Kind::Flexible, body: whole(body)? })
            }
            Some(Kind::Upstream) => {
                let request = request.ok_or(NotReplayable::NothingSent)?;
                let body = request.body.as_ref().ok_or(NotReplayable::OutboundBodyNotKept)?;
                let body = whole(body)?;
                if request.url_masked {
                    return Err(NotReplayable::Masked);
                }
                let headers = request.headers.iter().filter(|(_, value)| !value.ends_with("***"));
                Ok(Self::Upstream {
                    webhook: found.webhook.clone(),
                    place: Place {
                        agent: found.agent.clone(),
                        environment: found.environment.clone(),
                        session: found.session.clone(),
                        tag: found.tag.clone(),
                    },
                    method: request.method.clone().into_owned(),
                    url: request.url.clone().into_owned(),
                    headers: headers.map(|(name, value)| (name.to_string(), value.to_string())).collect(),
                    body,
                })
            }
            Some(Kind::Delivery) => Ok(Self::Delivery),
            Some(Kind::Zendesk) => Ok(Self::Received),
            _ => Err(NotReplayable::Kind),
        }
    }
}
