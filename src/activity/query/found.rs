//! Invocations as they are found.

use std::collections::HashMap;

use serde_json::json;

use crate::activity::InvocationId;
use crate::activity::pack::Packed;
use crate::activity::statement::Sql;
use crate::activity::status::Kind;
use crate::store::{Row, Store, StoreError};

/// An invocation as a list has it.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) id: InvocationId,
    pub(crate) parent: Option<InvocationId>,
    pub(crate) session: String,
    pub(crate) kind: Option<Kind>,
    pub(crate) status: String,
    pub(crate) status_code: Option<u16>,
    pub(crate) error_type: String,
    pub(crate) webhook: String,
    pub(crate) tag: String,
    pub(crate) environment: String,
    pub(crate) agent: String,
    /// JSON.
    pub(crate) summary: String,
    /// JSON; none where it is a row of its own, which was not read whole.
    pub(super) messages: Option<String>,
}

/// What is known of an invocation.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) found: Found,
    /// JSON.
    pub(crate) messages: String,
    /// The calls that were made for it, the first one first.
    pub(crate) made: Vec<Found>,
}

/// A call that was found in a pack.
#[derive(Debug)]
pub(super) struct Unpacked {
    pub(super) id: i64,
    facet: i64,
    parent: Option<i64>,
    session: String,
    summary: String,
    messages: String,
}

/// What a list has of an invocation, up to where it is found.
pub(super) const COLUMNS: &str = "i.id AS id, i.parent AS parent, i.session AS session, i.summary AS summary, \
     f.kind AS kind, f.status AS status, f.status_code AS status_code, f.error_type AS error_type, \
     f.webhook AS webhook, f.tag AS tag, f.environment AS environment, f.agent AS agent \
     FROM activity_invocations i LEFT JOIN activity_facets f ON f.id = i.facet";

impl Unpacked {
    pub(super) fn of(call: &Packed<'_>) -> Self {
        Self {
            id: call.id,
            facet: call.facet,
            parent: call.parent,
            session: call.session.to_owned(),
            summary: call.summary.to_owned(),
            messages: call.messages.to_owned(),
        }
    }
}

impl Found {
    /// An invocation that has a row of its own, with these [`COLUMNS`].
    pub(super) fn of(row: &Row) -> Result<Self, StoreError> {
        let found = Self {
            id: InvocationId::of_number(row.get("id")?),
            parent: row.get::<Option<i64>>("parent")?.map(InvocationId::of_number),
            session: row.get::<Option<String>>("session")?.unwrap_or_default(),
            summary: row.get("summary")?,
            ..Self::default()
        };
        found.with_facet(row)
    }

    /// Those that were in packs.
    pub(super) async fn of_packed(store: &Store, packed: Vec<Unpacked>) -> Result<Vec<Self>, StoreError> {
        if packed.is_empty() {
            return Ok(Vec::new());
        }
        let mut numbers: Vec<i64> = packed.iter().map(|call| call.facet).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut query = Sql::new("SELECT * FROM activity_facets WHERE id IN ");
        query.list(store.dialect().await?, &json!(numbers).to_string());
        let rows = store.all(query.done()).await?;
        let facets: HashMap<i64, &Row> =
            rows.iter().map(|row| Ok((row.get("id")?, row))).collect::<Result<_, StoreError>>()?;
        let found = |call: Unpacked| {
            let found = Self {
                id: InvocationId::of_number(call.id),
                parent: call.parent.map(InvocationId::of_number),
                session: call.session,
                summary: call.summary,
                messages: Some(call.messages),
                ..Self::default()
            };
            match facets.get(&call.facet) {
                Some(row) => found.with_facet(row),
                None => Ok(found),
            }
        };
        packed.into_iter().map(found).collect()
    }

    fn with_facet(self, row: &Row) -> Result<Self, StoreError> {
        let text = |column: &'static str| {
            Ok::<_, StoreError>(row.get::<Option<String>>(column)?.unwrap_or_default())
        };
        let code = row.get::<Option<i64>>("status_code")?;
        Ok(Self {
            kind: Kind::of_word(&text("kind")?),
            status: text("status")?,
            status_code: code.and_then(|code| u16::try_from(code).ok()).filter(|code| *code > 0),
            error_type: text("error_type")?,
            webhook: text("webhook")?,
            tag: text("tag")?,
            environment: text("environment")?,
            agent: text("agent")?,
            ..self
        })
    }
}
