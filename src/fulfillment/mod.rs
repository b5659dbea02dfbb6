//! Handlers, their inputs, replies, and the router that brings them together.
//!
//! It does not know through which door a call came: a [`Call`] goes in, a sealed answer comes out.

mod call;
pub(crate) mod deadline;
pub(crate) mod deferred;
pub(crate) mod events;
mod export;
pub mod extract;
pub mod handler;
mod hook;
pub mod on_event;
mod policy;
mod reply;
pub mod router;
pub(crate) mod upstream;

pub use call::Call;
pub use deadline::Deadline;
pub use events::{EventError, Events};
pub use export::ExportError;
#[cfg(feature = "cli")]
pub(crate) use export::standard as standard_webhook;
#[cfg(feature = "cli")]
pub(crate) use export::{Authentication, Export, webhook as flexible_webhook};
pub use extract::Rejection;
pub use handler::{Handler, IntoReply, blocking};
pub use hook::IntoVerdict;
pub(crate) use on_event::EventRoutes;
pub use policy::OnError;
pub use reply::{FulfillmentMessage, Reply, ReplyError, rich};
pub(crate) use router::{Answer, AnswerForm, Fulfillment, Outcome};
pub use router::{Route, Router, SetupError, SetupFault};
