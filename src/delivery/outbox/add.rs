//! Adding jobs, in the transaction of what caused them.

use std::sync::LazyLock;

use super::{About, SIZES};
use crate::activity::SessionParts;
use crate::delivery::job::{Content, Job, State};
use crate::store::{Dialect, Query, StoreError, Transaction, placeholders};

const COLUMNS: usize = 11;

/// Adds jobs, each with the reason why it is not sent if there is one.
pub(in crate::delivery) async fn add(
    transaction: &mut Transaction,
    jobs: Vec<(Job, Option<&'static str>)>,
    now: i64,
    logged: bool,
) -> Result<(), StoreError> {
    static TEXTS: LazyLock<[[String; SIZES.len()]; 2]> = LazyLock::new(|| {
        Dialect::ALL.map(|dialect| SIZES.map(|size| {
            format!(
                "INSERT INTO deliveries (id, webhook, session, about, content_kind, content, state, reason, due_at, \
                 latest_at, logged) VALUES {}",
                placeholders(dialect, size, COLUMNS)
            )
        }))
    });
    let mut jobs = jobs.into_iter();
    for (size, text) in SIZES.iter().zip(&TEXTS[transaction.dialect() as usize]) {
        while jobs.len() >= *size {
            let mut query = Query::new(text);
            for (job, skipped) in jobs.by_ref().take(*size) {
                let about = serde_json::to_string(&About::of(&job)).unwrap_or_default();
                let session = SessionParts::of(&job.place.session).key().into_owned();
                let (kind, content) = match job.content {
                    Content::Body(body) => ("body", body.to_vec()),
                    Content::Parameters(pairs) => {
                        ("parameters", serde_json::to_vec(&pairs).unwrap_or_default())
                    }
                };
                let state = if skipped.is_some() { State::Terminated } else { State::Accepted };
                query = query
                    .bind(job.id.number())
                    .bind(job.webhook.as_str())
                    .bind(Some(session).filter(|session| !session.is_empty()))
                    .bind(about)
                    .bind(kind)
                    .bind(content)
                    .bind(state.as_str())
                    .bind(skipped)
                    .bind(skipped.is_none().then_some(now))
                    .bind(now)
                    .bind(i64::from(logged && skipped.is_some()));
            }
            transaction.execute(query).await?;
        }
    }
    Ok(())
}
