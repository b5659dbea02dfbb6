//! Changing what is served and who is told, over the platforms' own APIs.

pub(super) mod dialogflow;
pub(crate) mod zendesk;
