//! Code that runs before or after every handler of a router.

use std::future::Future;
use std::sync::Arc;

use crate::error::{Error, Result};

use super::handler::BoxFuture;
use super::{Call, Reply};

/// What a `before` hook may return: nothing, a reply that ends the call, or an error.
#[diagnostic::on_unimplemented(
    message = "a `before` hook cannot return `{Self}`",
    note = "return `()` to go on, `Option<Reply>` to answer in the handler's place, or a `Result` of one of these"
)]
pub trait IntoVerdict {
    /// `Ok(None)` lets the call go on.
    ///
    /// # Errors
    ///
    /// The hook's own error, which ends the call.
    fn into_verdict(self) -> Result<Option<Reply>>;
}

impl IntoVerdict for () {
    fn into_verdict(self) -> Result<Option<Reply>> {
        Ok(None)
    }
}

impl IntoVerdict for Option<Reply> {
    fn into_verdict(self) -> Result<Option<Reply>> {
        Ok(self)
    }
}

impl<T, E> IntoVerdict for Result<T, E>
where
    T: IntoVerdict,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn into_verdict(self) -> Result<Option<Reply>> {
        self.map_err(|error| Error::from_boxed(error.into()))?.into_verdict()
    }
}

pub(super) type Before = Arc<dyn Fn(Call) -> BoxFuture<Result<Option<Reply>>> + Send + Sync>;
pub(super) type After = Arc<dyn Fn(Call, Reply) -> BoxFuture<Result<Reply>> + Send + Sync>;

pub(super) fn before<F, Fut>(hook: F) -> Before
where
    F: Fn(Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoVerdict> + Send + 'static,
{
    Arc::new(move |call| {
        let verdict = hook(call);
        Box::pin(async move { verdict.await.into_verdict() })
    })
}

pub(super) fn after<F, Fut>(hook: F) -> After
where
    F: Fn(Call, Reply) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Reply>> + Send + 'static,
{
    Arc::new(move |call, reply| Box::pin(hook(call, reply)))
}
