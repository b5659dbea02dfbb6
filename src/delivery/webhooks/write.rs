//! Creating, changing and deleting.
//!
//! A change is made to what was read before, and committed only if that has not changed in the
//! meantime. With an `ETag` of the client's the change fails then; without one it is made to the newer
//! form, so that changes of different members by different people both last.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::table::{self, Writing};
use super::{Answer, WebhookError, Webhooks};
use crate::access::{Change, Who};
use crate::delivery::Delivery;
use crate::delivery::webhook::{Connection, Made, Resource, SigningSecret, Webhook, WebhookId};
use crate::resources::Edit;
use crate::store::{Synced, Transaction, micros};
use crate::violation::Violation;
use crate::zendesk::webhook;

/// How often a change is made again because somebody else was quicker.
const ATTEMPTS: usize = 5;

/// How a change is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything that has to be there.
    Whole,
    Part,
}

impl Webhooks {
    /// Makes a new one. Whoever names an `external_source` is an app, and it is theirs.
    pub(crate) async fn create(
        &self,
        sent: &Map<String, Value>,
        edit: &Edit,
    ) -> Result<Answer, WebhookError> {
        self.lasts()?;
        let (resource, _) = Resource::read(sent, None, self.0.allowed).map_err(WebhookError::Invalid)?;
        self.insert(resource, edit).await
    }

    /// What would be wrong with what was sent, for a new one or for a change of one there is.
    pub(crate) fn faults(&self, before: Option<&Webhook>, sent: &Map<String, Value>) -> Vec<Violation> {
        let object = before.map_or_else(|| sent.clone(), |before| before.merged(sent));
        let read = Resource::read(&object, before.map(|before| &before.resource), self.0.allowed);
        read.err().unwrap_or_default()
    }

    /// Makes another one that is like one there is, its credentials included, with a secret and a
    /// history of its own.
    pub(crate) async fn duplicate(
        &self,
        id: &str,
        name: Option<&Value>,
        edit: &Edit,
    ) -> Result<Answer, WebhookError> {
        self.lasts()?;
        let origin = self.get(id).await?;
        if origin.created_by_app {
            return Err(of_app(&origin, "cloning it"));
        }
        let mut object = origin.resource.shown();
        let name = name.cloned().unwrap_or_else(|| copy_of(&origin.name).into());
        object.insert("name".to_owned(), name);
        let read = Resource::read(&object, Some(&origin.resource), self.0.allowed);
        let (resource, _) = read.map_err(WebhookError::Invalid)?;
        self.insert(resource, edit).await
    }

    async fn insert(&self, resource: Resource, edit: &Edit) -> Result<Answer, WebhookError> {
        let inner = &self.0;
        let signing_secret = SigningSecret::random().ok_or(WebhookError::NoChance)?;
        let webhook = Webhook {
            id: WebhookId::new(&inner.clock),
            created_by_app: resource.external_source.is_some(),
            resource,
            signing_secret,
            previous_secret: None,
            version: 1,
            made: Made {
                created_at: micros(&inner.clock),
                created_by: edit.who.id.as_ref().to_owned(),
                updated: None,
            },
        };
        let _one = inner.writing.lock().await;
        let mut writing = Writing::begin(&inner.store).await?;
        let limit = i64::try_from(inner.settings.max_webhooks).unwrap_or(i64::MAX);
        if limit > 0 && writing.count().await? >= limit {
            return Err(WebhookError::TooMany { limit });
        }
        writing.insert(&webhook).await?;
        self.note(writing.transaction(), edit, "create", webhook.id, (None, Some(&webhook))).await?;
        writing.commit().await?;
        self.refresh().await?;
        Ok(Answer { webhook: Arc::new(webhook), dropped: Vec::new() })
    }

