//! Flexible webhooks: any HTTP API, reached with templates and paths from a resource.
//!
//! An [`Exchange`] turns the parameters of one call into a request, and a response into parameters,
//! as Dialogflow does for its own flexible webhooks. Everything here is pure: nothing is sent, and
//! time and chance come from the caller.
//!
//! - In the address and the body, references such as `$session.params.city` are replaced by values:
//!   percent-encoded in the address, as JSON in the body. The body is parsed as JSON before that, so
//!   no value can change its structure; header values and bodies take system functions too.
//! - `$.a.b[0].c` finds a value in the response, any other JSONPath a list.
//! - Where the platform is not documented, [`Semantics`](crate::config::Semantics) has a setting.

mod body;
pub mod check;
mod condition;
mod document;
mod exchange;
mod expression;
pub mod function;
mod headers;
mod mapping;
mod path;
mod reference;
mod reply;
mod scope;
mod soql;
mod spoken;
mod template;
mod url;

pub use body::BodyTemplateError;
pub use condition::Condition;
pub use document::{Document, LARGEST_DOCUMENT};
pub use exchange::{Exchange, RenderError, Rendered, ResponseError};
pub use expression::ExpressionError;
pub use headers::HeaderError;
pub use mapping::{Mapped, MappingError};
pub use path::{PathError, ResponsePath, TooComplex};
pub use reference::Reference;
pub use reply::{RenderedReply, ReplyTemplate, ReplyTemplateError};
pub use scope::{Memory, Scope};
pub use template::{Problem, Template};
pub use url::{UriError, UrlError};

#[cfg(test)]
mod tests;
