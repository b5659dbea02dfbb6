//! What a handler is.
//!
//! A handler is an async function that
//!
//! 1. takes up to twelve inputs, each of which is an [extractor](super::extract) (it implements
//!    [`FromCall`]);
//! 2. returns something that becomes a reply ([`IntoReply`]): a [`Reply`], text, `()` for an
//!    unchanged conversation, or a `Result` of one of these with any error;
//! 3. can move between threads: its future is `Send`, so it holds no `Rc`, no `RefCell` borrow and
//!    no standard lock guard across an `.await`.
//!
//! Functions and closures that meet this are handlers by themselves. When one does not, the
//! compiler says that the trait `Handler` is not implemented for it; check the three points above
//! from the first to the last input.
//!
//! How it works: the trait has a type parameter for the tuple of inputs, so that functions of
//! different arity do not collide; `erase` forgets it, and a router holds plain boxed functions.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::telemetry::Running;

use super::extract::{FromCall, Needs};
use super::{Call, Reply};

/// An async function that answers a call; see the [module](self).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handler",
    label = "not an async function from extractors to a reply",
    note = "a handler is an `async fn` (or a closure that returns a future) whose inputs all implement `FromCall`",
    note = "a struct of parameters is asked for as `Params<MyStruct>`; what may be missing is an `Option` field in it",
    note = "it returns `Reply`, text, `()`, or a `Result` of one of these",
    note = "a function that is not async becomes a handler by `blocking(function)`",
    note = "its future is `Send`: nothing that is not `Send` may live across an `.await`"
)]
pub trait Handler<Inputs>: Clone + Send + Sync + 'static {
    /// Answers one call.
    fn call(&self, call: Call) -> impl Future<Output = Result<Reply>> + Send;

    /// Says what it needs to be there before the first call.
    fn needs(needs: &mut Needs);
}

/// What a handler may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not become a reply",
    label = "a handler cannot return this",
    note = "return `Reply`, text (`String` or `&'static str`), `()`, or a `Result` of one of these with any error"
)]
pub trait IntoReply {
    /// The reply, or why there is none.
    ///
    /// # Errors
    ///
    /// The handler's own error.
    fn into_reply(self) -> Result<Reply>;
}

impl IntoReply for Reply {
    fn into_reply(self) -> Result<Reply> {
        Ok(self)
    }
}

impl IntoReply for () {
    fn into_reply(self) -> Result<Reply> {
        Ok(Reply::unchanged())
    }
}

impl IntoReply for String {
    fn into_reply(self) -> Result<Reply> {
        Ok(Reply::text(self))
    }
}

impl IntoReply for &'static str {
    fn into_reply(self) -> Result<Reply> {
        Ok(Reply::text(self))
    }
}

impl<R, E> IntoReply for Result<R, E>
where
    R: IntoReply,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn into_reply(self) -> Result<Reply> {
        self.map_err(|error| Error::from_boxed(error.into()))?.into_reply()
    }
}

macro_rules! handler_of {
    ($($input:ident),*) => {
        #[expect(clippy::allow_attributes, reason = "a handler without inputs uses neither")]
        impl<F, Fut, $($input,)*> Handler<($($input,)*)> for F
        where
            F: Fn($($input),*) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output: IntoReply> + Send,
            $($input: FromCall,)*
        {
            #[allow(non_snake_case, unused_variables)]
            async fn call(&self, call: Call) -> Result<Reply> {
                $( let $input = $input::from_call(&call).await?; )*
                (self)($($input),*).await.into_reply()
            }

            #[allow(unused_variables)]
            fn needs(needs: &mut Needs) {
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
handler_of!(A, B, C, D, E, G, H, I, J);
handler_of!(A, B, C, D, E, G, H, I, J, K);
handler_of!(A, B, C, D, E, G, H, I, J, K, L);
handler_of!(A, B, C, D, E, G, H, I, J, K, L, M);

pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A handler whose inputs are forgotten.
pub(super) type Erased = Arc<dyn Fn(Call) -> BoxFuture<Result<Reply>> + Send + Sync>;

pub(super) fn erase<Inputs: 'static>(handler: impl Handler<Inputs>) -> Erased {
    Arc::new(move |call| {
        let handler = handler.clone();
        Box::pin(async move { handler.call(call).await })
    })
}

/// Makes a handler of a blocking function: it runs on a thread where waiting harms nobody.
///
/// The function takes one input; several go into a tuple.
///
/// Handlers already run on threads of their own, at least four, so that one which blocks stops
/// neither other calls nor the health check. One that blocks often and long belongs here; the log
/// names those that hold a thread for longer than `server.blocking_warning`.
///
/// ```
/// use rejoinder::{Params, Reply, Router, blocking};
///
/// #[derive(serde::Deserialize)]
/// struct Order { id: String }
///
/// fn look_up(Params(order): Params<Order>) -> Reply {
///     std::thread::sleep(std::time::Duration::from_millis(5)); // a driver that blocks, say
///     Reply::text(format!("Order {} is on its way.", order.id))
/// }
///
/// let router = Router::new().tag("order", blocking(look_up));
/// # let _ = router;
/// ```
pub fn blocking<Inputs, R>(
    function: impl Fn(Inputs) -> R + Clone + Send + Sync + 'static,
) -> impl Handler<(Inputs,)>
where
    Inputs: FromCall + Send + 'static,
    R: IntoReply + 'static,
{
    move |inputs: Inputs| {
        let function = function.clone();
        async move {
            let running = crate::telemetry::running();
            let answer = move || Running::block(running, || function(inputs).into_reply());
            let answered = tokio::task::spawn_blocking(answer).await;
            match answered {
                Ok(reply) => reply,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(error) => Err(error.into()),
                },
            }
        }
    }
}
