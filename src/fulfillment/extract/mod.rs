//! Inputs of handlers: each takes one thing out of the call, or says clearly why it cannot.
//!
//! | input | is |
//! |---|---|
//! | [`Params<T>`] | the session parameters as a `T` |
//! | [`Param<N>`] | one session parameter, named by [`param!`](crate::param) |
//! | [`Form<T>`] | the values of the page's form as a `T` |
//! | [`Tag`], [`Language`] | the fulfillment's tag, the turn's language |
//! | [`Session`], [`Page`], [`Flow`], [`Intent`] | where the conversation is |
//! | [`Utterance`], [`Sentiment`] | what the user did, and how they feel |
//! | [`Payload<T>`] | what the integration passed along, such as a phone caller's number |
//! | [`Messages`] | what the agent has queued for the user |
//! | [`State<T>`] | something of yours, given to the router |
//! | [`Events`](crate::Events) | tells subscribed webhooks what happened |
//! | [`Caller`](crate::auth::Caller) | who was verified |
//! | [`Deadline`](crate::Deadline) | when the call must have been answered |
//! | [`WebhookRequest`](crate::protocol::WebhookRequest), [`Call`] | everything |
//!
//! Parameter names are compared without regard to case, and values are read as the platform means
//! them: see [`decode`](crate::protocol::decode). An input that is missing or of another type ends
//! the call with 400, naming it. `Option<T>` accepts that it is missing, not that it is wrong.

mod conversation;
mod needs;
mod params;
mod rejection;
mod state;
mod whole;

use std::future::Future;

pub use conversation::{Flow, Intent, Language, Messages, Page, Sentiment, Session, Tag, Utterance};
pub(crate) use needs::Needs;
pub use params::{Form, Param, ParamName, Params, Payload};
pub use rejection::Rejection;
pub use state::State;
pub(crate) use state::States;

use super::Call;
use crate::error::Result;

/// An input of a handler.
///
/// Implement it for types of your own:
///
/// ```
/// use rejoinder::{Call, Error, FromCall, Result};
///
/// struct PhoneCall;
///
/// impl FromCall for PhoneCall {
///     async fn from_call(call: &Call) -> Result<Self> {
///         match call.envelope().payload() {
///             Some(payload) if payload.text().contains("telephony") => Ok(Self),
///             _ => Err(Error::bad_request("This tag is for phone calls.")),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no input of a handler",
    label = "handlers cannot ask for this",
    note = "inputs are extractors: `Params<T>`, `Param<N>`, `Form<T>`, `State<T>`, `Session`, `Page`, `Tag`, `Utterance`, `Payload<T>`, …",
    note = "a struct of parameters is asked for as `Params<MyStruct>`, where `MyStruct: serde::Deserialize`"
)]
pub trait FromCall: Sized + Send {
    /// Takes it out of the call.
    fn from_call(call: &Call) -> impl Future<Output = Result<Self>> + Send;

    /// Says what is known of it before the first call.
    #[doc(hidden)]
    fn needs(_needs: &mut Needs) {}
}

macro_rules! inputs_together {
    ($($input:ident),*) => {
        /// Several inputs as one, for [`blocking`](crate::blocking) functions, which take one.
        impl<$($input: FromCall),*> FromCall for ($($input,)*) {
            async fn from_call(call: &Call) -> Result<Self> {
                Ok(($($input::from_call(call).await?,)*))
            }

            fn needs(needs: &mut Needs) {
                $( $input::needs(needs); )*
            }
        }
    };
}

inputs_together!(A, B);
inputs_together!(A, B, C);
inputs_together!(A, B, C, D);

/// An input that a call may lack, so that `Option` of it is an input too.
#[diagnostic::on_unimplemented(
    message = "`Option<{Self}>` is no input of a handler",
    note = "optional parameters are `Option` fields in `Params<T>`, or `param!(Size: Option<String> = \"size\")`"
)]
pub trait OptionalFromCall: Sized + Send {
    /// Takes it out of the call, if it is there.
    fn optional_from_call(call: &Call) -> impl Future<Output = Result<Option<Self>>> + Send;
}

impl<T: OptionalFromCall> FromCall for Option<T> {
    async fn from_call(call: &Call) -> Result<Self> {
        T::optional_from_call(call).await
    }
}

/// Hands the failure to the handler instead of ending the call.
impl<T: FromCall> FromCall for Result<T> {
    async fn from_call(call: &Call) -> Result<Self> {
        Ok(T::from_call(call).await)
    }

    fn needs(needs: &mut Needs) {
        // The handler goes on without it, so no part of a conversation is needed.
        let conversation = needs.conversation.len();
        T::needs(needs);
        needs.conversation.truncate(conversation);
    }
}
