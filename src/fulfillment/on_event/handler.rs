//! What a handler of events is.
//!
//! The same as one of tags, but for its inputs, and that it answers nothing.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Received;
use super::extract::{EventNeeds, FromEvent};
use crate::error::{Error, Result};

/// An async function that works on an event.
///
/// It takes up to eight inputs that implement [`FromEvent`], and returns `()` or a `Result` of it
/// with any error. After an error it is run again, some time later; after one of
/// [`ErrorKind::BadRequest`](crate::ErrorKind::BadRequest) it is not, since the event stays the same.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handler of events",
    label = "not an async function from inputs that implement `FromEvent` to `()` or a `Result<()>`",
    note = "a handler of events is an `async fn` (or a closure that returns a future) whose inputs all implement `FromEvent`",
    note = "its future is `Send`: nothing that is not `Send` may live across an `.await`"
)]
pub trait EventHandler<Inputs>: Clone + Send + Sync + 'static {
    /// Works on one event.
    fn call(&self, received: Received) -> impl Future<Output = Result<()>> + Send;

    /// Says what it needs to be there before the first event.
    fn needs(needs: &mut EventNeeds);
}

/// What a handler of events may return.
#[diagnostic::on_unimplemented(
    message = "a handler of events returns `()`, or a `Result` of it with any error",
    label = "a handler of events cannot return this"
)]
pub trait EventOutcome {
    /// Whether the event was worked off.
    ///
    /// # Errors
    ///
    /// The handler's own error.
    fn into_result(self) -> Result<()>;
}

impl EventOutcome for () {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> EventOutcome for Result<(), E> {
    fn into_result(self) -> Result<()> {
        self.map_err(|error| Error::from_boxed(error.into()))
    }
}

macro_rules! handler_of {
    ($($input:ident),*) => {
        #[expect(clippy::allow_attributes, reason = "a handler without inputs uses neither")]
        impl<F, Fut, $($input,)*> EventHandler<($($input,)*)> for F
        where
            F: Fn($($input),*) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output: EventOutcome> + Send,
            $($input: FromEvent,)*
        {
            #[allow(non_snake_case, unused_variables)]
            async fn call(&self, received: Received) -> Result<()> {
                $( let $input = $input::from_event(&received).await?; )*
                (self)($($input),*).await.into_result()
            }

            #[allow(unused_variables)]
            fn needs(needs: &mut EventNeeds) {
                $( $input::needs(needs); )*
            }
        }
    };
}

handler_of!();
handler_of!(A);
handler_of!(A, B);
handler_of!(A, B, C);
handler_of!(A, B, C, D);
handler_of!(A, B, C, D, E);
handler_of!(A, B, C, D, E, G);
handler_of!(A, B, C, D, E, G, H);
handler_of!(A, B, C, D, E, G, H, I);

/// What works on an event, whose inputs are forgotten.
pub(super) type Erased =
    Arc<dyn Fn(Received) -> Pin<Box<dyn Future<Output = Result<()>> + Send>> + Send + Sync>;

pub(super) fn erase<Inputs: 'static>(handler: impl EventHandler<Inputs>) -> Erased {
    Arc::new(move |received| {
        let handler = handler.clone();
        Box::pin(async move { handler.call(received).await })
    })
}
