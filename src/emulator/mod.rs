//! Plays the agent: makes its calls, and says what it would do with the answers.
//!
//! A [`Turn`] says what the agent knows when it calls; a [`Caller`] makes the call that a
//! [`Webhook`](crate::protocol::Webhook) describes, standard or flexible, with its credentials, time
//! limit and size limit; the [`Verdict`] is what the agent does then: what it says and sets, where it
//! goes, or which `webhook.error.*` event fires. Requests are rendered and answers mapped by the code
//! that serves flexible webhooks. A [`Session`] carries what the agent remembers from turn to turn, and a
//! [`Transcript`](transcript::Transcript) is a conversation in a file. [`agent`] executes an exported agent itself.
//! Everything but sending is pure.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use rejoinder::config::{Config, Sources};
//! use rejoinder::emulator::{Caller, Options, Turn};
//!
//! let config = Config::load(&Sources::default())?;
//! let url = "http://127.0.0.1:8080/webhook".parse()?;
//! let caller = Caller::to_url(&url, &config, Options::default())?;
//! let mut turn = Turn::new("order-status");
//! turn.parameters.insert("order_id".to_owned(), "42".into());
//! let call = caller.call(&turn.request()?).await?;
//! assert!(call.verdict.goes_on());
//! # Ok(())
//! # }
//! ```

pub mod agent;
mod assignment;
mod called;
mod caller;
mod counterpart;
mod curl;
mod document;
mod elsewhere;
mod error;
pub mod issuer;
mod options;
mod outcome;
pub mod package;
mod presented;
mod presenting;
mod rendering;
mod seeded;
mod sending;
mod sent;
mod service_agent;
pub mod session;
mod tally;
#[cfg(any(feature = "cli", feature = "testing"))]
pub mod test_case;
pub mod transcript;
mod turn;
pub mod verdict;
mod way;
mod which;

#[cfg(feature = "cli")]
pub(crate) use assignment::assignment;
pub(crate) use assignment::assignments;
pub use called::Called;
pub use caller::Caller;
pub use counterpart::{Answered, Counterpart, PlayError};
pub use curl::curl;
#[cfg(feature = "cli")]
pub(crate) use elsewhere::redirect;
pub(crate) use elsewhere::{is_flexible_door, withhold};
pub use error::{CallError, CallerError};
pub use issuer::{Issuer, IssuerError};
pub use options::Options;
pub use outcome::{Answer, Outcome, Times};
pub use presented::Presented;
pub(crate) use rendering::Rendering;
pub use sent::Sent;
pub use service_agent::ServiceAgent;
pub use session::{Input, Reaction, Session, Start};
pub use tally::Tally;
pub use turn::{Ids, Turn};
pub use verdict::Verdict;
pub(crate) use which::which;
