//! One attempt at a time: who comes meanwhile waits for it and shares what became of it.

use std::sync::PoisonError;

use tokio::sync::Mutex;

/// Lets one attempt go on at a time.
#[derive(Debug)]
pub(super) struct Single<E> {
    turn: Mutex<()>,
    /// How many attempts failed, and what the last of them failed of.
    failed: std::sync::Mutex<(u64, Option<E>)>,
}

impl<E> Default for Single<E> {
    fn default() -> Self {
        Self { turn: Mutex::default(), failed: std::sync::Mutex::new((0, None)) }
    }
}

impl<E: Clone> Single<E> {
    /// What is `known`, or what `attempt` gives; the failure of an attempt is that of all who waited for it.
    ///
    /// An attempt whose caller goes away ends with it, and the next one who waits makes another.
    pub(super) async fn get<T>(
        &self,
        known: impl Fn() -> Option<T>,
        attempt: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if let Some(known) = known() {
            return Ok(known);
        }
        let (seen, _) = self.failures();
        let _turn = self.turn.lock().await;
        if let Some(known) = known() {
            return Ok(known);
        }
        if let (now, Some(error)) = self.failures()
            && now > seen
        {
            return Err(error);
        }
        self.attempt(attempt).await
    }

    /// What `attempt` gives, after the one that goes on now.
    pub(super) async fn anew<T>(&self, attempt: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let _turn = self.turn.lock().await;
        self.attempt(attempt).await
    }

    async fn attempt<T>(&self, attempt: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let outcome = attempt.await;
        if let Err(error) = &outcome {
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            *failed = (failed.0 + 1, Some(error.clone()));
        }
        outcome
    }

    fn failures(&self) -> (u64, Option<E>) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn those_who_wait_share_the_outcome() {
        for good in [true, false] {
            let (single, attempts, known) =
                (Single::default(), AtomicUsize::new(0), std::sync::Mutex::new(None));
            let attempt = || async {
                let number = attempts.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::task::yield_now().await;
                if !good {
                    return Err(number);
                }
                *known.lock().expect("whole") = Some(number);
                Ok(number)
            };
            let look = || *known.lock().expect("whole");
            let all = join_all((0..10).map(|_| single.get(look, attempt()))).await;
            let expected = if good { Ok(1) } else { Err(1) };
            assert!(all.iter().all(|outcome| *outcome == expected), "{all:?}");
            let next = single.get(look, attempt()).await;
            assert_eq!(next, if good { Ok(1) } else { Err(2) }, "a failure is not kept");
            assert_eq!(single.anew(attempt()).await, if good { Ok(2) } else { Err(3) });
        }
    }
}
