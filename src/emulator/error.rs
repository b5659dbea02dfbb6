//! Why a webhook cannot be called, or a call was not made.

use crate::flexible::RenderError;
use crate::outbound::{OutboundError, OutboundSetupError};
use crate::protocol::ParseError;

/// A webhook that cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallerError {
    /// The resource has faults.
    #[error("the webhook cannot be called: {}", .faults.join("; "))]
    Faulty {
        /// Each with its place.
        faults: Vec<String>,
    },
    /// The agent leaves it alone.
    #[error(
        "the webhook {display_name:?} is disabled, so the agent does not call it; remove `disabled` to try it"
    )]
    Disabled {
        /// Its display name.
        display_name: String,
    },
    /// A local issuer's tokens are believed on this machine alone.
    #[error(
        "{address} is not on this machine, and nobody else believes the tokens of a local issuer; leave it out, or call this machine"
    )]
    NotLocal {
        /// What would be called.
        address: String,
    },
    /// The client cannot be set up.
    #[error(transparent)]
    Setup(#[from] OutboundSetupError),
}

/// A call that was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The turn is no request.
    #[error("no request can be made of this: {0}")]
    Request(ParseError),
    /// The parameters do not fit into the webhook's templates.
    #[error("the parameters do not make a request for this webhook: {0}")]
    Render(#[from] RenderError),
    /// What proves who calls cannot be had.
    #[error(
        "the call was not made: {reason}; --bearer TOKEN or --header 'Name: value' present something else"
    )]
    Credentials {
        /// The method, what was found, the fix.
        reason: String,
    },
    /// It may not be called, or not like this.
    #[error("the call was not made: {0}")]
    NotMade(OutboundError),
}
