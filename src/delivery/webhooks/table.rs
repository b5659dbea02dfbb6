//! The webhooks in the store.

use serde_json::{Map, Value, json};

use super::WebhookError;
use crate::delivery::webhook::{Made, Resource, SigningSecret, Webhook, WebhookId};
use crate::store::{Query, Row, Store, StoreError, Synced, Transaction};
use crate::zendesk::webhook::Allowed;

/// How often anything was changed; another number, another state.
pub(super) async fn version(store: &Store) -> Result<i64, StoreError> {
    let row =
        store.one(Query::new("SELECT version FROM delivery_webhook_version WHERE singleton = 1")).await?;
    row.get("version")
}

/// Everything there is.
pub(super) async fn everything(store: &Store) -> Result<Vec<Webhook>, StoreError> {
    let rows = store.all(Query::new("SELECT id, revision, body FROM delivery_webhook ORDER BY id")).await?;
    let mut webhooks = Vec::with_capacity(rows.len());
    for row in &rows {
        webhooks.extend(read(row)?);
    }
    Ok(webhooks)
}

/// The webhook of a row. What a newer program has written may be none to this one.
fn read(row: &Row) -> Result<Option<Webhook>, StoreError> {
    let (id, revision, body): (String, i64, String) =
        (row.get("id")?, row.get("revision")?, row.get("body")?);
    let webhook = of_body(&id, revision, &body);
    if let Err(why) = &webhook {
        tracing::error!(target: "rejoinder::delivery", id, "a webhook in the store cannot be read: {why}");
    }
    Ok(webhook.ok())
}

/// Its text may hold secrets; faults name members alone.
fn of_body(id: &str, version: i64, body: &str) -> Result<Webhook, String> {
    let object: Map<String, Value> = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let part = |name: &str| object.get(name).ok_or_else(|| format!("it has no {name}"));
    let text = |value: &Value, name: &str| {
        value.as_str().map(str::to_owned).ok_or_else(|| format!("{name} is no text"))
    };
    let resource = part("resource")?.as_object().ok_or("its resource is no object")?;
    // What the operator allows is asked for when it is made, and when it is sent.
    let allowed = Allowed { credentials_over_http: true };
    let (resource, _) = Resource::read(resource, None, allowed)
        .map_err(|violations| WebhookError::Invalid(violations).to_string())?;
    let previous_secret = match (object.get("previous_secret"), object.get("previous_until")) {
        (Some(secret), Some(until)) => {
            let until = until.as_i64().ok_or("previous_until is no number")?;
            Some((text(secret, "previous_secret")?.into(), until))
        }
        _ => None,
    };
    let time = |name: &str| part(name)?.as_i64().ok_or_else(|| format!("{name} is no number"));
    let updated = match object.get("updated_at") {
        Some(_) => Some((time("updated_at")?, text(part("updated_by")?, "updated_by")?)),
        None => None,
    };
    Ok(Webhook {
        id: id.parse()?,
        resource,
        signing_secret: text(part("signing_secret")?, "signing_secret")?.into(),
        previous_secret,
        created_by_app: object.get("created_by_app").and_then(Value::as_bool).unwrap_or_default(),
        version,
        made: Made {
            created_at: time("created_at")?,
            created_by: text(part("created_by")?, "created_by")?,
            updated,
        },
    })
}

/// As it is kept, and as the audit trail masks it.
pub(super) fn body(webhook: &Webhook) -> Value {
    let expose = |secret: &SigningSecret| (*secret.expose()).to_owned();
    let mut body = json!({
        "resource": webhook.resource.whole(),
        "signing_secret": expose(&webhook.signing_secret),
        "created_by_app": webhook.created_by_app,
        "created_at": webhook.made.created_at,
        "created_by": webhook.made.created_by,
    });
    if let Some((secret, until)) = &webhook.previous_secret {
        body["previous_secret"] = expose(secret).into();
        body["previous_until"] = (*until).into();
    }
    if let Some((at, by)) = &webhook.made.updated {
        body["updated_at"] = (*at).into();
        body["updated_by"] = by.as_str().into();
    }
    body
}

/// A change that is not committed yet.
pub(super) struct Writing(Transaction);

impl Writing {
    pub(super) async fn begin(store: &Store) -> Result<Self, StoreError> {
        let mut transaction = store.begin(Synced::Full).await?;
        // First, so that changes of several instances happen one after the other.
        transaction
            .execute(Query::new(
                "UPDATE delivery_webhook_version SET version = version + 1 WHERE singleton = 1",
            ))
            .await?;
        Ok(Self(transaction))
    }

    /// What the change is noted in, such as the audit trail.
    pub(super) fn transaction(&mut self) -> &mut Transaction {
        &mut self.0
    }

    /// How many there are, whichever instance made them.
    pub(super) async fn count(&mut self) -> Result<i64, StoreError> {
        let count = Query::new("SELECT COUNT(*) AS count FROM delivery_webhook");
        self.0.one(count).await?.get("count")
    }

    pub(super) async fn insert(&mut self, new: &Webhook) -> Result<(), StoreError> {
        let insert = Query::new("INSERT INTO delivery_webhook (id, revision, body) VALUES ($1, $2, $3)");
        let insert = insert.bind(new.id.as_str()).bind(new.version).bind(body(new).to_string());
        self.0.execute(insert).await.map(drop)
    }

    /// Replaces what has the revision before; false if it has another one by now.
    pub(super) async fn update(&mut self, new: &Webhook, before: i64) -> Result<bool, StoreError> {
        let update = Query::new(
            "UPDATE delivery_webhook SET revision = $1, body = $2 WHERE id = $3 AND revision = $4",
        );
        let update = update.bind(new.version).bind(body(new).to_string()).bind(new.id.as_str()).bind(before);
        Ok(self.0.execute(update).await? == 1)
    }

    /// Deletes what has this revision; false if it has another one by now.
    pub(super) async fn delete(&mut self, id: WebhookId, revision: i64) -> Result<bool, StoreError> {
        let delete = Query::new("DELETE FROM delivery_webhook WHERE id = $1 AND revision = $2");
        Ok(self.0.execute(delete.bind(id.as_str()).bind(revision)).await? == 1)
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        self.0.commit().await
    }
}
