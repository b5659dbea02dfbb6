//! The handlers that run for a later call, and what came of them; bounded in number and time.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SetOnce};

use super::{Question, Work, out_of_time};
use crate::clock::Clock;
use crate::config;
use crate::error::Result;
use crate::fulfillment::Reply;

/// Makes what is held as long as a handler runs, so that shutdown waits for it.
pub(crate) type Hold = Arc<dyn Fn() -> Box<dyn Any + Send> + Send + Sync>;

/// One question, and its answer as soon as there is one.
#[derive(Debug)]
pub(super) struct Asked {
    question: Question,
    answer: SetOnce<Result<Reply>>,
}

impl Asked {
    pub(super) async fn answer(&self) -> &Result<Reply> {
        self.answer.wait().await
    }
}

/// All of them, by token.
pub(crate) struct Deferrals {
    pub(super) settings: config::Deferred,
    pub(super) clock: Clock,
    /// Where handlers run on; where they are called, if nothing is said.
    runtime: Option<Handle>,
    hold: Option<Hold>,
    places: Arc<Semaphore>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_token: HashMap<String, Arc<Asked>>,
    /// Those with an answer, the oldest first, and when they are forgotten.
    answered: VecDeque<(Instant, String)>,
}

impl fmt::Debug for Deferrals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deferrals").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Deferrals {
    pub(crate) fn new(settings: &config::Deferred, runtime: Option<Handle>, hold: Option<Hold>) -> Self {
        Self {
            settings: settings.clone(),
            clock: Clock::system(),
            runtime,
            hold,
            places: Arc::new(Semaphore::new(settings.max_running)),
            kept: Mutex::default(),
        }
    }

    pub(crate) fn settings(&self) -> &config::Deferred {
        &self.settings
    }

    /// What a token names, if the question is the same.
    pub(super) fn find(&self, token: &str, question: &Question) -> Option<Arc<Asked>> {
        let mut kept = self.kept();
        kept.expire(self.clock.now());
        kept.by_token.get(token).filter(|asked| asked.question == *question).map(Arc::clone)
    }

    pub(super) fn forget(&self, token: &str) {
        self.kept().by_token.remove(token);
    }

    /// Lets a handler run on until the limit, for whoever comes with the token; gives the handler
    /// back if too many do already.
    pub(super) fn take_over(
        self: &Arc<Self>,
        work: Work,
        question: Question,
        limit: Instant,
    ) -> Result<String, Work> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return Err(work) };
        let Some(token) = new_token() else { return Err(work) };
        let asked = Arc::new(Asked { question, answer: SetOnce::new() });
        self.kept().by_token.insert(token.clone(), Arc::clone(&asked));
        let held = self.hold.as_ref().map(|hold| hold());
        let (this, name) = (Arc::clone(self), token.clone());
        let run = async move {
            let answer = tokio::time::timeout_at(limit.into(), work).await;
            let answer = answer.unwrap_or_else(|_| Err(out_of_time()));
            if let Err(error) = &answer {
                tracing::warn!(target: "rejoinder::deferred", %error, code = error.code(), "a deferred answer failed");
            }
            // Nobody else sets it.
            let _ = asked.answer.set(answer);
            this.keep(name);
            drop((place, held));
            // It may hold what a user has said: it is not kept for the want of another call.
            tokio::time::sleep(this.settings.keep).await;
            this.kept().expire(this.clock.now());
        };
        match &self.runtime {
            Some(runtime) => drop(runtime.spawn(run)),
            None => drop(tokio::spawn(run)),
        }
        Ok(token)
    }

    /// Keeps an answer for a while, at the cost of the oldest ones.
    fn keep(&self, token: String) {
        let now = self.clock.now();
        let mut kept = self.kept();
        kept.expire(now);
        kept.answered.push_back((now + self.settings.keep, token));
        while kept.answered.len() > self.settings.max_kept {
            kept.forget_oldest();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn expire(&mut self, now: Instant) {
        while self.answered.front().is_some_and(|(until, _)| *until <= now) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, token)) = self.answered.pop_front() {
            self.by_token.remove(&token);
        }
    }
}

/// 192 bits that nobody can guess; none if the system has no chance to give.
fn new_token() -> Option<String> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes)
        .inspect_err(
            |error| tracing::error!(target: "rejoinder::deferred", %error, "there are no random numbers"),
        )
        .ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}
