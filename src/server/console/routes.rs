//! The table of pages.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::http::Method;

use super::asked::Asked;
use super::problem::Problem;
use super::shown::Shown;
use crate::access::Action;

type Answer = Pin<Box<dyn Future<Output = Result<Shown, Problem>> + Send>>;

/// What answers one method of an address.
#[derive(Clone)]
pub(super) struct Entry {
    /// What somebody must be allowed to do; none for pages that everybody may see.
    pub(super) action: Option<Action>,
    /// The largest body, in bytes.
    pub(super) limit: usize,
    pub(super) answer: Arc<dyn Fn(Asked) -> Answer + Send + Sync>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("action", &self.action).finish_non_exhaustive()
    }
}

/// The pages by their addresses.
#[derive(Debug, Default)]
pub(super) struct Routes(BTreeMap<&'static str, Vec<(Method, Entry)>>);

impl Routes {
    /// The largest form, in bytes: a body for a test may be 256 KB, which a form writes longer.
    const LARGEST: usize = 1 << 20;

    /// A page to look at. Parts of the path, as `{id}`, are [`Asked::part`].
    pub(super) fn get<F, Fut>(&mut self, path: &'static str, action: Action, page: F) -> &mut Self
    where
        F: Fn(Asked) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Shown, Problem>> + Send + 'static,
    {
        self.add(path, Method::GET, Some(action), Self::LARGEST, page)
    }

    /// What a form does. It has been checked to come from a page of ours.
    pub(super) fn post<F, Fut>(&mut self, path: &'static str, action: Action, page: F) -> &mut Self
    where
        F: Fn(Asked) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Shown, Problem>> + Send + 'static,
    {
        self.add(path, Method::POST, Some(action), Self::LARGEST, page)
    }

    /// Any of both, with all that can be said.
    pub(super) fn add<F, Fut>(
        &mut self,
        path: &'static str,
        method: Method,
        action: Option<Action>,
        limit: usize,
        page: F,
    ) -> &mut Self
    where
        F: Fn(Asked) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Shown, Problem>> + Send + 'static,
    {
        let answer = Arc::new(move |asked| -> Answer { Box::pin(page(asked)) });
        self.0.entry(path).or_default().push((method, Entry { action, limit, answer }));
        self
    }

    /// Addresses without parts first: the first that fits is taken.
    pub(super) fn by_path(self) -> Vec<(&'static str, Vec<(Method, Entry)>)> {
        let mut all: Vec<_> = self.0.into_iter().collect();
        all.sort_by_key(|(path, _)| path.contains('{'));
        all
    }
}

/// What answers where there is nothing.
pub(super) fn nothing() -> Entry {
    let answer = |_| -> Answer { Box::pin(async { Err(Problem::NotFound("page at this address")) }) };
    Entry { action: Some(Action::View), limit: 0, answer: Arc::new(answer) }
}