    /// Changes what was sent; what was not stays.
    pub(crate) async fn update(
        &self,
        id: &str,
        sent: &Map<String, Value>,
        extent: Extent,
        edit: &Edit,
    ) -> Result<Answer, WebhookError> {
        if extent == Extent::Whole {
            let missing = webhook::missing(sent);
            if !missing.is_empty() {
                return Err(WebhookError::Invalid(missing));
            }
        }
        self.change(id, edit, "update", |before, now| {
            let read = Resource::read(&before.merged(sent), Some(&before.resource), self.0.allowed);
            let (resource, dropped) = read.map_err(WebhookError::Invalid)?;
            keeps_connection(&before.connection, &resource.connection)?;
            let mut after = Webhook { resource, ..before.clone() };
            after.made.updated = Some((now, edit.who.id.as_ref().to_owned()));
            Ok((after, dropped))
        })
        .await
    }

    /// The secret that requests are signed with, for whoever may know it; that it was told is noted.
    pub(crate) async fn secret(&self, id: &str, edit: &Edit) -> Result<SigningSecret, WebhookError> {
        let webhook = self.get(id).await?;
        is_its_app(&webhook, edit, "its signing secret")?;
        let mut noting = self.0.store.begin(Synced::Lazy).await?;
        self.note(&mut noting, edit, "reveal_secret", webhook.id, (None, None)).await?;
        noting.commit().await?;
        Ok(webhook.signing_secret.clone())
    }

    /// A new secret, which is used at once; the old one is honoured for `delivery.secret_overlap`.
    pub(crate) async fn reset_secret(&self, id: &str, edit: &Edit) -> Result<SigningSecret, WebhookError> {
        let overlap = in_micros(self.0.settings.secret_overlap);
        let secret = SigningSecret::random().ok_or(WebhookError::NoChance)?;
        let changed = self.change(id, edit, "reset_secret", |before, now| {
            is_its_app(before, edit, "its signing secret")?;
            let previous = (before.signing_secret.clone(), now.saturating_add(overlap));
            let previous_secret = (overlap > 0).then_some(previous);
            Ok((Webhook { signing_secret: secret.clone(), previous_secret, ..before.clone() }, Vec::new()))
        });
        Ok(changed.await?.webhook.signing_secret.clone())
    }

    async fn change(
        &self,
        id: &str,
        edit: &Edit,
        action: &'static str,
        make: impl Fn(&Webhook, i64) -> Result<(Webhook, Vec<String>), WebhookError>,
    ) -> Result<Answer, WebhookError> {
        let inner = &self.0;
        let _one = inner.writing.lock().await;
        let mut etag = String::new();
        for _ in 0..ATTEMPTS {
            let before = self.get(id).await?;
            is_wanted(edit, &before)?;
            let (mut after, dropped) = make(&before, micros(&inner.clock))?;
            after.version = before.version + 1;
            let mut writing = Writing::begin(&inner.store).await?;
            if writing.update(&after, before.version).await? {
                let both = (Some(&*before), Some(&after));
                self.note(writing.transaction(), edit, action, after.id, both).await?;
                writing.commit().await?;
                self.refresh().await?;
                return Ok(Answer { webhook: Arc::new(after), dropped });
            }
            etag = before.etag();
        }
        Err(WebhookError::Changed { id: id.to_owned(), etag })
    }

    /// Deletes one, and ends what waits for it. That of an app goes with the app: by its own token, or
    /// when that is no more.
    pub(crate) async fn delete(
        &self,
        id: &str,
        delivery: &Delivery,
        edit: &Edit,
    ) -> Result<(), WebhookError> {
        let inner = &self.0;
        let _one = inner.writing.lock().await;
        let mut etag = String::new();
        for _ in 0..ATTEMPTS {
            let before = self.get(id).await?;
            is_wanted(edit, &before)?;
            if self.is_held(&before, &edit.who).await? {
                return Err(of_app(&before, "deleting it"));
            }
            let mut writing = Writing::begin(&inner.store).await?;
            if writing.delete(before.id, before.version).await? {
                self.note(writing.transaction(), edit, "delete", before.id, (Some(&before), None)).await?;
                delivery.webhook_deleted(writing.transaction(), &before.id).await?;
                writing.commit().await?;
                return Ok(self.refresh().await?);
            }
            etag = before.etag();
        }
        Err(WebhookError::Changed { id: id.to_owned(), etag })
    }

