//! The resources in the store.

use super::page::Place;
use super::{Resource, ResourceError};
use crate::store::{Query, Row, Store, StoreError, Synced, Transaction};

/// A resource as the store has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored<R> {
    /// `projects/P/locations/L/agents/A`
    pub(super) agent: String,
    pub(super) id: String,
    /// How often it was changed; its `ETag`.
    pub(super) revision: i64,
    pub(super) resource: R,
}

impl<R> Stored<R> {
    pub(super) fn etag(&self) -> String {
        format!("\"{}\"", self.revision)
    }
}

/// A row whatever it holds.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) collection: String,
    agent: String,
    id: String,
    revision: i64,
    body: String,
}

impl Raw {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            collection: row.get("collection")?,
            agent: row.get("agent")?,
            id: row.get("id")?,
            revision: row.get("revision")?,
            body: row.get("body")?,
        })
    }

    /// The resource in it. What a newer program has written may be none to this one.
    pub(super) fn parse<R: Resource>(self) -> Option<Stored<R>> {
        let Self { collection, agent, id, revision, body } = self;
        match R::parse(body.as_bytes()) {
            Ok(mut resource) => {
                resource.set_name(format!("{agent}/{collection}/{id}"));
                Some(Stored { agent, id, revision, resource })
            }
            // The text may hold secrets; the fault's place does not.
            Err(error) => {
                tracing::error!(target: "rejoinder::resources", agent, id, "a {} in the store cannot be read: {error}", R::NOUN);
                None
            }
        }
    }
}

const COLUMNS: &str = "collection, agent, id, revision, body";

/// How often anything was changed; another number, another state.
pub(super) async fn version(store: &Store) -> Result<i64, StoreError> {
    let row =
        store.one(Query::new("SELECT version FROM dialogflow_resource_version WHERE singleton = 1")).await?;
    row.get("version")
}

/// Everything there is. Few: [`Resource::MOST`] bounds each agent's.
pub(super) async fn everything(store: &Store) -> Result<Vec<Raw>, StoreError> {
    let sql = "SELECT collection, agent, id, revision, body FROM dialogflow_resource ORDER BY agent, display_name, id";
    store.all(Query::new(sql)).await?.iter().map(Raw::read).collect()
}

/// Those of an agent behind a place of its list.
pub(super) async fn page<R: Resource>(
    store: &Store,
    agent: &str,
    after: &Place,
    most: usize,
) -> Result<Vec<Stored<R>>, StoreError> {
    let sql = "SELECT collection, agent, id, revision, body FROM dialogflow_resource
        WHERE collection = $1 AND agent = $2 AND (display_name, id) > ($3, $4) ORDER BY display_name, id LIMIT $5";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let query = Query::new(sql).bind(R::COLLECTION).bind(agent).bind(&*after.0).bind(&*after.1).bind(most);
    let rows = store.all(query).await?;
    let rows: Vec<Raw> = rows.iter().map(Raw::read).collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter_map(Raw::parse).collect())
}

/// One of an agent, by its id.
pub(super) async fn get<R: Resource>(
    store: &Store,
    agent: &str,
    id: &str,
) -> Result<Option<Stored<R>>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM dialogflow_resource WHERE collection = $1 AND agent = $2 AND id = $3");
    let row = store.optional(Query::built(sql).bind(R::COLLECTION).bind(agent).bind(id)).await?;
    Ok(row.as_ref().map(Raw::read).transpose()?.and_then(Raw::parse))
}

/// A change that is not committed yet.
pub(super) struct Writing {
    transaction: Transaction,
    now: i64,
}

impl Writing {
    pub(super) async fn begin(store: &Store, now: i64) -> Result<Self, StoreError> {
        let mut transaction = store.begin(Synced::Full).await?;
        // First, so that changes of several instances happen one after the other.
        transaction
            .execute(Query::new(
                "UPDATE dialogflow_resource_version SET version = version + 1 WHERE singleton = 1",
            ))
            .await?;
        Ok(Self { transaction, now })
    }

    /// What the change is noted in, such as the audit trail.
    pub(super) fn transaction(&mut self) -> &mut Transaction {
        &mut self.transaction
    }

    pub(super) async fn insert<R: Resource>(&mut self, new: &Stored<R>) -> Result<(), ResourceError> {
        let count = Query::new(
            "SELECT COUNT(*) AS count FROM dialogflow_resource WHERE collection = $1 AND agent = $2",
        );
        let count = self.transaction.one(count.bind(R::COLLECTION).bind(&*new.agent)).await?;
        if count.get::<i64>("count")? >= R::MOST {
            return Err(ResourceError::TooMany { collection: R::COLLECTION, limit: R::MOST });
        }
        let sql = "INSERT INTO dialogflow_resource (collection, agent, id, display_name, revision, body, created_at, changed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
        let query = Query::new(sql).bind(R::COLLECTION).bind(&*new.agent).bind(&*new.id);
        let query = query
            .bind(new.resource.display_name())
            .bind(new.revision)
            .bind(body(&new.resource))
            .bind(self.now);
        self.transaction.execute(query).await.map_err(|error| taken(error, &new.resource))?;
        Ok(())
    }

    /// Replaces what has this revision; false if it has another one by now.
    pub(super) async fn update<R: Resource>(
        &mut self,
        new: &Stored<R>,
        revision: i64,
    ) -> Result<bool, ResourceError> {
        let sql =
            "UPDATE dialogflow_resource SET display_name = $1, revision = $2, body = $3, changed_at = $4
            WHERE collection = $5 AND agent = $6 AND id = $7 AND revision = $8";
        let query = Query::new(sql)
            .bind(new.resource.display_name())
            .bind(new.revision)
            .bind(body(&new.resource))
            .bind(self.now);
        let query = query.bind(R::COLLECTION).bind(&*new.agent).bind(&*new.id).bind(revision);
        let rows = self.transaction.execute(query).await.map_err(|error| taken(error, &new.resource))?;
        Ok(rows == 1)
    }

    /// Deletes what has this revision; false if it has another one by now.
    pub(super) async fn delete<R: Resource>(&mut self, old: &Stored<R>) -> Result<bool, ResourceError> {
        let sql = "DELETE FROM dialogflow_resource WHERE collection = $1 AND agent = $2 AND id = $3 AND revision = $4";
        let query = Query::new(sql).bind(R::COLLECTION).bind(&*old.agent).bind(&*old.id).bind(old.revision);
        Ok(self.transaction.execute(query).await? == 1)
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await
    }
}

fn body<R: Resource>(resource: &R) -> String {
    // Messages are made of text, numbers and lists, which are always written.
    serde_json::to_string(resource).unwrap_or_default()
}

/// The one key beside the random id is the display name.
fn taken<R: Resource>(error: StoreError, resource: &R) -> ResourceError {
    if !error.is_conflict() {
        return error.into();
    }
    let other = format!("another {} of the agent", R::NOUN);
    ResourceError::AlreadyExists { noun: R::NOUN, display_name: resource.display_name().to_owned(), other }
}
