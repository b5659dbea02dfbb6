//! A webhook as it is to be tried: one that is kept, with something else in its place, or one that is
//! not kept at all.

use serde_json::{Map, Value};

use super::{WebhookError, Webhooks};
use crate::delivery::webhook::{Connection, Made, Resource, Webhook, WebhookId};
use crate::store::micros;
use crate::zendesk::signature::TEST_SECRET;

/// The members of a webhook that a test may bring.
pub(crate) const MEMBERS: [&str; 5] =
    ["endpoint", "http_method", "request_format", "authentication", "custom_headers"];

impl Webhooks {
    /// The webhook to try, and the secrets that are not sent with it: what is kept goes to the origin
    /// that it is kept for, and nowhere else. One that is not kept signs with the published secret.
    pub(crate) async fn trial(
        &self,
        id: Option<&str>,
        sent: &Map<String, Value>,
    ) -> Result<(Webhook, Vec<String>), WebhookError> {
        let saved = match id {
            Some(id) => Some(self.get(id).await?),
            None => None,
        };
        let mut object = match &saved {
            Some(saved) => saved.resource.shown(),
            None => [("name", "test"), ("status", "active")]
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        };
        // What it is told by asks for a method and a format; a test may try others.
        object.remove("subscriptions");
        for member in MEMBERS {
            if let Some(value) = sent.get(member) {
                object.insert(member.to_owned(), value.clone());
            }
        }
        let before = saved.as_ref().map(|saved| &saved.resource);
        let (mut resource, dropped) =
            Resource::read(&object, before, self.0.allowed).map_err(WebhookError::Invalid)?;
        let webhook = match &saved {
            Some(saved) => {
                resource.connection = saved.connection.clone();
                Webhook { resource, ..Webhook::clone(saved) }
            }
            None => {
                resource.connection = Connection::None;
                Webhook {
                    id: WebhookId::new(&self.0.clock),
                    resource,
                    signing_secret: TEST_SECRET.to_owned().into(),
                    previous_secret: None,
                    created_by_app: false,
                    version: 0,
                    made: Made {
                        created_at: micros(&self.0.clock),
                        created_by: "-1".to_owned(),
                        updated: None,
                    },
                }
            }
        };
        Ok((webhook, dropped))
    }

    /// The time of day, in microseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        micros(&self.0.clock)
    }
}