    /// Whether it is an app's that is still there, and not of whoever asks: they may not delete it.
    pub(crate) async fn is_held(&self, webhook: &Webhook, who: &Who) -> Result<bool, WebhookError> {
        Ok(webhook.is_anothers(who) && self.is_in_use(&webhook.made.created_by).await?)
    }

    /// How long the secret before is still used beside a new one.
    pub(crate) fn overlap(&self) -> Duration {
        self.0.settings.secret_overlap
    }

    /// Whether a token may still be used.
    async fn is_in_use(&self, token: &str) -> Result<bool, WebhookError> {
        let Ok(id) = token.parse() else { return Ok(false) };
        let known = self.0.access.get(&id).await?;
        Ok(known.is_some_and(|known| known.state == "active"))
    }

    /// Notes a change in the audit trail, which masks secrets.
    async fn note(
        &self,
        transaction: &mut Transaction,
        edit: &Edit,
        action: &'static str,
        id: WebhookId,
        (before, after): (Option<&Webhook>, Option<&Webhook>),
    ) -> Result<(), WebhookError> {
        let resource = format!("zendesk/webhooks/{id}");
        let (before, after) = (before.map(table::body), after.map(table::body));
        let (before, after, request_id) = (before.as_ref(), after.as_ref(), Some(&*edit.request_id));
        let change = Change { action, resource: &resource, before, after, request_id };
        Ok(self.0.access.record(transaction, &edit.who, change).await?)
    }

    /// That what is made stays for as long as whoever makes it may expect.
    fn lasts(&self) -> Result<(), WebhookError> {
        let lasts = self.0.accept_loss || self.0.store.is_configured();
        if lasts { Ok(()) } else { Err(WebhookError::NotDurable) }
    }
}

impl Webhook {
    pub(crate) fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }

    /// Whether an app made it that is somebody else, whose its secret is.
    pub(crate) fn is_anothers(&self, who: &Who) -> bool {
        self.created_by_app && *self.made.created_by != *who.id
    }
}

/// The name of a clone that is given none.
fn copy_of(name: &str) -> String {
    const SUFFIX: &str = " (copy)";
    let room = webhook::LONGEST_NAME - SUFFIX.len();
    let name: String = name.chars().take(room).collect();
    format!("{name}{SUFFIX}")
}

fn of_app(webhook: &Webhook, what: &'static str) -> WebhookError {
    WebhookError::OfApp { app: webhook.made.created_by.clone(), what }
}

/// That what an app made is dealt with by that app: by the token that made it.
fn is_its_app(webhook: &Webhook, edit: &Edit, what: &'static str) -> Result<(), WebhookError> {
    if webhook.is_anothers(&edit.who) { Err(of_app(webhook, what)) } else { Ok(()) }
}

/// What was chosen stays; nothing yet may still be chosen.
fn keeps_connection(before: &Connection, after: &Connection) -> Result<(), WebhookError> {
    match (before, after) {
        (Connection::None, _)
        | (Connection::Events(_), Connection::Events(_))
        | (Connection::Rules, Connection::Rules) => Ok(()),
        (before, after) => Err(WebhookError::Connection { before: before.noun(), after: after.noun() }),
    }
}

fn is_wanted(edit: &Edit, before: &Webhook) -> Result<(), WebhookError> {
    let etag = before.etag();
    let wanted = |tags: &Vec<String>| tags.iter().any(|tag| tag == "*" || *tag == etag);
    if edit.if_match.as_ref().is_none_or(wanted) {
        return Ok(());
    }
    Err(WebhookError::Changed { id: before.id.to_string(), etag })
}

fn in_micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
