//! What becomes of what was taken: written by its owner alone.

use super::State;
use crate::activity::InvocationId;
use crate::store::{Query, Store, StoreError, Synced, Transaction};

/// What is written in one transaction.
#[derive(Debug, Default)]
pub(in crate::receive) struct Changes {
    /// What has ended well, or is nobody's, for the attempt that somebody knows of.
    ended: Vec<(InvocationId, u32, State)>,
    /// What failed: when it is due again, if it is, and why.
    failed: Vec<(InvocationId, u32, Option<i64>, String)>,
    /// What nobody has begun, or not to its end.
    given_back: Vec<(InvocationId, u32)>,
}

/// How many one statement is about.
const MOST: usize = 100;

impl Changes {
    pub(in crate::receive) fn is_empty(&self) -> bool {
        self.ended.is_empty() && self.failed.is_empty() && self.given_back.is_empty()
    }

    /// When the first of what failed is due again.
    pub(in crate::receive) fn next_due(&self) -> Option<i64> {
        self.failed.iter().filter_map(|(_, _, due_at, _)| *due_at).min()
    }

    pub(in crate::receive) fn done(&mut self, id: InvocationId, attempt: u32) {
        self.ended.push((id, attempt, State::Done));
    }

    pub(in crate::receive) fn unhandled(&mut self, id: InvocationId, attempt: u32) {
        self.ended.push((id, attempt, State::Unhandled));
    }

    pub(in crate::receive) fn again(&mut self, id: InvocationId, attempt: u32, due_at: i64, error: String) {
        self.failed.push((id, attempt, Some(due_at), error));
    }

    pub(in crate::receive) fn dead(&mut self, id: InvocationId, attempt: u32, error: String) {
        self.failed.push((id, attempt, None, error));
    }

    pub(in crate::receive) fn given_back(&mut self, id: InvocationId, attempt: u32) {
        self.given_back.push((id, attempt));
    }

    pub(in crate::receive) async fn write(
        &self,
        transaction: &mut Transaction,
        owner: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        for state in [State::Done, State::Unhandled] {
            let ended: Vec<_> = self.ended.iter().filter(|(_, _, is)| *is == state).collect();
            for some in ended.chunks(MOST) {
                let pairs: Vec<_> =
                    (0..some.len()).map(|pair| format!("(${},${})", 4 + 2 * pair, 5 + 2 * pair)).collect();
                let sql = format!(
                    "UPDATE received SET state = $1, due_at = NULL, owner = NULL, error = NULL, latest_at = $2 \
                     WHERE owner = $3 AND (id, attempts) IN (VALUES {})",
                    pairs.join(",")
                );
                let query = Query::built(sql).bind(state.as_str()).bind(now).bind(owner);
                let bind = |query: Query, (id, attempt, _): &&(InvocationId, u32, State)| {
                    query.bind(id.number()).bind(i64::from(*attempt))
                };
                transaction.execute(some.iter().fold(query, bind)).await?;
            }
        }
        for (id, attempt, due_at, error) in &self.failed {
            let state = if due_at.is_some() { State::Waiting } else { State::Dead };
            let query = Query::new(
                "UPDATE received SET state = $1, due_at = $2, owner = NULL, error = $3, latest_at = $4 \
                 WHERE id = $5 AND owner = $6 AND attempts = $7",
            );
            let query = query.bind(state.as_str()).bind(*due_at).bind(error.as_str()).bind(now);
            transaction.execute(query.bind(id.number()).bind(owner).bind(i64::from(*attempt))).await?;
        }
        for (id, attempt) in &self.given_back {
            let query = Query::new(
                "UPDATE received SET due_at = $1, owner = NULL, attempts = attempts - 1 \
                 WHERE id = $2 AND owner = $3 AND attempts = $4",
            );
            let query = query.bind(now).bind(id.number()).bind(owner).bind(i64::from(*attempt));
            transaction.execute(query).await?;
        }
        Ok(())
    }
}

/// Lets what has ended begin again; tells whether there is such.
pub(in crate::receive) async fn again(store: &Store, id: InvocationId, now: i64) -> Result<bool, StoreError> {
    let query = Query::new(
        "UPDATE received SET state = $1, due_at = $2, owner = NULL, error = NULL, attempts = 0 \
         WHERE id = $3 AND due_at IS NULL",
    );
    let query = query.bind(State::Waiting.as_str()).bind(now).bind(id.number());
    Ok(store.execute(Synced::Full, query).await? > 0)
}
